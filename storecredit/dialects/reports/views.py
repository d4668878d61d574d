"""Reports of finance to programs: find the cuts, ask once, show. Nothing here writes, and none exports a journal."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from ledger.queries import Cut, find_last_sealed_cut, get_cut, list_cuts
from storecredit.api.fields import wrong_member
from storecredit.api.generics import DialectView
from storecredit.api.negotiation import JSONOrCSV
from storecredit.api.pagination import link_to
from storecredit.api.permissions import HasScope
from storecredit.api.renderers import CSVRenderer, ExactJSONRenderer
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Serializer
from storecredit.dialects.reports import examples, filters, serializers
from storecredit.dialects.reports.errors import Reports
from storecredit.finance.operations import get_journal
from storecredit.finance.queries import (
    find_cut_before,
    get_cut_after,
    list_days,
    list_lines,
    midnight_after,
    read_report,
    roll_forward,
    sum_ages,
    sum_owed,
)

#: Changes where the same cuts are told in another way.
_FORM = "1"
_MAX_DAYS = 93
_FOR_EVER = "private, max-age=31536000, immutable"
_ASKED_AGAIN = "private, no-cache"
_NO_CUT = "There is no such cut, or time was not closed with that day."
_TAGGED = [
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200], description="The version of the report."),
    OpenApiParameter(
        "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag that is known: answered with 304."
    ),
]
_LINKED = [
    OpenApiParameter(
        "Link", str, OpenApiParameter.HEADER, response=[200], description="The address of the next page, `rel=next`."
    )
]
_KNOWN = OpenApiResponse(None, "The report is the one with this ETag still.")

Row = dict[str, Any]
Told = TypeVar("Told")


def _told(report: type[Serializer]) -> dict[Any, Any]:
    """A report in both its forms, for the description of the API."""
    return {(200, "application/json"): report, (200, "text/csv"): OpenApiTypes.STR}


class ReportView(DialectView):
    """A report in JSON, or its lines in CSV. A test key sees none of its lines: test money is in no figure."""

    dialect = Reports()
    permission_classes = [HasScope(Scope.REPORTS_READ)]
    renderer_classes = [ExactJSONRenderer, CSVRenderer]
    content_negotiation_class: Any = JSONOrCSV
    #: Writes one line, and names the columns of CSV.
    serializer_class: Any
    report_serializer: ClassVar[type[Serializer]]
    source: Mapping[str, str] = {}

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Two answers at one address differ by these."""
        return {"Vary": "Accept, Authorization, x-api-key"}

    def tell(
        self, facts: Mapping[str, Any], lines: Iterable[Any], headers: Mapping[str, str] | None = None
    ) -> Response:
        """The report in the form that is accepted."""
        if isinstance(self.request.accepted_renderer, CSVRenderer):
            return Response(self._list_rows(lines), headers=headers)
        told = self.report_serializer.shared().to_representation({**facts, "lines": list(lines)})
        return Response(told, headers=headers)

    def tell_once(
        self, version: str, tell: Callable[[], tuple[Mapping[str, Any], Iterable[Row]]], *, is_final: bool
    ) -> Response:
        """
        The report, unless the client has it.

        :param version: says what it is of, so that the same is never computed for whoever has it.
        :param is_final: whether what is asked for never changes.
        """
        kept = {"ETag": self._tag(version), "Cache-Control": _FOR_EVER if is_final else _ASKED_AGAIN}
        known = parse_etags(self.request.META.get("HTTP_IF_NONE_MATCH", ""))
        if kept["ETag"] in known or known == ["*"]:
            return Response(status=304, headers=kept)
        facts, lines = tell()
        return self.tell(facts, lines, {**kept, **self.source})

    def look_up(self, report: Callable[[str], Told], *, cut: Cut) -> Told:
        """What a report of sealed cuts tells; where a shop has a replica, the answer says which database was read."""
        told, source = read_report(report, cut=cut)
        if source.replayed_at is not None:
            self.source = {"X-Read-From": f"replica; as-of={source.replayed_at.isoformat()}"}
        elif source.fallback:
            self.source = {"X-Read-From": f"primary; {source.fallback}"}
        return told

    def select(self, query: Mapping[str, Any], lines: Iterable[Row]) -> list[Row]:
        """The lines that are asked for; none for a test key."""
        if self.caller.test_mode:
            return []
        wanted = [(name, query[name]) for name in ("currency", "kind", "funding") if name in query]
        return [line for line in lines if all(line[name] == value for name, value in wanted)]

    def find_cut(self, number: int | None, day: date | None, *, of: tuple[str, str]) -> Cut:
        """
        The cut of a number or a day; the newest of neither.

        :param of: how the two are called.
        :raises ValidationError: if both are named.
        :raises DomainError, Refused: if there is none.
        """
        if number is not None and day is not None:
            raise wrong_member(of[0], f"must not be sent beside {of[1]}.")
        if number is not None:
            return get_cut(number=number)
        cut = find_last_sealed_cut() if day is None else get_cut_after(day=day)
        if cut is None:
            raise self.dialect.refuse("no_cut_yet")
        return cut

    @property
    def pages(self) -> filters.Pages:
        """How the list is paged, and after that where the next page begins."""
        found: Any = self.paginator
        return found

    def link(self, response: Response) -> Response:
        """The page with a link to the next one, which CSV has no other place for."""
        if self.pages.next_cursor is not None:
            response["Link"] = link_to(self.request, "next", "cursor", self.pages.next_cursor)
        return response

    def _list_rows(self, lines: Iterable[Any]) -> Iterator[Sequence[Any]]:
        """The rows of a spreadsheet, which takes an amount for text unless it is a number."""
        line = self.serializer_class.shared()
        amounts = getattr(line, "amounts", {})
        yield list(line.fields)
        for told in map(line.to_representation, lines):
            yield [Decimal(value) if name in amounts else value for name, value in told.items()]

    def _tag(self, version: str) -> str:
        query = sorted(self.request.query_params.items())
        said = (_FORM, self.route, self.caller.test_mode, self.request.accepted_renderer.format, query, version)
        return f'"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}"'


class _AsOfCut(ReportView):
    filterset_class: Any = filters.CutFilter

    def show_as_of(self, list_told: Callable[[Cut, str], Iterable[Row]]) -> Response:
        """The report as of the cut that is asked for."""
        query = self.read_query()
        cut = self.find_cut(query.get("cut"), query.get("day"), of=("cut", "day"))

        def tell() -> tuple[Mapping[str, Any], list[Row]]:
            lines = self.select(query, self.look_up(lambda using: list_told(cut, using), cut=cut))
            return {"as_of": cut, "totals": serializers.sum_by_currency(lines, self.serializer_class.amounts)}, lines

        is_final = "cut" in query or "day" in query
        return self.tell_once(serializers.version_of(cut), tell, is_final=is_final)


class Liability(_AsOfCut):
    serializer_class = serializers.LiabilityLine
    report_serializer = serializers.LiabilityReport

    @extend_schema(
        summary="Get what is owed",
        description="What was owed at the end of a day or at a cut, by currency, kind of account and funding.",
        parameters=_TAGGED,
        responses=_told(serializers.LiabilityReport) | {304: _KNOWN, 404: _NO_CUT},
        examples=examples.shown(examples.LIABILITY),
    )
    def get(self, request: Any) -> Response:
        return self.show_as_of(
            lambda cut, using: [
                serializers.tell_owed(kept, minor) for kept, minor in sum_owed(cut=cut, using=using).items()
            ]
        )


class Ageing(_AsOfCut):
    serializer_class = serializers.AgeingLine
    report_serializer = serializers.AgeingReport

    @extend_schema(
        summary="Get what is owed by age and term",
        description="How old what was owed at a cut was, and when it was to expire.",
        parameters=_TAGGED,
        responses=_told(serializers.AgeingReport) | {304: _KNOWN, 404: _NO_CUT},
        examples=examples.shown(examples.AGEING),
    )
    def get(self, request: Any) -> Response:
        return self.show_as_of(lambda cut, using: map(serializers.tell_age, sum_ages(cut=cut, using=using)))


class RollForward(ReportView):
    serializer_class = serializers.RollForwardLine
    report_serializer = serializers.RollForwardReport
    filterset_class = filters.SpanFilter

    @extend_schema(
        summary="Get the roll-forward",
        description="What was owed at one cut, what moved it, and what was owed at another. Every line adds up "
        "exactly, or nothing is reported.",
        parameters=_TAGGED,
        responses=_told(serializers.RollForwardReport)
        | {304: _KNOWN, 404: _NO_CUT, 409: "Kept figures contradict each other."},
        examples=examples.shown(examples.ROLL_FORWARD),
    )
    def get(self, request: Any) -> Response:
        query = self.read_query()
        begin, end = self._find_begin(query), self.find_cut(query.get("to_cut"), query.get("to"), of=("to_cut", "to"))

        def tell() -> tuple[Mapping[str, Any], list[Row]]:
            flows = self.look_up(lambda using: roll_forward(begin=begin, end=end, using=using), cut=end)
            lines = self.select(query, map(serializers.tell_flow, flows))
            totals = serializers.sum_by_currency(lines, self.serializer_class.amounts)
            return {"begin": begin, "end": end, "totals": totals}, lines

        is_final = "to" in query or "to_cut" in query
        return self.tell_once(serializers.version_of(begin, end), tell, is_final=is_final)

    def _find_begin(self, query: Mapping[str, Any]) -> Cut | None:
        number, day = query.get("from_cut"), query.get("from")
        if number is None:
            return None if day is None else find_cut_before(day=day)
        return self.find_cut(number, day, of=("from_cut", "from"))


class Journal(ReportView):
    serializer_class = serializers.JournalEntryLine
    report_serializer = serializers.JournalPage
    filterset_class = filters.JournalFilter
    pagination_class = filters.Pages
    cursor_name = "journal"

    @extend_schema(
        summary="Get the journal",
        description="What the books of some days mean for the general ledger, by its rules of now; or, by its number, "
        "a journal that was exported, as it was. Reading exports none.",
        parameters=[*_TAGGED, *_LINKED],
        responses=_told(serializers.JournalPage)
        | {
            304: _KNOWN,
            404: "There is no such journal, or time was not closed with those days.",
            409: "No rule maps some of it, or the kept lines are not those that were exported.",
        },
        examples=examples.shown(examples.JOURNAL),
    )
    def get(self, request: Any) -> Response:
        query = self.read_query()
        number = query.get("number")
        if number is not None and ("from" in query or "to" in query):
            raise wrong_member("number", "must not be sent beside from and to.")
        lines = _list_days(query) if number is None else get_journal(number=number)[1]
        selected = self.select(query, map(serializers.tell_entry, lines))
        page = self.pages.paginate_rows(selected, self, column="place")
        facts = {"number": number, "next_cursor": self.pages.next_cursor}
        # Rules may change, so the version is what it comes to.
        return self.link(self.tell_once(repr((facts, page)), lambda: (facts, page), is_final=number is not None))


class Cuts(ReportView):
    serializer_class = serializers.SealedCut
    report_serializer = serializers.CutPage
    filterset_class = filters.BoundaryFilter
    pagination_class = filters.Pages
    ordering = "-number"
    cursor_name = "cuts"

    @extend_schema(
        summary="List cuts",
        description="The moments up to which time is closed, newest first, with their seals.",
        parameters=_LINKED,
        responses=_told(serializers.CutPage),
        examples=examples.shown(examples.CUTS),
    )
    def get(self, request: Any) -> Response:
        query = self.read_query()
        first, last = query.get("from"), query.get("to")
        cuts = list_cuts(
            after=midnight_after(first - timedelta(days=1)) if first else None,
            before=midnight_after(last) if last else None,
        )
        page = self.paginate_queryset(cuts)
        return self.link(self.tell({"next_cursor": self.pages.next_cursor}, page or []))


def _list_days(query: Mapping[str, Any]) -> Iterable[Any]:
    first, last = query.get("from"), query.get("to")
    if first is None or last is None:
        raise wrong_member("to" if first else "from", "is required, or number.", code="required")
    if last < first:
        raise wrong_member("to", "must not be before from.")
    if (last - first).days >= _MAX_DAYS:
        raise wrong_member("to", f"must be at most {_MAX_DAYS - 1} days after from.")
    return list_lines(list_days(first_day=first, last_day=last))
