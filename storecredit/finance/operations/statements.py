"""Somebody's list against our books, line by line as a program gives it; kept as a run with its findings."""

import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ledger.days import is_reckoned
from ledger.operations import LARGEST_BALANCE_MINOR, Actor, TransactionType
from ledger.queries import is_in_use
from ledger.text import TextKind, find_unfit, to_nfc
from storecredit.finance.errors import LineFault, StatementRefused, StatementTooLarge
from storecredit.finance.models import ReconciliationRun, RunKind
from storecredit.finance.operations.runs import begin_run
from storecredit.finance.operations.seeing import seen_in_statement
from storecredit.finance.queries import (
    add_theirs,
    compare_sides,
    list_referred,
    make_sides,
    open_staging,
    set_against,
    sum_sides,
)
from storecredit.finance.queries.days import midnight_after

_LONGEST_REFERENCE: Final = 255
_MOST_FAULTS: Final = 100


@dataclass(frozen=True, slots=True)
class StatementLine:
    """
    One line of a list: what moved, and what for.

    :param reference: what the movement was for, as the client said in `reference` when it was booked.
    :param currency: ISO 4217 code.
    :param amount_minor: in minor units: above zero what a customer was given, below zero what they spent.
    :param day: of the shop's time zone; None: the list does not say it, and it is not compared.
    """

    reference: str
    currency: str
    amount_minor: int
    day: date | None = None


def reconcile_statement(
    *,
    lines: Iterable[StatementLine],
    actor: Actor,
    now: datetime,
    first_day: date | None = None,
    last_day: date | None = None,
    test_mode: bool = False,
    client: str = "",
    types: Collection[TransactionType] = (),
    days_apart: int = 1,
    source: str = "",
    file_name: str = "",
    digest: str = "",
) -> ReconciliationRun:
    """
    Compare a list with the entries of the books that have the same references, and keep what differs.

    The lines are read once, and nothing of them stays in memory. Nothing is posted. The run that comes back has ended:
    `outcome`, `checked` (lines), `found`, `kept`, `counts` by kind of difference, `totals` by currency in minor units;
    `run.sightings` are what it saw, each with its `finding`.

    :param first_day, last_day: whole days of the shop's time zone: other entries are not missing in the list, and lines
        of other days are left out. None: without an end.
    :param client: compare only what the API client of this name wrote; empty: all.
    :param types: compare only entries of these types; empty: of all.
    :param days_apart: so many days may lie between theirs and ours.
    :param source: whose list it is, up to 100 characters; findings of different lists are different findings.
    :param digest: SHA-256 of the file, if it came as one.
    :raises StatementRefused: if a line is bad; names the first hundred. Nothing is kept.
    :raises StatementTooLarge: if what is told of a reference is too much to be added up. Nothing is kept.
    """
    with closing(open_staging()) as staged:
        make_sides(staged)
        count = _stage(staged, lines, first_day, last_day)
        ours = list_referred(
            test_mode=test_mode,
            first=midnight_after(first_day - timedelta(days=1)) if first_day else None,
            before=midnight_after(last_day) if last_day else None,
            client=client,
            types=types,
        )
        if reference := set_against(staged, ours):
            raise StatementTooLarge(reference=reference)
        recorder = begin_run(
            kind=RunKind.STATEMENT,
            actor=actor,
            now=now,
            first_day=first_day,
            last_day=last_day,
            test_mode=test_mode,
            source=source,
            file_name=file_name,
            digest=digest,
            options={"client": client, "types": sorted(types), "days_apart": days_apart},
        )
        for found in compare_sides(staged, days_apart=days_apart):
            recorder.see(seen_in_statement(found, test_mode=test_mode, source=source), now)
        return recorder.end(checked=count, now=now, totals=sum_sides(staged))


def _stage(
    staged: sqlite3.Connection, lines: Iterable[StatementLine], first_day: date | None, last_day: date | None
) -> int:
    """Lay the lines aside; gives how many there are."""
    faults: list[LineFault] = []
    bad = count = 0
    known: dict[str, bool] = {}
    staged.execute("BEGIN")
    for place, line in enumerate(lines):
        count += 1
        if wrong := _find_wrong(line, known):
            bad += 1
            if len(faults) < _MOST_FAULTS:
                faults.append(LineFault(place, *wrong))
            continue
        if line.day and ((first_day and line.day < first_day) or (last_day and line.day > last_day)):
            continue
        add_theirs(
            staged,
            reference=to_nfc(line.reference),
            currency=line.currency,
            minor=line.amount_minor,
            line=place + 1,
            day=line.day.isoformat() if line.day else None,
        )
    staged.execute("COMMIT")
    if bad:
        raise StatementRefused(faults=faults, count=bad)
    return count


def _find_wrong(line: StatementLine, known: dict[str, bool]) -> tuple[str, str] | None:
    """The first member of a line that is wrong, and what is wrong with it."""
    if not line.reference:
        return "reference", "is empty"
    if len(line.reference) > _LONGEST_REFERENCE:
        return "reference", f"is longer than {_LONGEST_REFERENCE} characters"
    if message := find_unfit(line.reference, TextKind.CODE):
        return "reference", message
    if line.currency not in known:
        known[line.currency] = is_in_use(line.currency)
    if not known[line.currency]:
        return "currency", "is not the code of a currency in circulation"
    if abs(line.amount_minor) > LARGEST_BALANCE_MINOR:
        return "amount", "is more than an account can hold"
    if line.day and not is_reckoned(line.day):
        return "day", "is too far away"
    return None
