"""A person who is a customer, too: linked at once, and let go of only as a second administrator agrees."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.queries import get_customer
from storecredit.backoffice.access.for_others import ForOthers
from storecredit.backoffice.changes.deciding import ask_change
from storecredit.backoffice.changes.forms import change_url
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.kit import DASH, Change, DomainForm, Fact, Outcome
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.operations import link_customer
from storecredit.credits.queries import find_link


class LinkForm(DomainForm):
    customer = forms.CharField(max_length=64, label=_("Customer"), help_text=_("The customer's number."))


class LinkCustomer(ForOthers):
    """For whoever buys here, too: from then on somebody else serves them."""

    slug, label, icon = "link-customer", _("Link to a customer"), "link"
    form_class = LinkForm
    explanation = _(
        "For staff who are customers, too. From then on this person moves none of that customer's money and decides "
        "nothing about it, at no door, nor does an API client of theirs. They may look at it."
    )

    def refusal(self) -> str:
        if refused := super().refusal():
            return refused
        if link := find_link(person_id=self.target.pk):
            return gettext("they are linked to %(customer)s.") % {"customer": link.customer.number}
        return ""

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['customer']}"

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        customer = get_customer(identifier=data["customer"], test_mode=False)
        link_customer(person_id=self.target.pk, customer_id=customer.pk, now=now)
        self.customer = customer
        return self.outcome(Change(gettext("Customer"), DASH, str(customer)), message=gettext("Linked."))

    def others(self, outcome: Outcome) -> list[Model]:
        return [self.customer]


class UnlinkCustomer(ForOthers):
    """Lets them serve that customer again, so a second administrator decides."""

    slug, label, icon, danger = "unlink-customer", _("End the link to the customer"), "link_off", True
    explanation = _("They could move that customer's money then, so it waits for a second administrator.")

    def refusal(self) -> str:
        if refused := super().refusal():
            return refused
        return "" if find_link(person_id=self.target.pk) else gettext("they are linked to no customer.")

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        link = find_link(person_id=self.target.pk)
        assert link is not None
        change = ask_change(
            kind=ChangeKind.CUSTOMER,
            subject_id=str(self.target.pk),
            label=self.target.get_username(),
            before=state_of(ChangeKind.CUSTOMER, self.target),
            after={"customer_id": None},
            person=self.request.user,
            actor=self.actor,
            now=now,
        )
        return self.outcome(
            Change(gettext("Customer"), str(link.customer), DASH),
            facts=[Fact(gettext("When"), gettext("once a second administrator has approved it"))],
            message=gettext("Asked for: a second administrator decides."),
            url=change_url(change),
            record=change,
        )
