"""A journal leaves the house once: whoever asks again gets the same."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from ledger.operations import Actor, operation
from storecredit.finance.errors import JournalChanged, JournalNotFound, NothingToExport
from storecredit.finance.models import JournalExport, JournalLine
from storecredit.finance.queries.exporting import list_lines_to_export
from storecredit.finance.queries.journal import (
    describe_accounts,
    digest_lines,
    find_last_export,
    is_as_exported,
    list_days_to_export,
)
from storecredit.finance.queries.roll_forward import require_entries

_AT_ONCE = 1000


@operation
def export_journal(*, last_day: date, actor: Actor, now: datetime) -> JournalExport:
    """
    The journal that ends with this day: a new one of all days that none has yet, or the one that was exported.

    :param last_day: a day of the shop's time zone that is over and closed by a cut.
    :raises NoCutAt: if time was not closed with it.
    :raises NothingToExport: if a journal of later days has it.
    :raises MovementsUnmapped: if no rule says where some of it goes; nothing is exported.
    :raises DoesNotAddUp: if what was kept of a day is not what its entries come to.
    """
    while True:
        last = find_last_export()
        known = JournalExport.objects.filter(last_day=last_day).first()
        if known is not None:
            return known
        if last is not None and last_day < last.last_day:
            raise NothingToExport(last_day=last_day)
        export, lines = _prepare(last, last_day, actor, now)
        try:
            with transaction.atomic():
                export.save(force_insert=True)
                JournalLine.objects.bulk_create(lines, batch_size=_AT_ONCE)
        except IntegrityError:
            # Somebody else was faster: of the same days it is the same journal, behind earlier ones this one follows.
            if find_last_export() == last:
                raise
            continue
        return export


def _prepare(
    last: JournalExport | None, last_day: date, actor: Actor, now: datetime
) -> tuple[JournalExport, list[JournalLine]]:
    """The journal behind this one, with its lines; nothing is saved."""
    days = list_days_to_export(last_day=last_day, last=last)
    lines = list_lines_to_export(days)
    require_entries(days.begin, days.ends)
    export = JournalExport(
        number=last.number + 1 if last else 1,
        begin_cut=days.begin,
        end_cut=days.ends[-1],
        last_day=last_day,
        line_count=len(lines),
        digest=digest_lines(lines),
        accounts=describe_accounts(lines),
        exported_at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        door=actor.door,
    )
    for line in lines:
        line.export = export
    return export, lines


def get_journal(*, number: int) -> tuple[JournalExport, list[JournalLine]]:
    """
    A journal and its lines, proved to be those that were exported.

    :raises JournalNotFound: if there is none of this number.
    :raises JournalChanged: if they are not.
    """
    export = JournalExport.objects.filter(number=number).select_related("end_cut").first()
    if export is None:
        raise JournalNotFound(number=number)
    lines = list(export.lines.order_by("place"))
    if not is_as_exported(export, lines):
        raise JournalChanged(number=number)
    return export, lines
