"""Whatever happened, and whenever time was closed: any two cuts differ by just what happened between them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ledger.models import Lot, LotExpiry, LotUse, Transaction
from ledger.operations import TransactionType
from ledger.queries import list_findings
from storecredit.finance.queries import Kept, Line, Movement, roll_forward, sum_ages, sum_owed
from tests.callers import ApiCaller, given_client
from tests.finance.any_shop import CURRENCIES, AnyShop

pytestmark = pytest.mark.django_db

_PLAIN = {
    "ISSUE": "issued", "LOAD": "loaded", "REFUND": "refunded", "IMPORT": "imported", "REDEEM": "spent",
    "EXPIRE": "expired", "VOID": "voided", "ADJUST": "adjusted", "REVERSE": "reversed",
}  # fmt: skip


class Moved(NamedTuple):
    """What one entry did to one piece of credit."""

    at: datetime
    kept: tuple[str, str, str]
    movement: str
    minor: int


def list_moved() -> Iterator[Moved]:
    """Everything that was ever done to real credit, as the rows have it."""
    entries = {entry.pk: entry for entry in Transaction.objects.select_related("account")}
    lots = {lot.pk: lot for lot in Lot.objects.all()}
    born = [(lot.transaction_id, lot, lot.amount_minor) for lot in lots.values()]
    used = [(use.transaction_id, lots[use.lot_id], -use.amount_minor) for use in LotUse.objects.all()]
    for entry_id, lot, minor in born + used:
        entry = entries[entry_id]
        if entry.account.test_mode:
            continue
        way = "transferred in" if minor > 0 else "transferred out"
        kept = (entry.currency, entry.account.kind, lot.funding)
        yield Moved(entry.created_at, kept, _PLAIN.get(entry.type, way), minor)


def add_up(moved: list[Moved], after: datetime | None, before: datetime) -> dict[Any, Any]:
    """The roll-forward by hand: opening, movements, closing."""
    lines: dict[Any, Any] = defaultdict(lambda: [0, dict.fromkeys((each.value for each in Movement), 0), 0])
    for each in moved:
        line = lines[each.kept]
        if after is not None and each.at < after:
            line[0] += each.minor
        elif each.at < before:
            line[1][each.movement] += each.minor
        line[2] += each.minor if each.at < before else 0
    return {kept: line for kept, line in lines.items() if line[0] or line[2] or any(line[1].values())}


def age_by_hand(boundary: datetime) -> dict[Any, Any]:
    """What was owed by age and by term, from each lot's entry and what its uses and its changed ends say."""
    entries = {entry.pk: entry for entry in Transaction.objects.select_related("account")}
    ends = dict(Lot.objects.values_list("pk", "expires_at"))
    for change in LotExpiry.objects.filter(created_at__gte=boundary).order_by("-pk"):
        ends[change.lot_id] = change.before
    steps: dict[Any, Any] = defaultdict(lambda: [[0] * 5, [0] * 7])
    for lot in Lot.objects.prefetch_related("uses"):
        entry = entries[lot.transaction_id]
        assert (lot.born_at, lot.currency) == (entry.created_at, entry.currency)
        if entry.account.test_mode or entry.created_at >= boundary:
            continue
        uses = [use.amount_minor for use in lot.uses.all() if entries[use.transaction_id].created_at < boundary]
        ages, terms = steps[entry.currency, entry.account.kind, lot.funding]
        old, end = boundary - entry.created_at, ends[lot.pk]
        lasts = None if end is None else end - boundary
        ages[sum(old >= timedelta(days=days) for days in (30, 90, 180, 365))] += lot.amount_minor - sum(uses)
        place = 6 if lasts is None else sum(lasts > timedelta(days=days) for days in (0, 30, 60, 90, 365))
        terms[place] += lot.amount_minor - sum(uses)
    return {kept: [ages, terms] for kept, (ages, terms) in steps.items() if sum(ages)}


def as_told(lines: list[Line]) -> dict[Any, Any]:
    moves = [{movement.value: minor for movement, minor in line.moved_minor.items()} for line in lines]
    return {
        tuple(line.kept): [line.opening_minor, move, line.closing_minor]
        for line, move in zip(lines, moves, strict=True)
    }


def require_exact(cuts: list[Any]) -> None:
    """Nothing is left over between any two of these cuts, and nothing is wrong with the books."""
    moved = list(list_moved())
    for place, end in enumerate(cuts):
        for begin in (None, *cuts[:place]):
            after = None if begin is None else begin.boundary
            assert as_told(roll_forward(begin=begin, end=end)) == add_up(moved, after, end.boundary)
        owed = {kept: line[2] for kept, line in add_up(moved, None, end.boundary).items() if line[2]}
        assert sum_owed(cut=end) == {Kept(*kept): minor for kept, minor in owed.items()}
        assert {
            tuple(each.kept): [list(each.by_age_minor), [each.overdue_minor, *each.by_term_minor, each.unending_minor]]
            for each in sum_ages(cut=end)
        } == age_by_hand(end.boundary)
    assert list(list_findings()) == []


@settings(
    max_examples=4,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(min_value=0, max_value=10**6))
# A card was given an end in the past, and swept by a clock behind the one that had given it.
@example(seed=2095)
def test_any_two_cuts_of_any_history_differ_by_what_happened_between(seed):
    with transaction.atomic():
        shop = AnyShop(seed)
        shop.live(60, cut_once_in=9)
        shop.close_time()

        require_exact(shop.cuts)
        transaction.set_rollback(True)


def test_a_report_of_a_past_cut_stays_the_same_to_the_byte_after_500_more_operations():
    shop = AnyShop(seed=12)
    for _ in range(3):
        shop.live(50)
        shop.close_time()
    finance = ApiCaller(given_client(["reports:read"]).plain)
    assert len(shop.cuts) > 2
    first, last = shop.cuts[0].number, shop.cuts[-1].number
    reports = [
        f"/reports/{name}"
        for name in (f"liability?cut={last}", f"ageing?cut={last}", f"roll-forward?from_cut={first}&to_cut={last}")
    ]

    def take() -> list[bytes]:
        answers = [finance.get(report, accept=form) for report in reports for form in ("application/json", "text/csv")]
        assert [answer.status_code for answer in answers] == [200] * 6
        return [answer.content for answer in answers]

    before, done = take(), shop.done.total()
    while shop.done.total() < done + 500:
        shop.live(50, cut_once_in=40)

    assert take() == before
    require_exact([shop.cuts[0], *shop.cuts[-2:]])
    # Nothing of this was refused all the time.
    assert set(shop.done) == {name.removeprefix("do_") for name in vars(AnyShop) if name.startswith("do_")}
    assert set(Transaction.objects.values_list("type", flat=True)) == set(TransactionType.values)
    assert set(Transaction.objects.values_list("currency", flat=True)) == set(CURRENCIES)
    assert Transaction.objects.filter(account__test_mode=True).exists()
    assert Transaction.objects.filter(counter_account="OPENING", account__kind="STORE_CREDIT").exists()
    assert LotExpiry.objects.exists()
