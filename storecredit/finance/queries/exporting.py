"""What leaves the house with a journal: what moved, and the breakage that is recognised with it."""

from storecredit.finance.models import JournalLine
from storecredit.finance.queries.breakage import list_breakage_lines
from storecredit.finance.queries.days import last_day_before
from storecredit.finance.queries.journal import Days, list_lines


def list_lines_to_export(days: Days) -> list[JournalLine]:
    """
    The lines of these days, and of the last of them what brings the recognised breakage up to date. They are not saved.

    :raises MovementsUnmapped: if no rule says where some of it goes.
    """
    end = days.ends[-1]
    lines = [*list_lines(days), *list_breakage_lines(cut=end, day=last_day_before(end.boundary))]
    for place, line in enumerate(lines, start=1):
        line.place = place
    return lines
