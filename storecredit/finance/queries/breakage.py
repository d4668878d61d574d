"""
Breakage by rate: of the credit that came in in a year, the part that nobody is expected to spend is revenue, in
proportion to what is spent; what expires in truth takes its place.

Recognised so far are the lines of the journals that left; a journal brings it to what it has to be, so that parts add
up whatever was rounded, and a rate that changed is caught up with. Customers' accounts know nothing of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Case, F, Min, Sum, When
from django.utils import timezone

from ledger.queries import Bucket, Cut, Transaction
from storecredit.finance.errors import MovementsUnmapped
from storecredit.finance.models import EXPECTED, BreakageRate, GeneralLedgerRule, JournalLine, RateStatus
from storecredit.finance.queries.days import day_of
from storecredit.finance.queries.journal import find_rule, make_line

#: What a line of a journal is called by which breakage is recognised, and by which some of it is taken back.
RECOGNISED, TAKEN_BACK = "BREAKAGE", "TRUE_UP"

#: Before everything.
_EVER = datetime.min.replace(tzinfo=UTC)


class CohortKey(NamedTuple):
    """What credit is told apart by: when it came in, and as what."""

    year: int
    kind: str
    funding: str
    currency: str


#: What came in, what was spent and what expired.
CohortSums = tuple[Mapping[CohortKey, int], Mapping[CohortKey, int], Mapping[CohortKey, int]]


@dataclass(frozen=True, slots=True)
class Cohort:
    """
    The credit that came in in a year, as of a cut, in minor units.

    :param issued_minor: what came in, less what was taken out again but by spending and expiry.
    :param percent: the rate in force; None: there is none.
    :param recognised_minor: what journals have recognised of what is expected, less what they took back.
    """

    key: CohortKey
    issued_minor: int
    redeemed_minor: int
    expired_minor: int
    percent: Decimal | None
    recognised_minor: int

    @property
    def outstanding_minor(self) -> int:
        """What can still be spent."""
        return self.issued_minor - self.redeemed_minor - self.expired_minor

    @property
    def expected_minor(self) -> int:
        """What nobody is expected to spend, of all that came in."""
        return _floor(self.issued_minor * (self.percent or Decimal(0)) / 100)

    @property
    def due_minor(self) -> int:
        """
        What has to be recognised beside what expired.

        The part that was spent of what is expected to be spent, of what is expected to be left; what expired is revenue
        by its own entries. Once nothing is left, those are all there is.
        """
        if not self.percent or self.outstanding_minor <= 0:
            return 0
        in_proportion = _floor(self.redeemed_minor * self.percent / (100 - self.percent))
        return max(min(in_proportion, self.expected_minor) - self.expired_minor, 0)

    @property
    def remaining_minor(self) -> int:
        """What is expected and neither recognised nor expired yet."""
        return max(self.expected_minor - self.expired_minor - self.recognised_minor, 0)


_BORN = """
    SELECT {year}, a.kind, l.funding, a.currency, SUM(l.amount_minor)
      FROM ledger_lot l JOIN ledger_transaction b ON b.id = l.transaction_id
      JOIN ledger_account a ON a.id = l.account_id
     WHERE b.created_at >= %(after)s AND b.created_at < %(boundary)s AND NOT a.test_mode GROUP BY 1, 2, 3, 4
"""
# A reversal undoes what it reverses, so it counts as that, with its own sign.
_TAKEN = """
    SELECT {year}, a.kind, l.funding, a.currency, CASE WHEN t.type = 'REVERSE' THEN o.type ELSE t.type END,
           SUM(u.amount_minor)
      FROM ledger_lotuse u JOIN ledger_transaction t ON t.id = u.transaction_id
      LEFT JOIN ledger_transaction o ON o.id = t.reverses_id
      JOIN ledger_lot l ON l.id = u.lot_id JOIN ledger_transaction b ON b.id = l.transaction_id
      JOIN ledger_account a ON a.id = l.account_id
     WHERE t.created_at >= %(after)s AND t.created_at < %(boundary)s AND NOT a.test_mode GROUP BY 1, 2, 3, 4, 5
"""


def list_cohorts(
    *, cut: Cut, day: date | None = None, sums: CohortSums | None = None, using: str = DEFAULT_DB_ALIAS
) -> list[Cohort]:
    """
    Every cohort as of a cut; test money is in none.

    :param day: whose rates are in force; None: the day that the cut ends.
    :param sums: what `sum_cohorts` says of the cut, if it is known already.
    """
    on = day or day_of(cut.boundary)
    issued, redeemed, expired = sums or sum_cohorts(cut=cut, using=using)
    rates, recognised = map_rates(on), _sum_recognised()
    return [
        Cohort(
            key,
            issued.get(key, 0),
            redeemed.get(key, 0),
            expired.get(key, 0),
            rates.get(key[:3]),
            recognised.get(key, 0),
        )
        for key in sorted({*issued, *recognised})
    ]


def map_rates(day: date) -> dict[tuple[int, str, str], Decimal]:
    """The approved rate that is in force on a day, by year, kind and funding."""
    rates = BreakageRate.objects.filter(status=RateStatus.APPROVED, valid_from__lte=day).order_by("valid_from", "pk")
    return {(rate.year, rate.kind, rate.funding): rate.percent for rate in rates}


def list_breakage_lines(*, cut: Cut, day: date) -> list[JournalLine]:
    """
    What brings the breakage that was recognised to what it has to be at a cut; without places.

    :raises MovementsUnmapped: if no rule says where it goes.
    """
    if not BreakageRate.objects.filter(status=RateStatus.APPROVED, valid_from__lte=day).exists():
        return []
    rules = list(GeneralLedgerRule.objects.filter(counter_account=EXPECTED).order_by("valid_from"))
    lines, unmapped = [], set()
    for cohort in list_cohorts(cut=cut, day=day):
        minor = cohort.due_minor - cohort.recognised_minor
        if not minor:
            continue
        key = cohort.key
        type = RECOGNISED if minor > 0 else TAKEN_BACK
        bucket = Bucket(key.currency, key.kind, key.funding, type, EXPECTED, test_mode=False)
        rule = find_rule(rules, bucket, day)
        if rule is None:
            unmapped.add(f"{type} {key.kind} {key.funding} {EXPECTED}")
            continue
        # As of credit: recognised, the customer loses.
        sides = (rule.credit_id, rule.debit_id) if minor > 0 else (rule.debit_id, rule.credit_id)
        lines.append(make_line(bucket, day, *sides, abs(minor), cohort=str(key.year)))
    if unmapped:
        raise MovementsUnmapped(movements=sorted(unmapped))
    return lines


def _sum_recognised() -> dict[CohortKey, int]:
    signed = Case(When(type=RECOGNISED, then=F("amount_minor")), default=-F("amount_minor"))
    lines = JournalLine.objects.exclude(cohort="").values_list("cohort", "kind", "funding", "currency")
    sums = lines.annotate(minor=Sum(signed)).order_by()
    return {CohortKey(int(year), *key): int(minor) for year, *key, minor in sums}


def sum_cohorts(*, cut: Cut, since: tuple[Cut, CohortSums] | None = None, using: str = DEFAULT_DB_ALIAS) -> CohortSums:
    """
    What had come in, what was spent and what expired up to a cut, by cohort, in minor units. It never changes.

    :param since: an earlier cut and what this says of it: what came after it alone is added up, for nothing is dated
        before a cut that was taken.
    """
    connection = connections[using]
    values: dict[str, Any] = {"boundary": cut.boundary, "after": since[0].boundary if since else _EVER}
    year = _year_of("b.created_at", _list_years(cut, using), values)
    adapted = {name: connection.ops.adapt_datetimefield_value(value) for name, value in values.items()}
    issued, redeemed, expired = (defaultdict(int, known) for known in (since[1] if since else ({}, {}, {})))
    with connection.cursor() as cursor:
        cursor.execute(_BORN.format(year=year), adapted)
        for *key, minor in cursor.fetchall():
            issued[CohortKey(*key)] += int(minor)
        cursor.execute(_TAKEN.format(year=year), adapted)
        for *key, type, minor in cursor.fetchall():
            if type in ("REDEEM", "REFUND"):
                redeemed[CohortKey(*key)] += int(minor)
            elif type == "EXPIRE":
                expired[CohortKey(*key)] += int(minor)
            else:
                issued[CohortKey(*key)] -= int(minor)
    return dict(issued), dict(redeemed), dict(expired)


def _list_years(cut: Cut, using: str) -> range:
    zone = timezone.get_default_timezone()
    first = Transaction.objects.using(using).aggregate(first=Min("created_at"))["first"] or cut.boundary
    return range(timezone.localtime(first, zone).year, timezone.localtime(cut.boundary, zone).year + 1)


def _year_of(column: str, years: Iterable[int], values: dict[str, Any]) -> str:
    """The year of the shop's time zone that a moment lies in."""
    whens = []
    for year in years:
        values[f"end{year}"] = datetime(year + 1, 1, 1, tzinfo=timezone.get_default_timezone()).astimezone(UTC)
        whens.append(f"WHEN {column} < %(end{year})s THEN {year}")
    return f"CASE {' '.join(whens)} END"


def _floor(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_FLOOR))
