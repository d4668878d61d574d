"""
Issuing credit from a list: first the customer is found, then their own form is filled in.

What is typed goes into no address: it may be the code of a card.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import looks_like_a_code
from ledger.folding import read_search
from ledger.queries import Customer
from storecredit.backoffice.books.money import IssueToCustomer
from storecredit.backoffice.kit import DomainForm, Head, Link, PageMixin, Table, moments, phrase, stacked, test_tag
from storecredit.backoffice.kit.rows import customer_link

FOUND_AT_MOST = 20


class FindForm(DomainForm):
    """By what a customer is found."""

    who = forms.CharField(
        label=_("Customer"),
        max_length=255,
        help_text=_("Number, name, e-mail or phone."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_who(self) -> str:
        text: str = self.cleaned_data["who"]
        if looks_like_a_code(text):
            raise forms.ValidationError(
                gettext("That may be the code of a gift card. Find the customer by something else.")
            )
        return text


class IssueFirst:
    """One request for the page on which the customer is found."""

    def __init__(self, admin: PageMixin, request: HttpRequest) -> None:
        self.admin, self.request = admin, request

    def respond(self) -> HttpResponse:
        """The form; what it finds; or, where that is one customer alone, the form of the credit."""
        if not may_issue(self.admin, self.request):
            raise PermissionDenied
        if self.request.method != "POST":
            return self._show(FindForm())
        form = FindForm(self.request.POST)
        if not form.is_valid():
            # A code is not printed back.
            return self._show(_without_what_was_typed(form))
        found = _find(form.cleaned_data["who"])
        if not found:
            form.add_error("who", gettext("No customer is found by that."))
        elif len(found) == 1 and not self._refusal(found[0]):
            return HttpResponseRedirect(_issue_url(found[0]))
        return self._show(form, found)

    def _refusal(self, customer: Customer) -> str:
        return IssueToCustomer(self.admin, self.request, customer).refusal()

    def _show(self, form: FindForm, found: Sequence[Customer] = ()) -> HttpResponse:
        self.request.current_app = self.admin.admin_site.name
        context = {
            **self.admin.admin_site.each_context(self.request),
            "opts": self.admin.opts,
            "title": IssueToCustomer.label,
            "head": Head(title=gettext("Whom do you give credit to?")),
            "form": form,
            "found": self._table(found) if found else None,
            "back_url": reverse("admin:ledger_customer_changelist"),
        }
        return TemplateResponse(self.request, "backoffice/customers/issue_first.html", context)

    def _table(self, found: Sequence[Customer]) -> Table:
        is_more = len(found) > FOUND_AT_MOST
        return Table(
            title=gettext("Customers"),
            columns=(gettext("Customer"), gettext("E-mail"), gettext("Status"), moments("")),
            rows=[
                [
                    phrase(customer_link(customer), test_tag(customer.test_mode)),
                    stacked(customer.email, customer.phone),
                    customer.get_status_display(),
                    self._refusal(customer) or Link(str(IssueToCustomer.label), _issue_url(customer)),
                ]
                for customer in found[:FOUND_AT_MOST]
            ],
            below=gettext("There are more: say more of the name.") if is_more else None,
        )


def may_issue(admin: Any, request: HttpRequest) -> bool:
    """Whether whoever asks may give a customer credit."""
    user: Any = request.user
    return bool(user.has_perm(IssueToCustomer.permission)) and bool(admin.has_view_permission(request))


def _find(text: str) -> list[Customer]:
    # A list without a word to look for is the whole list.
    if not read_search(text):
        return []
    return list(Customer.objects.matching(text).order_by("-pk")[: FOUND_AT_MOST + 1])


def _issue_url(customer: Customer) -> str:
    return reverse("admin:ledger_customer_issue", args=[customer.pk])


def _without_what_was_typed(form: FindForm) -> FindForm:
    form.data = {**form.data, "who": ""}
    return form
