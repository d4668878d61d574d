"""What staff can do to a request: each is one operation between a form, a review and a line in its history."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import get_card_by_id
from ledger.money import from_minor
from storecredit.backoffice.approvals.forms import AgainstForm, DecisionForm
from storecredit.backoffice.approvals.twins import find_twins
from storecredit.backoffice.approvals.words import amount_of, payee_of, request_url, status_of
from storecredit.backoffice.kit import (
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    Twin,
    Words,
    day_text,
    last_moment,
    money_text,
    staff_actor,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import (
    Decision,
    Party,
    PayeeKind,
    RequestStatus,
    approve_request,
    cancel_request,
    fail_request,
    lock_request,
    reject_request,
    retry_request,
)
from storecredit.credits.queries import (
    DECIDE,
    CreditRequest,
    Receiver,
    get_request,
    list_allowances,
    list_parts,
    refuse_approval,
)

ASK = "credits.request_credit"


def staff_party(request: HttpRequest) -> Party:
    """The signed-in member of staff, as whoever asks or decides."""
    return Party(actor=staff_actor(request), person_id=person_of(request))


def person_of(request: HttpRequest) -> int:
    user: AbstractBaseUser = request.user  # type: ignore[assignment]  # the admin lets nobody in without a login
    return int(user.pk)


class RequestStep(LoggedStep):
    """Decides something about a request. The request's history tells of it; Django's log holds the token."""

    permission = DECIDE
    form_class: ClassVar[type[DomainForm]] = DecisionForm
    starts_from: ClassVar[RequestStatus] = RequestStatus.PENDING
    #: What is said when it is done, of `request` and `amount`.
    done: ClassVar[Words]

    target: CreditRequest

    def decide(self, data: dict[str, Any], now: datetime) -> Decision:
        """Call the operation."""
        raise NotImplementedError

    def explain(self) -> str:
        name, more = payee_of(self.target)
        told = gettext("%(amount)s for %(name)s (%(more)s), %(reason)s.") % {
            "amount": amount_of(self.target),
            "name": name,
            "more": more,
            "reason": shipped(self.target.reason.label),
        }
        return f"{told} {self.explanation}"

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        asked = self.request.GET.get("version", "")
        seen = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else self.target.version
        return self.form_class(data, initial={"version": seen})

    def lock(self) -> CreditRequest:
        lock_request(request_id=self.target.pk)
        return get_request(request_id=self.target.pk)

    def refusal(self) -> str:
        if self.target.status != self.starts_from:
            return gettext("The request is %(status)s.") % {"status": status_of(self.target).lower()}
        return ""

    def changes(self, before: str, decision: Decision) -> list[Change]:
        return [Change(gettext("Request"), before, status_of(decision.request))]

    def facts(self, decision: Decision) -> list[Fact]:
        """What is to be known of this step besides the request."""
        return []

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        # Told as it was before: the number of a card that the review makes is not the one that is made in the end.
        before, facts = status_of(self.target), request_facts(self.target)
        decision = self.decide(data, now)
        # Read again, because the operation's object does not know what it pays by name.
        self.target = get_request(request_id=self.target.pk)
        return Outcome(
            review=Review(
                changes=self.changes(before, decision),
                facts=[*facts, *self.facts(decision), *_told(data["note"])],
            ),
            url=self.result_url(),
            message=self.message(decision),
            record=decision,
        )

    def message(self, decision: Decision) -> str:
        return str(self.done) % {"request": self.target, "amount": amount_of(self.target)}

    def result_url(self) -> str:
        return self.admin.page_url(self.target)

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['note']}" if data["note"] else str(self.label)

    def find_done(self, token: str) -> str | None:
        if super().find_done(token) is None:
            return None
        self.target = get_request(request_id=self.target.pk)
        return self.result_url()


class ApproveRequest(RequestStep):
    slug, label, icon = "approve", _("Approve"), "check"
    explanation = _("Once the last approval is there, the credit is issued at once.")
    done = _("%(request)s over %(amount)s is approved.")

    def refusal(self) -> str:
        return why_not_approve(self.target, person_of(self.request))

    def decide(self, data: dict[str, Any], now: datetime) -> Decision:
        return approve_request(
            request_id=self.target.pk,
            party=staff_party(self.request),
            now=now,
            version=data["version"],
            note=data["note"],
        )

    def changes(self, before: str, decision: Decision) -> list[Change]:
        changes = super().changes(before, decision)
        entry = decision.transaction
        if entry is None:
            return changes
        after = money_text(entry.balance_after_minor, entry.currency)
        if self.target.payee_kind == PayeeKind.NEW_CARD:
            return [Change(gettext("On the new card"), "–", after), *changes]
        label = gettext("Balance") if self.target.payee_kind == PayeeKind.CUSTOMER else gettext("On the card")
        before_minor = entry.balance_after_minor - entry.amount_minor
        return [Change(label, money_text(before_minor, entry.currency), after), *changes]

    def find_twins(self, data: dict[str, Any], outcome: Outcome, now: datetime) -> list[Twin]:
        request, entry = self.target, outcome.record.transaction
        receiver = _receiver_of(request)
        besides = [request.pk, *([entry.pk] if entry else [])]
        if receiver is None:
            return []
        return find_twins(
            receiver=receiver, amount=from_minor(request.amount_minor, request.currency), now=now, besides=besides
        )

    def facts(self, decision: Decision) -> list[Fact]:
        if decision.approvals_missing:
            return [
                Fact(gettext("Then"), gettext("Another person has to approve it, too: nothing is issued before that."))
            ]
        facts = [Fact(gettext("Good through"), _good_through(decision))]
        if self.target.payee_kind == PayeeKind.NEW_CARD:
            facts.insert(
                0, Fact(gettext("Card"), gettext("is made when you confirm; its code is revealed on the card's page"))
            )
        return facts

    def message(self, decision: Decision) -> str:
        if decision.approvals_missing:
            return gettext("You have approved %(request)s. Another person has to approve it, too.") % {
                "request": self.target
            }
        issued = gettext("%(amount)s is issued to %(payee)s.") % {
            "amount": amount_of(self.target),
            "payee": payee_of(self.target)[0],
        }
        return f"{super().message(decision)} {issued}"

    def result_url(self) -> str:
        """The card or the customer that was paid."""
        request = self.target
        if request.status != RequestStatus.CONFIRMED:
            return request_url(request)
        if request.issued_card:
            return reverse("admin:giftcards_giftcard_change", args=[request.issued_card.pk])
        return reverse("admin:ledger_customer_change", args=[request.payee_customer_id])


class RejectRequest(RequestStep):
    slug, label, icon, danger = "reject", _("Reject"), "close", True
    form_class = AgainstForm
    explanation = _("Decide against it, for good. No credit is issued.")
    done = _("%(request)s over %(amount)s is rejected.")

    def decide(self, data: dict[str, Any], now: datetime) -> Decision:
        return reject_request(
            request_id=self.target.pk,
            party=staff_party(self.request),
            now=now,
            version=data["version"],
            note=data["note"],
        )


class CancelRequest(RequestStep):
    slug, label, icon, danger, permission = "cancel", _("Take back"), "undo", True, ASK
    explanation = _("Take your own request back, for good. No credit is issued.")
    done = _("%(request)s over %(amount)s is taken back.")

    def is_permitted(self) -> bool:
        user: Any = self.request.user
        may = user.has_perm(ASK) or user.has_perm(DECIDE)
        return bool(may) and self.admin.has_view_permission(self.request, self.target)

    def refusal(self) -> str:
        if self.target.requested_by_id != person_of(self.request):
            return gettext("Somebody else asked for it.")
        return super().refusal()

    def decide(self, data: dict[str, Any], now: datetime) -> Decision:
        return cancel_request(
            request_id=self.target.pk, party=staff_party(self.request), now=now, may_decide=False, note=data["note"]
        )


class FailRequest(RequestStep):
    slug, label, icon, danger = "fail", _("Mark as failed"), "error", True
    form_class = AgainstForm
    explanation = _("It cannot be paid out as it is. Once that is put right, it can be put before its approvers again.")
    done = _("%(request)s over %(amount)s is marked as failed.")

    def decide(self, data: dict[str, Any], now: datetime) -> Decision:
        return fail_request(
            request_id=self.target.pk,
            party=staff_party(self.request),
            now=now,
            version=data["version"],
            note=data["note"],
        )


class RetryRequest(RequestStep):
    slug, label, icon = "retry", _("Try again"), "refresh"
    explanation = _("Put it before its approvers again. Earlier approvals do not count.")
    starts_from = RequestStatus.FAILED
    done = _("%(request)s over %(amount)s waits for approval again.")

    def decide(self, data: dict[str, Any], now: datetime) -> Decision:
        return retry_request(request_id=self.target.pk, party=staff_party(self.request), now=now, note=data["note"])


#: In the order of the buttons on a request's page.
REQUEST_STEPS = (ApproveRequest, RejectRequest, CancelRequest, FailRequest, RetryRequest)


def why_not_approve(request: CreditRequest, person_id: int) -> str:
    """What stands against this person's approval, in words; empty if nothing does."""
    return refuse_approval(
        request=request,
        allowances=list_allowances(person_id=person_id, now=timezone.now(), currency=request.currency),
        part=list_parts(requests=[request], person_id=person_id).get(request.pk),
    )


def request_facts(request: CreditRequest) -> list[Fact]:
    """What somebody agrees to who decides about it."""
    name, more = payee_of(request)
    facts = [
        Fact(gettext("Amount"), amount_of(request)),
        Fact(gettext("For"), f"{name} · {more}"),
        Fact(gettext("Reason"), shipped(request.reason.label)),
        Fact(gettext("Asked for by"), request.requested_label),
    ]
    facts += [Fact(gettext("Order"), request.order_value)] if request.order_value else []
    facts += [Fact(gettext("Request's note"), request.note)] if request.note else []
    facts += [Fact(gettext("Test"), gettext("this is test money"))] if request.test_mode else []
    return facts


def _receiver_of(request: CreditRequest) -> Receiver | None:
    """Whom a request pays; nobody is known who will bear a card that is still to be made."""
    if request.payee_customer_id:
        return Receiver(customer_id=request.payee_customer_id)
    if request.payee_card:
        return Receiver(customer_id=request.payee_card.customer_id, account_id=request.payee_card.account_id)
    named = request.terms.get("customer_id")
    return Receiver(customer_id=int(named)) if named else None


def _good_through(decision: Decision) -> str:
    card_id = decision.request.issued_card_id
    if card_id is not None:
        return day_text(get_card_by_id(card_id=card_id, now=timezone.now()).expires_on)
    assert decision.transaction is not None
    ends = [last_moment(lot.expires_at) for lot in decision.transaction.lots.all()]
    return day_text(ends[0].date() if ends and ends[0] else None)


def _told(note: str) -> list[Fact]:
    return [Fact(gettext("Your note"), note)] if note else []
