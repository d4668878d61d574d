"""
One search over everything that has a name of its own.

Each kind is looked up by what tells one from another: whatever else belongs to somebody stands on their page. What may
be the code of a card is looked up without an address that holds it, and is printed on no page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import CardBatch, GiftCard, find_card_id, looks_like_a_code
from ledger.folding import read_search
from ledger.guessing import LookUpsStopped, admit, count_miss, looking
from ledger.queries import Account, Customer, Transaction, list_referring
from ledger.querysets import Words, found_by, reached_by
from ledger.rowwise import row_by_row
from storecredit.backoffice.approvals.words import status_of
from storecredit.backoffice.cards.words import card_url, owner_text
from storecredit.backoffice.checkouts.words import customer_of
from storecredit.backoffice.kit import Link, Shown, Table, moment_text, money_text, signed_text, stacked, test_tag
from storecredit.backoffice.kit.labels import Words as Label
from storecredit.checkouts.queries import CreditDeduction, Order
from storecredit.credits.queries import CreditRequest, CreditRequestBatch

SHOWN = 5
_NOTHING = _("Nothing found.")
_LONGEST = 255
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Kind:
    """
    Rows of one table that can be found.

    :ivar related: what of a row has to be at hand for `tell`.
    :ivar tell: what tells a row from others, besides its name.
    """

    model: type[Model]
    title: Label
    find: Callable[[str], QuerySet[Any]]
    name: Callable[[Any], str]
    tell: Callable[[Any], Sequence[Shown]]
    related: tuple[str, ...] = ()
    newest_first: tuple[str, ...] = ("-pk",)

    def may_be_seen(self, request: HttpRequest) -> bool:
        return bool(admin.site.get_model_admin(self.model).has_view_permission(request))

    def url_of(self, row: Model) -> str:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    def list_url(self, text: str) -> str:
        names = f"{self.model._meta.app_label}_{self.model._meta.model_name}"
        return f"{reverse(f'admin:{names}_changelist')}?{urlencode({'q': text})}"


@dataclass(frozen=True, slots=True)
class Hits:
    """The newest of one kind that a text finds, and one more where there are more."""

    kind: Kind
    rows: Sequence[Any]

    def table(self, text: str) -> Table:
        return Table(
            title=str(self.kind.title),
            beside=Link(gettext("All results"), self.kind.list_url(text)) if text and len(self.rows) > SHOWN else "",
            columns=(gettext("Name"), gettext("About")),
            rows=[
                [Link(self.kind.name(row), self.kind.url_of(row)), stacked(*self.kind.tell(row))]
                for row in self.rows[:SHOWN]
            ],
        )


def _find_customers(text: str) -> QuerySet[Any]:
    # A list without a word to look for is the whole list.
    return Customer.objects.matching(text) if read_search(text) else Customer.objects.none()


def _find_accounts(text: str) -> QuerySet[Any]:
    return Account.objects.filter(number=text.replace("-", "").upper())


def _find_cards(text: str) -> QuerySet[Any]:
    four, cards = text.lstrip("*•-"), GiftCard.objects
    by_number = cards.filter(account__number=text.replace("-", "").upper())
    return cards.filter(reached_by(cards.filter(last_four__in={four, four.upper()}), by_number))


def _find_transactions(text: str) -> QuerySet[Any]:
    rows, digits = Transaction.objects, text.removeprefix("#")
    ways = [rows.filter(document_id=text), list_referring(references=[text])]
    if digits.isascii() and digits.isdecimal() and int(digits) <= _LARGEST_NUMBER:
        ways.append(rows.filter(number=int(digits)))
    return rows.filter(reached_by(*ways))


def _find_orders(text: str) -> QuerySet[Any]:
    names = ("pk", "checkout__upstream_id", "checkout__email")
    return Order.objects.filter(reached_by(*(Order.objects.filter(**{name: text}) for name in names)))


def _find_deductions(text: str) -> QuerySet[Any]:
    rows, names = CreditDeduction.objects, ("order__order_id", "source_id", "upstream_id")
    return rows.filter(reached_by(*(rows.filter(**{name: text}) for name in names)))


def _find_requests(text: str) -> QuerySet[Any]:
    rows = CreditRequest.objects.all()
    return rows.filter(found_by(rows, read_search(text), Words("credits_creditrequestword", "request_id")))


def _mode(is_test: bool) -> list[Shown]:
    return [test_tag(True)] if is_test else []


KINDS = (
    Kind(
        Customer,
        _("Customers"),
        _find_customers,
        lambda row: f"{row.display_name} · {row.number}",
        lambda row: [row.email, *_mode(row.test_mode)],
    ),
    Kind(
        GiftCard,
        _("Gift cards"),
        _find_cards,
        lambda row: row.masked_code,
        lambda row: [
            owner_text(row),
            money_text(row.account.balance_minor, row.account.currency),
            *_mode(row.test_mode),
        ],
        ("account", "customer"),
    ),
    Kind(
        Account,
        _("Accounts"),
        _find_accounts,
        lambda row: row.number,
        lambda row: [
            row.customer.display_name if row.customer else gettext("Bearer"),
            money_text(row.balance_minor, row.currency),
            *_mode(row.test_mode),
        ],
        ("customer",),
    ),
    Kind(
        Order,
        _("Orders"),
        _find_orders,
        str,
        lambda row: [customer_of(row.checkout), money_text(row.total_minor, row.currency), *_mode(row.test_mode)],
        ("checkout__customer",),
        ("-created_at", "-pk"),
    ),
    Kind(
        CreditDeduction,
        _("Vendor deductions"),
        _find_deductions,
        lambda row: str(row.order),
        lambda row: [moment_text(row.created_at)],
        ("order",),
    ),
    Kind(
        Transaction,
        _("Transactions"),
        _find_transactions,
        str,
        lambda row: [
            f"{signed_text(row.amount_minor, row.currency)}, {moment_text(row.created_at)}",
            row.reference,
            *_mode(row.account.test_mode),
        ],
        ("account",),
        ("-number",),
    ),
    Kind(
        CreditRequest,
        _("Credit requests"),
        _find_requests,
        str,
        lambda row: [
            f"{money_text(row.amount_minor, row.currency)}, {status_of(row).lower()}",
            row.order_value,
            *_mode(row.test_mode),
        ],
    ),
    Kind(
        CardBatch,
        _("Card batches"),
        lambda text: CardBatch.objects.filter(name__icontains=text),
        lambda row: row.name,
        lambda row: [
            ngettext("%(size)s card, %(state)s", "%(size)s cards, %(state)s", row.size)
            % {"size": row.size, "state": row.get_status_display().lower()},
            *_mode(row.test_mode),
        ],
    ),
    Kind(
        CreditRequestBatch,
        _("Request batches"),
        lambda text: CreditRequestBatch.objects.filter(name__icontains=text),
        lambda row: row.name,
        lambda row: [
            ngettext("%(size)s request, %(state)s", "%(size)s requests, %(state)s", row.size)
            % {"size": row.size, "state": row.get_status_display().lower()},
            *_mode(row.test_mode),
        ],
    ),
)


def find_everywhere(request: HttpRequest, text: str) -> list[Hits]:
    """What a text names, of each kind that whoever asks may see."""
    found = []
    for kind in KINDS:
        if kind.may_be_seen(request):
            # What belongs to the rows is looked up after them: joined, it would be read before they are few.
            rows = row_by_row(kind.find(text).order_by(*kind.newest_first).prefetch_related(*kind.related))
            found.append(Hits(kind, list(rows[: SHOWN + 1])))
    return [hits for hits in found if hits.rows]


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Search"), max_length=_LONGEST)


def answer_search(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """
    The page of what was found, or of the only thing that was.

    What the box sends is put into an address once it is known to be no code.
    """
    form = SearchForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _page(site, request, {"is_wrong": bool(form.data.get("q", "").strip())})
    text = form.cleaned_data["q"]
    try:
        is_code = looks_like_a_code(text) or _is_a_code(text)
    except LookUpsStopped:
        return _answer_unsaid(site, request, text)
    if is_code:
        return _answer_code(request, text)
    if request.method == "POST":
        return HttpResponseRedirect(f"{_url()}?{urlencode({'q': text})}")
    found = find_everywhere(request, text)
    if not found:
        count_miss(text)
    if only := _only_hit(text, found):
        return HttpResponseRedirect(only)
    return _page(site, request, {"text": text, "tables": [hits.table(text) for hits in found], "is_asked": True})


def _only_hit(text: str, found: Sequence[Hits]) -> str:
    """Where the only thing is that was found. An address is its customer's, on whose page the orders stand."""
    theirs = [hits for hits in found if hits.kind.model is Customer] if "@" in text else []
    about = theirs or found
    if len(about) == 1 and len(about[0].rows) == 1:
        return about[0].kind.url_of(about[0].rows[0])
    return ""


def _answer_unsaid(site: admin.AdminSite, request: HttpRequest, text: str) -> HttpResponse:
    """What is found for somebody who is told of no code any more: nothing says what was typed, which may be one."""
    found = find_everywhere(request, text)
    return _page(site, request, {"tables": [hits.table("") for hits in found], "is_asked": True})


def _answer_code(request: HttpRequest, text: str) -> HttpResponse:
    """The card of a code, for those who may see cards; in the address that follows there is no code."""
    if not admin.site.get_model_admin(GiftCard).has_view_permission(request):
        count_miss(text)
        messages.warning(request, _NOTHING)
        return HttpResponseRedirect(_url())
    try:
        card_id = find_card_id(code=text)
    except LookUpsStopped as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(_url())
    if card_id is None:
        messages.warning(request, gettext("No card has that code. Check it, or search by its last four characters."))
        return HttpResponseRedirect(_url())
    return HttpResponseRedirect(card_url(card_id))


def _is_a_code(text: str) -> bool:
    """
    Whether what may be a name is a card's code all the same.

    :raises LookUpsStopped: if whoever asks has guessed too often to be told.
    """
    admit()
    with looking(None):
        return find_card_id(code=text) is not None


def _url() -> str:
    return reverse("admin:search")


def _page(site: admin.AdminSite, request: HttpRequest, found: dict[str, Any]) -> HttpResponse:
    request.current_app = site.name
    context = {**site.each_context(request), "title": gettext("Search"), **found}
    return TemplateResponse(request, "backoffice/search.html", context)
