from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.operations import TransactionType
from ledger.queries import Transaction, list_numbered, list_referring, metadata_of
from storecredit.backoffice.approvals.waiting import may_see_requests
from storecredit.backoffice.approvals.words import request_url
from storecredit.backoffice.books.filters import TransactionFilter
from storecredit.backoffice.books.history import find_referred_pages
from storecredit.backoffice.books.money import UNDOING_STEPS
from storecredit.backoffice.checkouts.waiting import origins_of_transaction
from storecredit.backoffice.kit import (
    DASH,
    Colours,
    Facts,
    FoundByMixin,
    Head,
    Link,
    PageMixin,
    ReadOnlyAdmin,
    SavedFiltersMixin,
    Shown,
    Table,
    as_shown,
    metadata_facts,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    moments,
    money_text,
    numbers,
    phrase,
    signed,
    signed_text,
    strong,
    styled,
    tag,
    test_tag,
)
from storecredit.backoffice.kit.rows import (
    account_link,
    customer_link,
    door_text,
    entry_link,
    good_through,
    hold_link,
    reference_shown,
    related_links,
    who_text,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.queries import find_request_of_transaction

_LARGEST_NUMBER = 2**63 - 1
TYPE_COLOURS = Colours(
    {
        TransactionType.ISSUE.label: "success",
        TransactionType.LOAD.label: "success",
        TransactionType.IMPORT.label: "success",
        TransactionType.REFUND.label: "success",
        TransactionType.REDEEM.label: "info",
        TransactionType.ADJUST.label: "warning",
        TransactionType.REVERSE.label: "danger",
        TransactionType.VOID.label: "danger",
    }
)


@admin.register(Transaction)
class TransactionAdmin(SavedFiltersMixin, FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["number", "when", "holder", "shown_type", "amount", "balance_after", "why", "who", "mode"]
    filterset_class = TransactionFilter
    led_to_by = ("type",)
    search_fields = ["number"]
    search_help_text = _("Transaction number or id, reference, account or customer number: whole")
    ordering = ["-number"]
    exported = {
        "when": [moment_cell("created_at")],
        "holder": [as_shown(_("Customer")), as_shown(_("Account"))],
        "amount": [minor_cells("amount_minor")],
        "balance_after": [minor_cells("balance_after_minor")],
        "who": [as_shown(_("Who")), as_shown(_("Door"))],
    }
    page_template = "backoffice/books/transaction.html"
    steps = UNDOING_STEPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account__customer", "reason", "reverses", "hold")

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        rows = Transaction.objects
        names: list[dict[str, Any]] = [{"document_id": text}, {"account__number": text}]
        digits = text.removeprefix("#")
        if digits.isascii() and digits.isdecimal() and int(digits) <= _LARGEST_NUMBER:
            names.append({"number": int(digits)})
        of_customer = rows.filter(account__customer__in=list_numbered(number=text))
        return [*(rows.filter(**name) for name in names), list_referring(references=[text]), of_customer]

    def page_context(self, request: HttpRequest, target: Transaction) -> dict[str, Any]:
        paid_out = find_request_of_transaction(transaction_id=target.pk)
        links = [Link(str(paid_out), request_url(paid_out))] if paid_out and may_see_requests(request) else []
        links += origins_of_transaction(request, target.pk)
        pages = find_referred_pages(request, [target])
        if paid_out and may_see_requests(request) and paid_out.order_value == target.reference:
            pages.setdefault(target.reference, request_url(paid_out))
        amount = signed_text(target.amount_minor, target.currency)
        return {
            "head": Head(
                title=styled("good" if target.amount_minor > 0 else "bad", amount),
                tags=[tag(target.get_type_display())],
                about=[
                    gettext("Transaction %(number)s") % {"number": target.number},
                    moment(target.created_at, seconds=True),
                    customer_link(target.account.customer),
                    account_link(target.account),
                ],
                is_test=target.account.test_mode,
            ),
            "facts": _facts(target, [*related_links(target), *links], reference_shown(target.reference, pages)),
            "lots_in": _lots_in(target),
            "lot_uses": _lots_moved(target),
            "metadata": metadata_facts(metadata_of(target)),
        }

    @display(description=_("When"))
    def when(self, entry: Transaction) -> str:
        return moment_text(entry.created_at)

    @display(description=_("Customer"), header=True)
    def holder(self, entry: Transaction) -> list[str]:
        customer = entry.account.customer
        return [customer.display_name if customer else gettext("Bearer"), entry.account.number]

    @display(description=_("Type"), label=TYPE_COLOURS)
    def shown_type(self, entry: Transaction) -> str:
        return entry.get_type_display()

    @display(description=_("Amount"))
    def amount(self, entry: Transaction) -> str:
        return signed_text(entry.amount_minor, entry.currency)

    @display(description=_("Balance after"))
    def balance_after(self, entry: Transaction) -> str:
        return money_text(entry.balance_after_minor, entry.currency)

    @display(description=_("Why"))
    def why(self, entry: Transaction) -> str:
        return shipped(entry.reason.label) if entry.reason else shipped(entry.note)[:60] or "–"

    @display(description=_("Who"), header=True)
    def who(self, entry: Transaction) -> list[str]:
        return [entry.actor_label, door_text(entry.door)]

    @display(description="")
    def mode(self, entry: Transaction) -> str:
        return test_tag(entry.account.test_mode)


def _facts(entry: Transaction, links: list[Link], reference: Shown) -> Facts:
    return Facts(
        gettext("What happened"),
        [
            (gettext("Balance after"), money_text(entry.balance_after_minor, entry.currency)),
            (gettext("Booked to"), entry.get_counter_account_display()),
            (gettext("Reason"), shipped(entry.reason.label) if entry.reason else DASH),
            (gettext("Note"), entry.note or DASH),
            (gettext("Reference"), reference or DASH),
            (gettext("Who"), who_text(entry)),
            (gettext("Linked to"), phrase(*links, between=", ")),
            (gettext("Held before"), hold_link(entry.hold) if entry.hold else ""),
            (gettext("Document id"), entry.document_id),
            (gettext("Request id"), entry.request_id),
        ],
    )


def _lots_in(entry: Transaction) -> Table:
    return Table(
        title=gettext("Credit it brought in"),
        columns=(
            gettext("Counts as"),
            numbers(gettext("Amount")),
            numbers(gettext("Left")),
            moments(gettext("Good through")),
        ),
        rows=[
            [
                lot.get_funding_display(),
                money_text(lot.amount_minor, entry.currency),
                strong(money_text(lot.remaining_minor, entry.currency)),
                good_through(lot.expires_at),
            ]
            for lot in entry.lots.order_by("pk")
        ],
    )


def _lots_moved(entry: Transaction) -> Table:
    # A use counts what the lot lost: here the sign is the lot's.
    return Table(
        title=gettext("Which credit it moved"),
        columns=(
            gettext("Credit from"),
            numbers(gettext("Moved")),
            numbers(gettext("Left after")),
            moments(gettext("Good through")),
        ),
        rows=[
            [
                entry_link(use.lot.transaction),
                signed(signed_text(-use.amount_minor, entry.currency), is_credit=use.amount_minor < 0),
                money_text(use.remaining_after_minor, entry.currency),
                good_through(use.lot.expires_at),
            ]
            for use in entry.lot_uses.select_related("lot__transaction").order_by("pk")
        ],
    )
