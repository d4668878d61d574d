"""
The journal: what the books of some days mean for the general ledger.

Each line has one amount and two accounts, so debits equal credits by construction. Gains and losses of one bucket are
lines of their own.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from ledger.money import from_minor
from ledger.queries import (
    Bucket,
    BucketFigure,
    Cut,
    list_closings_at,
    list_cuts_at,
    list_sealed_cuts,
    sum_moved_by_entry,
    sum_moved_by_reason,
    sum_steps,
)
from storecredit.finance.errors import DoesNotAddUp, MovementsUnmapped
from storecredit.finance.models import GeneralLedgerAccount, GeneralLedgerRule, JournalExport, JournalLine
from storecredit.finance.queries.corrections import map_months_corrected
from storecredit.finance.queries.days import find_cut_before, get_cut_after, last_day_before, midnight_after
from storecredit.finance.queries.roll_forward import require_steps

#: The columns of a spreadsheet.
COLUMNS = (
    "line", "day", "debit", "credit", "currency", "amount", "type", "kind", "funding", "counter_account",
)  # fmt: skip
#: What a journal has only where one of its lines has it.
_MORE_COLUMNS = ("reason", "cohort", "corrects")


@dataclass(frozen=True, slots=True)
class Days:
    """
    What a journal is of: cuts at midnights, of which each closes the days since the one before.

    :param first_day: no line is of an earlier one; None: there is none such, unless the shop's time zone has changed.
    """

    begin: Cut | None
    ends: Sequence[Cut]
    first_day: date | None = None


class _Told(NamedTuple):
    """What a line tells of apart from others of its bucket: a reason that a rule names, a month that is corrected."""

    reason: str = ""
    corrects: str = ""


class _Corrected(NamedTuple):
    """What the entry of a correction moved in one bucket, in minor units, and the month before that it puts right."""

    at: datetime
    month: str
    reason: str
    bucket: Bucket
    gained_minor: int
    lost_minor: int


def find_last_export() -> JournalExport | None:
    """The newest journal that was exported."""
    return JournalExport.objects.select_related("end_cut").order_by("-number").first()


def list_days_to_export(*, last_day: date, last: JournalExport | None) -> Days:
    """
    The days that no journal has yet.

    :param last: the newest journal that was exported, as `find_last_export` has it.
    :raises NoCutAt: if time was not closed with the last of them.
    """
    end = get_cut_after(day=last_day)
    begin = last.end_cut if last else None
    cuts = list_sealed_cuts(after=begin.number if begin else 0, up_to=end.number)
    first_day = last.last_day + timedelta(days=1) if last else None
    return Days(begin, [cut for cut in cuts if _is_midnight(cut)], first_day)


def list_days(*, first_day: date, last_day: date) -> Days:
    """
    These days, whether a journal has them or not.

    :raises NoCutAt: if time was not closed with the last moment, or the first and the books began before.
    """
    begin, end = find_cut_before(day=first_day), get_cut_after(day=last_day)
    between = (first_day + timedelta(days=step) for step in range((last_day - first_day).days))
    return Days(begin, [*list_cuts_at(boundaries=[midnight_after(day) for day in between]), end])


def list_lines(days: Days) -> list[JournalLine]:
    """
    The lines of these days, by day; test money is in none. They are not saved.

    :raises MovementsUnmapped: if no rule says where some of it goes.
    :raises DoesNotAddUp: if the kept figures contradict each other.
    """
    rules = list(GeneralLedgerRule.objects.order_by("valid_from"))
    lines: list[JournalLine] = []
    unmapped: set[str] = set()
    closings = list_closings_at(cuts=[cut for cut in (days.begin, *days.ends) if cut is not None])
    opening, end_number = closings[days.begin.number] if days.begin else {}, days.ends[-1].number
    steps = sum_steps(after=days.begin.number if days.begin else 0, up_to=end_number)
    require_steps(opening, closings[end_number], steps)
    corrected = _list_corrected(days)
    for begin, end in pairwise([days.begin, *days.ends]):
        assert end is not None
        day = last_day_before(end.boundary)
        if days.first_day is not None:
            day = max(day, days.first_day)
        before = {} if begin is None else closings[begin.number]
        parts = _sum_parts(begin, end, _list_reasons(rules, day), corrected)
        for bucket, told, gained_minor, lost_minor in _part(_list_moved(before, closings[end.number]), parts):
            rule = find_rule(rules, bucket, day, told.reason)
            if rule is None:
                unmapped.add(f"{bucket.type} {bucket.kind} {bucket.funding} {bucket.counter_account}")
                continue
            if gained_minor:
                lines.append(make_line(bucket, day, rule.debit_id, rule.credit_id, gained_minor, **told._asdict()))
            if lost_minor:
                lines.append(make_line(bucket, day, rule.credit_id, rule.debit_id, lost_minor, **told._asdict()))
    if unmapped:
        raise MovementsUnmapped(movements=sorted(unmapped))
    for place, line in enumerate(lines, start=1):
        line.place = place
    return lines


def find_rule(
    rules: Iterable[GeneralLedgerRule], bucket: Bucket, day: date, reason: str = ""
) -> GeneralLedgerRule | None:
    """The rule that decides on a day, of some in the order in which they begin; None if none does."""
    fitting = [
        rule
        for rule in rules
        if rule.counter_account == bucket.counter_account
        and rule.type in ("", bucket.type)
        and rule.funding in ("", bucket.funding)
        and rule.kind in ("", bucket.kind)
        and rule.reason_id in (None, reason)
        and _is_in_force(rule, day)
    ]
    return max(fitting, key=_names_most, default=None)


def _names_most(rule: GeneralLedgerRule) -> tuple[bool, bool, bool, bool, date]:
    return rule.reason_id is not None, rule.type != "", rule.funding != "", rule.kind != "", rule.valid_from


def _is_in_force(rule: GeneralLedgerRule, day: date) -> bool:
    return rule.valid_from <= day and (rule.valid_until is None or day <= rule.valid_until)


def _list_reasons(rules: Iterable[GeneralLedgerRule], day: date) -> list[str]:
    """The reasons that a rule names which is in force."""
    return sorted({rule.reason_id for rule in rules if rule.reason_id is not None and _is_in_force(rule, day)})


def write_json_lines(lines: Iterable[JournalLine]) -> Iterator[str]:
    """The lines as a file of JSON has them; amounts in minor units. What the digest of a journal is of."""
    for line in lines:
        yield json.dumps(
            {
                "place": line.place,
                "day": line.day.isoformat(),
                "debit": line.debit,
                "credit": line.credit,
                "currency": line.currency,
                "amount_minor": line.amount_minor,
                "counter_account": line.counter_account,
                "kind": line.kind,
                "funding": line.funding,
                "type": line.type,
                # Journals of before had no such members, and keep their digests.
                **({"reason": line.reason} if line.reason else {}),
                **({"cohort": line.cohort} if line.cohort else {}),
                **({"corrects": line.corrects} if line.corrects else {}),
            }
        )


def list_rows(lines: Iterable[JournalLine]) -> Iterator[Sequence[Any]]:
    """The rows of a spreadsheet, its header first; amounts in major units."""
    lines = list(lines)
    more = [name for name in _MORE_COLUMNS if any(getattr(line, name) for line in lines)]
    yield (*COLUMNS, *more)
    for line in lines:
        yield (
            line.place,
            line.day.isoformat(),
            line.debit,
            line.credit,
            line.currency,
            str(from_minor(line.amount_minor, line.currency).amount),
            line.type,
            line.kind,
            line.funding,
            line.counter_account,
            *(getattr(line, name) for name in more),
        )


def sum_accounts(lines: Iterable[JournalLine]) -> dict[tuple[str, str], tuple[int, int]]:
    """What each account is debited and credited with, in minor units, by currency and account."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        sums[line.currency, line.debit][0] += line.amount_minor
        sums[line.currency, line.credit][1] += line.amount_minor
    return {key: (debit, credit) for key, (debit, credit) in sorted(sums.items())}


def sum_currencies(lines: Iterable[JournalLine]) -> dict[str, int]:
    """What is debited, and so credited, in each currency, in minor units."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.currency] += line.amount_minor
    return dict(sorted(sums.items()))


def describe_accounts(lines: Iterable[JournalLine]) -> dict[str, dict[str, str]]:
    """What the accounts of some lines are called now, here and in each layout, by their number."""
    codes = {code for line in lines for code in (line.debit, line.credit)}
    return {
        account.code: {
            "name": account.name,
            "datev": account.datev_code or account.code,
            "quickbooks": account.quickbooks_name or account.name,
            "xero": account.xero_code or account.code,
        }
        for account in GeneralLedgerAccount.objects.filter(code__in=codes).order_by("code")
    }


def _list_moved(
    before: Mapping[Bucket, BucketFigure], after: Mapping[Bucket, BucketFigure]
) -> Iterator[tuple[Bucket, int, int]]:
    """What each bucket gained and lost between two cuts, in minor units."""
    for bucket, figure in sorted(after.items()):
        if bucket.test_mode:
            continue
        opening = before.get(bucket)
        yield (
            bucket,
            figure.closing_gained_minor - (opening.closing_gained_minor if opening else 0),
            figure.closing_lost_minor - (opening.closing_lost_minor if opening else 0),
        )


def _list_corrected(days: Days) -> list[_Corrected]:
    """What corrections of months before moved in each bucket, in days together: one look, however many they are."""
    after = days.begin.boundary if days.begin else None
    found = map_months_corrected(after=after, before=days.ends[-1].boundary)
    sums = sum_moved_by_entry(entries=found)
    return [
        _Corrected(*found[entry], reason or "", bucket, gained_minor, lost_minor)
        for (entry, reason, bucket), (gained_minor, lost_minor) in sums.items()
    ]


def _sum_parts(
    begin: Cut | None, end: Cut, reasons: Collection[str], corrected: Iterable[_Corrected]
) -> dict[Bucket, dict[_Told, tuple[int, int]]]:
    """What is told apart of each bucket between two cuts: entries of these reasons, corrections of months before."""
    after = begin.boundary if begin else None
    parts: dict[Bucket, dict[_Told, tuple[int, int]]] = defaultdict(lambda: defaultdict(lambda: (0, 0)))
    of_reasons = sum_moved_by_reason(after=after, before=end.boundary, reasons=sorted(reasons))
    for (reason, bucket), moved in of_reasons.items():
        parts[bucket][_Told(reason)] = moved
    for each in corrected:
        if each.at >= end.boundary or (after is not None and each.at < after):
            continue
        reason = each.reason if each.reason in reasons else ""
        of_bucket = parts[each.bucket]
        for told, sign in ((_Told(reason, each.month), 1), *([(_Told(reason), -1)] if reason else [])):
            gained_minor, lost_minor = of_bucket[told]
            of_bucket[told] = (gained_minor + sign * each.gained_minor, lost_minor + sign * each.lost_minor)
    return parts


def _part(
    moved: Iterable[tuple[Bucket, int, int]], parts: Mapping[Bucket, Mapping[_Told, tuple[int, int]]]
) -> Iterator[tuple[Bucket, _Told, int, int]]:
    """
    What each bucket gained and lost, what is told apart of it beside the rest: together it is what it was.

    :raises DoesNotAddUp: if what is told apart moved more than was kept of all.
    """
    for bucket, gained_minor, lost_minor in moved:
        of_bucket = parts.get(bucket, {})
        rest_gained_minor = gained_minor - sum(gained for gained, _ in of_bucket.values())
        rest_lost_minor = lost_minor - sum(lost for _, lost in of_bucket.values())
        if min(rest_gained_minor, rest_lost_minor) < 0:
            raise DoesNotAddUp(
                what=f"{bucket.type} of {bucket.funding} in {bucket.currency}",
                expected_minor=gained_minor - lost_minor,
                found_minor=gained_minor - lost_minor - rest_gained_minor + rest_lost_minor,
            )
        # What did not move needs no rule.
        for told, (gained, lost) in ((_Told(), (rest_gained_minor, rest_lost_minor)), *sorted(of_bucket.items())):
            if gained or lost:
                yield bucket, told, gained, lost


def make_line(
    bucket: Bucket,
    day: date,
    debit: str,
    credit: str,
    amount_minor: int,
    *,
    reason: str = "",
    cohort: str = "",
    corrects: str = "",
) -> JournalLine:
    """A line of a journal that has no place yet."""
    return JournalLine(
        day=day,
        debit=debit,
        credit=credit,
        currency=bucket.currency,
        amount_minor=amount_minor,
        counter_account=bucket.counter_account,
        kind=bucket.kind,
        funding=bucket.funding,
        type=bucket.type,
        reason=reason,
        cohort=cohort,
        corrects=corrects,
    )


def _is_midnight(cut: Cut) -> bool:
    return midnight_after(last_day_before(cut.boundary)) == cut.boundary


def digest_lines(lines: Iterable[JournalLine]) -> str:
    """What a journal's lines are known by."""
    digest = hashlib.sha256()
    for text in write_json_lines(lines):
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def is_as_exported(export: JournalExport, lines: Collection[JournalLine]) -> bool:
    """Whether these are the lines with which a journal left the house."""
    return len(lines) == export.line_count and digest_lines(lines) == export.digest
