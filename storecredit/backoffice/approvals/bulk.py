"""
Many requests on one page, each decided on its own: what one refuses does not stop the next.

The page says how many there are and their sum by currency; what would be refused is left out, with the reason. It is
sent once: its address, loaded again, tells what became of each.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.html import format_html_join

from ledger.errors import DomainError
from ledger.operations import operation
from storecredit.backoffice.approvals.forms import NoteForm
from storecredit.backoffice.approvals.steps import person_of, staff_party
from storecredit.backoffice.approvals.words import age_of, amount_of, doubt_words, payee_of, request_url, status_of
from storecredit.backoffice.kit import (
    DASH,
    MOST_AT_ONCE,
    BulkPage,
    BulkResult,
    Column,
    DomainForm,
    Head,
    Intent,
    Link,
    Table,
    audit,
    moments,
    money_text,
    numbers,
    read_ids,
    reasons,
    stacked,
    strong,
)
from storecredit.credits.operations import Decision, RequestStatus, approve_request, reject_request
from storecredit.credits.queries import (
    DECIDE,
    Allowance,
    CreditRequest,
    RequestContext,
    get_contexts,
    list_allowances,
    list_parts,
    list_requests,
    refuse_amount,
    refuse_approval,
)


class BulkDecision(BulkPage):
    """Decides about many requests. Subclasses say what."""

    needs_note: ClassVar[bool] = False

    def decide(self, request_id: UUID, version: int, note: str) -> Decision:
        """Call the operation for one of them."""
        raise NotImplementedError

    def refusals(self, requests: list[CreditRequest]) -> dict[UUID, str]:
        """Why which of them would be refused."""
        raise NotImplementedError

    def words_of(self, decision: Decision) -> str:
        """What was done, for the list of results."""
        raise NotImplementedError

    def notices(self, requests: list[CreditRequest]) -> list[str]:
        """What is to be known of all that are left."""
        return []

    # How it goes

    @classmethod
    def is_offered(cls, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(DECIDE))

    def columns(self) -> Sequence[Column | str]:
        return "Request", numbers("Amount"), "For"

    def load(self, ids: Iterable[UUID]) -> list[CreditRequest]:
        return list(list_requests().filter(pk__in=list(ids)[:MOST_AT_ONCE]).order_by("created_at", "pk"))

    def make_form(self, data: Any = None) -> DomainForm:
        form = NoteForm(data)
        form.fields["note"].required = self.needs_note
        form.fields["note"].help_text = "The same for each of them. It stands in each request's history."
        return form

    def open_form(self, ids: Iterable[UUID]) -> HttpResponse:
        return self._show_form(ids, self.make_form())

    def take_form(self, intent: Intent) -> HttpResponse:
        seen = _read_seen(self.request.POST.getlist("row"))
        form = self.make_form(self.request.POST)
        if not form.is_valid():
            return self._show_form(seen, form)
        return self.do_once(intent, lambda: self._decide_all(seen, form.cleaned_data["note"]))

    def _decide_all(self, seen: dict[UUID, int], note: str) -> list[BulkResult]:
        results = []
        for request in self.load(seen):
            try:
                words, is_done = self.words_of(self._decide_one(request, seen[request.pk], note)), True
            except DomainError as error:
                words, is_done = str(error), False
            results.append(
                BulkResult(
                    url=request_url(request),
                    label=str(request),
                    amount=amount_of(request),
                    payee=payee_of(request)[0],
                    is_done=is_done,
                    words=words,
                )
            )
        return results

    @operation
    def _decide_one(self, request: CreditRequest, version: int, note: str) -> Decision:
        decision = self.decide(request.pk, version, note)
        audit(self.request, request, f"{self.label} (with others): {note}".rstrip(": "))
        return decision

    # What is shown

    def _show_form(self, seen: Iterable[UUID], form: DomainForm) -> HttpResponse:
        requests = self.load(seen)
        refusals = self.refusals(requests)
        left = [request for request in requests if not refusals.get(request.pk)]
        rest = [request for request in requests if refusals.get(request.pk)]
        contexts = get_contexts(requests=requests, now=timezone.now())
        count = f"{len(left)} request{pluralize(len(left))}"
        return self.show(
            "backoffice/approvals/bulk.html",
            {
                "head": Head(title=f"{self.label} {count}"),
                "form": form,
                "seen": [f"{request.pk.hex}:{request.version}" for request in left],
                "chosen": _requests_table("To be decided now", "", left, "Look at", _doubts_of(contexts), contexts),
                "left_out": _requests_table("Left out", "left-out", rest, "Why not", refusals, contexts),
                "sums": _sums(left),
                "notices": self.notices(left),
            },
        )


class BulkApprove(BulkDecision):
    slug, label = "approve-many", "Approve"
    explanation = "Each is decided on its own: if one is refused, the others are approved all the same."

    def refusals(self, requests: list[CreditRequest]) -> dict[UUID, str]:
        person_id = person_of(self.request)
        allowances = self._allowances()
        parts = list_parts(requests=requests, person_id=person_id)
        return {
            request.pk: refuse_approval(request=request, allowances=allowances, part=parts.get(request.pk))
            for request in requests
        }

    def notices(self, requests: list[CreditRequest]) -> list[str]:
        told = []
        for currency in sorted({request.currency for request in requests}):
            total = sum(request.amount_minor for request in requests if request.currency == currency)
            limits = [each for each in self._allowances() if each.currency == currency]
            # Each stays within the limit of a request; together they may be more than is left of the day.
            day = [Allowance(currency, max(total, each.per_request_minor), each.left_today_minor) for each in limits]
            if words := refuse_amount(amount_minor=total, currency=currency, allowances=day):
                told.append(f"Together they are {money_text(total, currency)}. {words} What is beyond is refused.")
        return told

    def decide(self, request_id: UUID, version: int, note: str) -> Decision:
        return approve_request(
            request_id=request_id, party=staff_party(self.request), now=timezone.now(), version=version, note=note
        )

    def words_of(self, decision: Decision) -> str:
        if decision.approvals_missing:
            return "Approved by you; another person has to approve it, too."
        return f"Approved: {amount_of(decision.request)} is issued."

    def _allowances(self) -> list[Allowance]:
        return list_allowances(person_id=person_of(self.request), now=timezone.now())


class BulkReject(BulkDecision):
    slug, label, danger, needs_note = "reject-many", "Reject", True, True
    explanation = "Decide against them, for good. No credit is issued."

    def refusals(self, requests: list[CreditRequest]) -> dict[UUID, str]:
        return {
            request.pk: f"The request is {status_of(request).lower()}."
            for request in requests
            if request.status != RequestStatus.PENDING
        }

    def decide(self, request_id: UUID, version: int, note: str) -> Decision:
        return reject_request(
            request_id=request_id, party=staff_party(self.request), now=timezone.now(), version=version, note=note
        )

    def words_of(self, decision: Decision) -> str:
        return "Rejected."


def _doubts_of(contexts: Mapping[UUID, RequestContext]) -> dict[UUID, str]:
    """What is odd about which, a line for each doubt."""
    return {
        pk: format_html_join(
            "", '<div class="bo-warn bo-small">{}</div>', ((doubt_words(each),) for each in context.doubts)
        )
        for pk, context in contexts.items()
    }


def _requests_table(
    title: str,
    name: str,
    requests: list[CreditRequest],
    last: str,
    told: Mapping[UUID, str],
    contexts: Mapping[UUID, RequestContext],
) -> Table:
    """Requests, with what is told of each in the last column."""
    return Table(
        title=title,
        id=name,
        columns=(numbers("Amount"), "For", "Why", "Order", moments("Asked for"), reasons(last)),
        rows=[
            [
                strong(Link(amount_of(request), request_url(request))),
                stacked(*payee_of(request, contexts[request.pk])),
                request.reason.label,
                request.order_value or DASH,
                stacked(request.requested_label, age_of(request, timezone.now())),
                told[request.pk],
            ]
            for request in requests
        ],
    )


def _sums(requests: list[CreditRequest]) -> list[tuple[int, str]]:
    """How many there are in each currency, and their sum."""
    return [
        (
            sum(request.currency == currency for request in requests),
            money_text(sum(request.amount_minor for request in requests if request.currency == currency), currency),
        )
        for currency in sorted({request.currency for request in requests})
    ]


def _read_seen(texts: Iterable[str]) -> dict[UUID, int]:
    """`id:version` as the page sent them; what is no such pair is passed over."""
    seen = {}
    for text in texts:
        name, _, version = text.partition(":")
        ids = read_ids([name])
        if ids and version.isascii() and version.isdecimal() and len(version) < 10:
            seen[ids[0]] = int(version)
    return seen
