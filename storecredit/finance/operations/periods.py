"""
A month is closed by one person and approved by another: then its figures and its journal are kept for ever.

Both read the month's cuts, so what is approved is what was asked for, whatever was booked meanwhile.
"""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from ledger.operations import Actor, close_books, operation
from ledger.queries import find_cut_at
from storecredit.credits.operations import Party, lock_person
from storecredit.finance.errors import (
    DoesNotAddUp,
    FindingsOpen,
    NothingToExport,
    OwnPeriod,
    PeriodChanged,
    PeriodNotClosable,
    PeriodNotFound,
    PeriodOutOfOrder,
    PersonMissing,
)
from storecredit.finance.models import (
    JournalExport,
    Period,
    PeriodEvent,
    PeriodEventKind,
    PeriodFigure,
    PeriodStatus,
)
from storecredit.finance.operations.journal import export_journal
from storecredit.finance.queries.days import day_of
from storecredit.finance.queries.periods import (
    end_of,
    find_begin_cut,
    find_hindrances,
    last_day_of,
    list_ends,
    make_figures,
)
from storecredit.finance.queries.reconciliation import count_undecided
from storecredit.finance.queries.roll_forward import require_entries, roll_forward


@operation
def open_period(*, first_day: date, actor: Actor, now: datetime, person_id: int | None = None) -> Period:
    """
    The period of a month, opened now with those before it that are missing; the first ever may be any month.

    :param first_day: of the month.
    :raises PeriodOutOfOrder: for a month before the first one, or one that has not begun.
    """
    while True:
        known = Period.objects.filter(first_day=first_day).first()
        if known is not None:
            return known
        last = Period.objects.order_by("-number").first()
        if first_day > _today(now) or (last is not None and first_day < last.first_day):
            expected = _after(last.first_day) if last else _today(now)
            raise PeriodOutOfOrder(month=f"{first_day:%Y-%m}", expected=f"{expected:%Y-%m}")
        number, month = (last.number + 1, _after(last.first_day)) if last else (1, first_day)
        try:
            with transaction.atomic():
                opened = Period.objects.create(number=number, first_day=month)
                _tell(opened, PeriodEventKind.OPENED, actor, now, person_id)
        except IntegrityError:
            # Somebody else was faster, perhaps with another month.
            if Period.objects.order_by("-number").first() == last:
                raise


@operation
def ask_period(*, number: int, party: Party, now: datetime, note: str = "") -> Period:
    """
    Ask to close a month, which another person then approves or refuses.

    :raises PeriodNotFound: if there is none of this number.
    :raises PeriodChanged: if it is not open.
    :raises PersonMissing: if nobody whose login is on stands behind the party.
    :raises PeriodNotClosable: for what stands against it, each named.
    :raises FindingsOpen: if reconciliations have findings that nobody decided about, and no note says why all the same.
    """
    period = lock_period(number=number)
    _require(period, PeriodStatus.OPEN)
    person_id = _require_person(party)
    _require_closable(period, now)
    findings = _count_findings(note)
    period.status = PeriodStatus.CLOSING
    period.begin_cut = find_begin_cut(period)
    period.end_cut = find_cut_at(boundary=end_of(period))
    period.closed_by_id = person_id
    period.closing_at = now
    _tell(period, PeriodEventKind.ASKED, party.actor, now, person_id, note, findings)
    period.save()
    return period


@operation
def approve_period(*, number: int, party: Party, now: datetime, note: str = "") -> Period:
    """
    Approve that a month is closed: its figures and its journal are kept, and the next month is open.

    :raises PeriodNotFound, PersonMissing, FindingsOpen: as `ask_period`.
    :raises PeriodChanged: if nobody has asked to close it.
    :raises OwnPeriod: if the very same person asked.
    :raises PeriodNotClosable: if something stands against it by now.
    """
    period = lock_period(number=number)
    _require(period, PeriodStatus.CLOSING)
    person_id = _require_person(party)
    if person_id == period.closed_by_id:
        raise OwnPeriod(month=str(period))
    _require_closable(period, now)
    findings = _count_findings(note)
    assert period.end_cut is not None
    lines = roll_forward(begin=period.begin_cut, end=period.end_cut)
    PeriodFigure.objects.bulk_create(make_figures(period, lines))
    period.journal = _export(period, party.actor, now)
    period.status = PeriodStatus.CLOSED
    period.approved_by_id = person_id
    period.closed_at = now
    _tell(period, PeriodEventKind.APPROVED, party.actor, now, person_id, note, findings)
    period.save()
    close_books(cut=period.end_cut, actor=party.actor, now=now)
    if _after(period.first_day) <= _today(now):
        open_period(first_day=_after(period.first_day), actor=party.actor, now=now, person_id=person_id)
    return period


@operation
def refuse_period(*, number: int, party: Party, now: datetime, note: str) -> Period:
    """
    Refuse that a month is closed, or take the asking back: it is open again.

    :raises PeriodNotFound, PeriodChanged, PersonMissing: as `approve_period`.
    """
    period = lock_period(number=number)
    _require(period, PeriodStatus.CLOSING)
    person_id = _require_person(party)
    period.status = PeriodStatus.OPEN
    period.end_cut = period.closing_at = None
    period.closed_by_id = None
    _tell(period, PeriodEventKind.REFUSED, party.actor, now, person_id, note)
    period.save()
    return period


def lock_period(*, number: int) -> Period:
    """
    A period as it stands, until the transaction ends.

    :raises PeriodNotFound: if there is none of this number.
    """
    found = Period.objects.select_for_update(no_key=True).filter(number=number).first()
    if found is None:
        raise PeriodNotFound(month=str(number))
    return found


def _export(period: Period, actor: Actor, now: datetime) -> JournalExport:
    """The journal that ends with the month, or the one that went beyond it."""
    last_day = last_day_of(period.first_day)
    try:
        return export_journal(last_day=last_day, actor=actor, now=now)
    except NothingToExport:
        return JournalExport.objects.filter(last_day__gt=last_day).order_by("number")[0]


def _require(period: Period, status: PeriodStatus) -> None:
    if period.status != status:
        raise PeriodChanged(month=str(period), state=period.get_status_display().lower())


def _require_person(party: Party) -> int:
    if party.person_id is None or not lock_person(person_id=party.person_id):
        raise PersonMissing
    return party.person_id


def _require_closable(period: Period, now: datetime) -> None:
    why = find_hindrances(period=period, now=now)
    if not why:
        # Whoever only looks does not wait for all of the month's entries to be read.
        try:
            require_entries(find_begin_cut(period), list_ends(period))
        except DoesNotAddUp as error:
            why = {"does_not_add_up": str(error)}
    if why:
        raise PeriodNotClosable(month=str(period), why=why)


def _count_findings(note: str) -> int:
    """How many findings are open; over any a month is closed only with a reason."""
    count = count_undecided(real_money=True)
    if count and not note.strip():
        raise FindingsOpen(count=count)
    return count


def _after(first_day: date) -> date:
    """The month after."""
    return last_day_of(first_day) + timedelta(days=1)


def _today(now: datetime) -> date:
    return day_of(now)


def _tell(
    period: Period,
    kind: PeriodEventKind,
    actor: Actor,
    now: datetime,
    person_id: int | None,
    note: str = "",
    open_findings: int = 0,
) -> None:
    PeriodEvent.objects.create(
        period=period,
        kind=kind,
        person_id=person_id,
        note=note,
        open_findings=open_findings,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        door=actor.door,
        request_id=actor.request_id,
        created_at=now,
    )
