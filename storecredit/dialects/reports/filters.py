"""What a report is asked about: cuts by their numbers or by days, and of which credit."""

from ledger.operations import AccountKind, Funding
from storecredit.api.fields import Choice, Day, HeldCurrency, Integer, Text
from storecredit.api.filters import Filter, FilterSet
from storecredit.api.pagination import CursorPagination
from storecredit.dialects.reports.serializers import MAX_LINES

_LAST_NUMBER = 10**15


def _day(about: str) -> Filter:
    return Filter(Day(help_text=f"{about}, in the shop's time zone."))


def _number(about: str) -> Filter:
    return Filter(Integer(min_value=1, max_value=_LAST_NUMBER, help_text=about))


class CreditFilter(FilterSet):
    currency = Filter(HeldCurrency(help_text="Only credit in this currency."))
    kind = Filter(Choice(choices=AccountKind.values, component="AccountKind", help_text="Only accounts of this kind."))
    funding = Filter(Choice(choices=Funding.values, component="Funding", help_text="Only credit of this funding."))


class CutFilter(CreditFilter):
    day = _day("As of the end of this day")
    cut = _number("As of the cut of this number, instead of a day; of neither, the newest.")


class SpanFilter(CreditFilter):
    to = _day("The last day")
    from_cut = _number("Begin with the cut of this number, instead of a day; of neither, with the books.")
    to_cut = _number("End with the cut of this number, instead of a day; of neither, with the newest.")

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        """With the one whose name no attribute can have."""
        return {"from": _day("The first day")} | super().get_filters()


class JournalFilter(CreditFilter):
    number = _number("The journal that was exported under this number, instead of days.")
    to = _day("The last day")

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        """With the one whose name no attribute can have."""
        return {"from": _day("The first day; with `to`, and at most 92 days before it")} | super().get_filters()


class BoundaryFilter(FilterSet):
    to = _day("Only cuts whose boundary is not after the end of this day")

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        """With the one whose name no attribute can have."""
        return {
            "from": _day("Only cuts whose boundary is not before the beginning of this day")
        } | super().get_filters()


class Pages(CursorPagination):
    """Pages of lines, with `next_cursor` beside them."""

    page_size = 100
    parameters = {
        "limit": Integer(
            min_value=1, max_value=MAX_LINES, help_text="How many lines a page has at most; 100 if left out."
        ),
        "cursor": Text(max_length=128, help_text="`next_cursor` of the page before; left out for the first page."),
    }
