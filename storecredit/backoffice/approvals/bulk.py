"""
Many requests on one page, each decided on its own: what one refuses does not stop the next.

The page says how many there are and their sum by currency; what would be refused is left out, with the reason, and each
of the others can be unticked. It is sent once: its address, loaded again, tells what became of each.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from ledger.operations import operation
from storecredit.backoffice.approvals.bulk_rows import doubts_of, requests_table, sums_of
from storecredit.backoffice.approvals.forms import NoteForm
from storecredit.backoffice.approvals.steps import person_of, staff_party
from storecredit.backoffice.approvals.words import amount_of, payee_of, request_url, status_of
from storecredit.backoffice.kit import (
    MOST_AT_ONCE,
    BulkPage,
    BulkResult,
    Column,
    DomainForm,
    Head,
    Intent,
    audit,
    kept_in_records,
    money_text,
    numbers,
    read_ids,
)
from storecredit.credits.operations import Decision, RequestStatus, approve_request, reject_request
from storecredit.credits.queries import (
    DECIDE,
    Allowance,
    CreditRequest,
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

    def title_of(self, count: int) -> str:
        """What is done to how many."""
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
        return gettext("Request"), numbers(gettext("Amount")), gettext("For")

    def load(self, ids: Iterable[UUID]) -> list[CreditRequest]:
        return list(list_requests().filter(pk__in=list(ids)[:MOST_AT_ONCE]).order_by("created_at", "pk"))

    def make_form(self, data: Any = None, *, typed: Any = None) -> DomainForm:
        """
        The form of what is said of all of them.

        :param typed: what is in it already, and not yet sent.
        """
        form = NoteForm(data, initial={"note": typed.get("note", "")} if typed else None)
        form.fields["note"].required = self.needs_note
        form.fields["note"].help_text = gettext("The same for each of them. It stands in each request's history.")
        return form

    def open_form(self, ids: Iterable[UUID]) -> HttpResponse:
        return self._show_form(ids, self.make_form())

    def take_form(self, intent: Intent) -> HttpResponse:
        ticked = _read_seen(self.request.POST.getlist("row"))
        shown = [*read_ids(self.request.POST.getlist("shown")), *ticked]
        if "count" in self.request.POST:
            return self._show_form(shown, self.make_form(typed=self.request.POST), ticked)
        form = self.make_form(self.request.POST)
        if form.is_valid() and not ticked:
            form.add_error(None, gettext("Nothing is ticked: tick at least one of them."))
        if not form.is_valid():
            return self._show_form(shown, form, ticked)
        return self.do_once(intent, lambda: self._decide_all(ticked, form.cleaned_data["note"]))

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
        with kept_in_records():
            said = gettext("%(step)s (with others)") % {"step": self.label}
        audit(self.request, request, f"{said}: {note}".rstrip(": "))
        return decision

    # What is shown

    def _show_form(
        self, shown: Iterable[UUID], form: DomainForm, ticked: Collection[UUID] | None = None
    ) -> HttpResponse:
        requests = self.load(shown)
        if not requests:
            return HttpResponseRedirect(self.list_url())
        refusals = self.refusals(requests)
        left = [request for request in requests if not refusals.get(request.pk)]
        rest = [request for request in requests if refusals.get(request.pk)]
        chosen = [request for request in left if ticked is None or request.pk in ticked]
        ids = {request.pk for request in chosen}
        contexts = get_contexts(requests=requests, now=timezone.now())
        return self.show(
            "backoffice/approvals/bulk.html",
            {
                "head": Head(title=self.title_of(len(chosen))),
                "form": form,
                "shown": [request.pk.hex for request in left],
                "count": len(chosen),
                "chosen": requests_table(
                    gettext("To be decided now"), "", left, gettext("Look at"), doubts_of(contexts), contexts, ids
                ),
                "left_out": requests_table(
                    gettext("Left out"), "left-out", rest, gettext("Why not"), refusals, contexts
                ),
                "sums": sums_of(chosen),
                "notices": self.notices(chosen),
            },
        )


class BulkApprove(BulkDecision):
    slug, label = "approve-many", _("Approve")
    explanation = _("Each is decided on its own: if one is refused, the others are approved all the same.")

    def title_of(self, count: int) -> str:
        return ngettext("Approve %(count)s request", "Approve %(count)s requests", count) % {"count": count}

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
                told.append(
                    gettext("Together they are %(amount)s. %(why)s What is beyond is refused.")
                    % {"amount": money_text(total, currency), "why": words}
                )
        return told

    def decide(self, request_id: UUID, version: int, note: str) -> Decision:
        return approve_request(
            request_id=request_id, party=staff_party(self.request), now=timezone.now(), version=version, note=note
        )

    def words_of(self, decision: Decision) -> str:
        if decision.approvals_missing:
            return gettext("Approved by you; another person has to approve it, too.")
        return gettext("Approved: %(amount)s is issued.") % {"amount": amount_of(decision.request)}

    def _allowances(self) -> list[Allowance]:
        return list_allowances(person_id=person_of(self.request), now=timezone.now())


class BulkReject(BulkDecision):
    slug, label, danger, needs_note = "reject-many", _("Reject"), True, True
    explanation = _("Decide against them, for good. No credit is issued.")

    def title_of(self, count: int) -> str:
        return ngettext("Reject %(count)s request", "Reject %(count)s requests", count) % {"count": count}

    def refusals(self, requests: list[CreditRequest]) -> dict[UUID, str]:
        return {
            request.pk: gettext("The request is %(status)s.") % {"status": status_of(request).lower()}
            for request in requests
            if request.status != RequestStatus.PENDING
        }

    def decide(self, request_id: UUID, version: int, note: str) -> Decision:
        return reject_request(
            request_id=request_id, party=staff_party(self.request), now=timezone.now(), version=version, note=note
        )

    def words_of(self, decision: Decision) -> str:
        return gettext("Rejected.")


def _read_seen(texts: Iterable[str]) -> dict[UUID, int]:
    """`id:version` as the page sent them; what is no such pair is passed over."""
    seen = {}
    for text in texts:
        name, _, version = text.partition(":")
        ids = read_ids([name])
        if ids and version.isascii() and version.isdecimal() and len(version) < 10:
            seen[ids[0]] = int(version)
    return seen
