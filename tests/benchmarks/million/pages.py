"""Which pages are measured: every list, its first page and its thousandth, every search and filter, and one of each."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages.storage.base import BaseStorage
from django.db import transaction
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from giftcards.queries import CardBatch, GiftCard
from ledger.queries import Account, Customer, Transaction
from storecredit.audit.operations import unheld
from storecredit.audit.queries import Activity
from storecredit.backoffice.activity.pages import ActivityChangeList
from storecredit.backoffice.kit.paging import KeysetChangeList
from storecredit.checkouts.queries import Order
from storecredit.credits.queries import CreditRequest
from tests.benchmarks.million.activities import list_activities
from tests.benchmarks.million.every import list_every_page

_MIDDLE = 500_000
_PASSWORD = "which-guards-nothing-but-the-benchmark"


def give_visitor() -> User:
    """Somebody who may see everything."""
    with transaction.atomic(), unheld():
        user, _ = User.objects.get_or_create(username="benchmark", defaults={"is_staff": True, "is_superuser": True})
    if not user.check_password(_PASSWORD):
        user.set_password(_PASSWORD)
        user.save()
    return user


def sign_in(client: Client, visitor: User) -> None:
    """Sign the visitor in, who has just said who they are: lists are taken out by nobody else."""
    client.force_login(visitor, backend="django.contrib.auth.backends.ModelBackend")
    proved: Any = client.post("/admin/security/again/", {"password": _PASSWORD})
    assert proved.status_code == 302, proved.status_code


def list_pages(visitor: User, *, deep: int) -> Iterator[tuple[str, str]]:
    """The name and the address of each page."""
    yield "overview", reverse("admin:index")
    for model, pages in admin.site._registry.items():
        url = _list_url(model)
        name = str(model._meta.verbose_name_plural)
        yield f"{name}: list", url
        yield from _list_deep(visitor, pages, name, url, deep)
    yield from _list_searches()
    yield from _list_filters(visitor)
    yield from list_activities(_first_page(visitor, Activity), deep=deep)
    yield from _list_single_pages()
    yield from _list_finance()
    yield from list_every_page(visitor)
    for model in (Transaction, GiftCard, Customer):
        yield f"{model._meta.verbose_name_plural}: first lines of the export", f"export:{_list_url(model)}export/"


def _list_deep(visitor: User, pages: Any, name: str, url: str, deep: int) -> Iterator[tuple[str, str]]:
    """The thousandth page, or the last one of a list that is shorter."""
    listed = pages.get_changelist_instance(_asking(visitor, url))
    if not isinstance(listed, KeysetChangeList) or isinstance(listed, ActivityChangeList):
        return  # not paged; or told apart from the others, with its filters
    size = listed.list_per_page
    rows = listed.queryset
    place = min(deep - 1, (rows.count() - 1) // size) * size
    if place > 0:
        yield f"{name}: page {place // size + 1}", url + listed.url_beyond(rows[place - 1])


def _list_searches() -> Iterator[tuple[str, str]]:
    account = Account.objects.filter(kind="STORE_CREDIT").order_by("pk")[40_000]
    customer: Any = account.customer
    entry = Transaction.objects.order_by("number")[_MIDDLE]
    order = Order.objects.order_by("created_at")[4_000]
    card = GiftCard.objects.filter(recipient_name__gt="").order_by("pk")[5_000]
    texts = {
        "a first name": customer.first_name, "a name": f"{customer.first_name} {customer.last_name}",
        "an e-mail address": customer.email, "a customer's number": customer.number, "nothing there": "zzyzx",
        "an account's number": account.number, "an order": order.pk, "a reference": entry.reference or "ORDER-1",
        "an entry's number": str(entry.number), "last four": card.last_four, "a recipient": card.recipient_name,
        "a batch": "Spring fair-77", "batches": "Spring fair", "a domain": "example.com",
    }  # fmt: skip
    for title, text in texts.items():
        yield f"search everywhere: {title}", f"/admin/search/?q={text}"
    for model, pages in admin.site._registry.items():
        if pages.search_fields:
            for title, text in texts.items():
                yield f"{model._meta.verbose_name_plural}: search {title}", f"{_list_url(model)}?q={text}"


def _list_filters(visitor: User) -> Iterator[tuple[str, str]]:
    for model, pages in admin.site._registry.items():
        url = _list_url(model)
        listed = pages.get_changelist_instance(_asking(visitor, url))
        for each in listed.filter_specs:
            choices = [choice for choice in each.choices(listed) if "query_string" in choice and not choice["selected"]]
            for choice in [*choices[:8], *choices[8:][-1:]]:
                yield (
                    f"{model._meta.verbose_name_plural}: {each.title} {choice['display']}",
                    url + str(choice["query_string"]),
                )
        filterset = getattr(listed, "filterset", None)
        for name, one in filterset.form.fields.items() if filterset else ():
            for value, title in list(getattr(one, "choices", ()))[:12]:
                if value:
                    yield f"{model._meta.verbose_name_plural}: {name} {title}", f"{url}?{name}={value}"
    entries = _list_url(Transaction)
    customer = Customer.objects.order_by("pk")[30_000]
    first = Transaction.objects.order_by("created_at")[200_000]
    asked = {
        "person": f"person={customer.number}", "who": "who=demo-finance", "nobody": "who=nobody",
        "days": f"created_at_from={first.created_at.date()}&created_at_to={first.created_at.date()}",
        "amounts": "currency=GBP&amount_from=400", "no amount": "currency=KWD&amount_from=100000",
        "reference": f"reference={first.reference or 'ORDER-10211'}", "type and currency": "type=ADJUST&currency=EUR",
    }  # fmt: skip
    for title, query in asked.items():
        yield f"transactions: by {title}", f"{entries}?{query}"


def _list_single_pages() -> Iterator[tuple[str, str]]:
    for model, row in (
        (Customer, Customer.objects.order_by("pk")[50_000]),
        (Customer, Customer.objects.order_by("pk")[99_980]),
        (GiftCard, GiftCard.objects.order_by("pk")[50_000]),
        (GiftCard, GiftCard.objects.filter(state="BLOCKED").order_by("pk")[500]),
        (Account, Account.objects.order_by("pk")[70_000]),
        (Transaction, Transaction.objects.order_by("number")[_MIDDLE]),
        (CreditRequest, CreditRequest.objects.filter(status="PENDING").order_by("pk")[500]),
        (CreditRequest, CreditRequest.objects.filter(status="CONFIRMED").order_by("pk")[500]),
        (CardBatch, CardBatch.objects.order_by("pk")[500]),
        (Order, Order.objects.order_by("created_at")[500]),
    ):
        meta: Any = model._meta
        yield f"{meta.verbose_name}: a page", reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def _list_finance() -> Iterator[tuple[str, str]]:
    """What is reckoned of the newest cut, and what lies behind one figure of it."""
    yield "finance: what is owed", reverse("admin:finance")
    behind = "currency=GBP&kind=STORE_CREDIT&funding=GOODWILL&movement=issued&end=3"
    yield "finance: entries behind a figure of all time", f"{reverse('admin:finance_entries')}?{behind}&begin="
    yield "finance: entries behind a figure", f"{reverse('admin:finance_entries')}?{behind}&begin=2"
    holders = reverse("admin:finance_holders")
    yield "finance: who is owed", holders
    for days in (90, 365):
        yield f"finance: who is owed and has slept for {days} days", f"{holders}?dormant={days}"
    yield "finance: breakage", reverse("admin:finance_breakage")
    for account in (Account.objects.order_by("pk")[70_000], Account.objects.order_by("-sequence")[0]):
        page = reverse("admin:ledger_account_change", args=[account.pk])
        yield f"account: its balance at a moment, {account.sequence} entries", f"{page}?at=2026-01-01T12:00"
    yield "finance: duties of a year", f"{reverse('admin:finance_duties')}?first=2025-01-01&last=2025-12-31"


def _first_page(visitor: User, model: type[Model]) -> Any:
    pages: Any = admin.site._registry[model]
    return pages.get_changelist_instance(_asking(visitor, _list_url(model)))


def _list_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


class _NoMessages(BaseStorage):
    """A request that nobody made has nobody to tell anything."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: Any, response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def _asking(visitor: User, url: str) -> Any:
    request: Any = RequestFactory(SERVER_NAME="127.0.0.1").get(url)
    request.user, request.session = visitor, {}
    request._messages = _NoMessages(request)
    return request
