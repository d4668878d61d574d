"""The ledger's pages with the money buttons on them, and the page of a customer."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from giftcards.admin.rows import CardRow, card_rows
from giftcards.admin.steps import MakeCard
from giftcards.queries import list_cards_of_customer
from ledger.admin import AccountAdmin, CustomerAdmin, HoldAdmin, TransactionAdmin
from ledger.admin.holds import ReleaseHold
from ledger.adminbase import EditablePageMixin, StepButton, buttons_context
from ledger.adminbase.rows import BalanceRow, Link, balance_row, hold_rows, lot_rows
from ledger.operations import AccountKind, CustomerStatus
from ledger.queries import (
    Account,
    AccountBalance,
    Customer,
    Hold,
    Transaction,
    list_accounts,
    list_holds,
    list_open_lots,
)
from storecredit.backoffice.approvals import may_see_requests, requests_of_customer
from storecredit.backoffice.checkouts import origins_of_hold, origins_of_transaction
from storecredit.backoffice.history import filter_history
from storecredit.backoffice.money import (
    AdjustAccount,
    DebitAccount,
    IssueToAccount,
    IssueToCustomer,
    ReverseTransaction,
)
from storecredit.checkouts.admin.rows import links_of_hold
from storecredit.credits.admin.words import request_url
from storecredit.credits.queries import find_request_of_transaction

_STATUS_TAGS = {
    CustomerStatus.ACTIVE: "bo-tag-good",
    CustomerStatus.INACTIVE: "bo-tag-warn",
    CustomerStatus.BANNED: "bo-tag-bad",
}
_MONEY_STEPS = (IssueToAccount, DebitAccount, AdjustAccount)
_CARDS_SHOWN = 20
_MONEY_SLUGS = [step.slug for step in _MONEY_STEPS]

for _model in (Customer, Account, Transaction, Hold):
    admin.site.unregister(_model)


@dataclass(frozen=True, slots=True)
class Card:
    """One account on the page of its customer."""

    balance: BalanceRow
    buttons: list[StepButton]
    refusals: list[Any]


@admin.register(Account)
class AccountPage(AccountAdmin):
    steps = (*_MONEY_STEPS, *AccountAdmin.steps)

    def page_context(self, request: HttpRequest, target: Account) -> dict[str, Any]:
        context = super().page_context(request, target)
        chosen, history = filter_history(request, [(target.pk, target.currency)])
        return context | {"filter": chosen, "history": history}


@admin.register(Transaction)
class TransactionPage(TransactionAdmin):
    steps = (ReverseTransaction,)

    def page_context(self, request: HttpRequest, target: Transaction) -> dict[str, Any]:
        context = super().page_context(request, target)
        paid_out = find_request_of_transaction(transaction_id=target.pk)
        links = [Link(str(paid_out), request_url(paid_out))] if paid_out and may_see_requests(request) else []
        row = context["row"]
        links += origins_of_transaction(request, target.pk)
        return context | {"row": replace(row, links=(*row.links, *links))}


class ReleaseOtherHold(ReleaseHold):
    """What a checkout has set aside is let go there, where its source is cancelled with it."""

    def refusal(self) -> str:
        if ended := super().refusal():
            return ended
        links = links_of_hold(self.target)
        return f"it is set aside for {links[0].label}: release it on that page." if links else ""


@admin.register(Hold)
class HoldPage(HoldAdmin):
    steps = (ReleaseOtherHold,)

    def page_context(self, request: HttpRequest, target: Hold) -> dict[str, Any]:
        return super().page_context(request, target) | {"links": origins_of_hold(request, target)}


@admin.register(Customer)
class CustomerPage(EditablePageMixin, CustomerAdmin):
    page_template = "backoffice/customer.html"
    steps = (IssueToCustomer,)

    def page_context(self, request: HttpRequest, target: Customer) -> dict[str, Any]:
        now = timezone.now()
        balances = [
            balance
            for balance in list_accounts(customer_id=target.pk, now=now)
            if balance.kind != AccountKind.GIFT_CARD
        ]
        account_ids = [balance.id for balance in balances]
        buttons = self._account_buttons(request, target)
        withheld = [button for each in buttons.values() for button in each if not button.is_permitted]
        own = self.list_buttons(request, target)
        named = {button.label: button for button in [*own, *withheld]}
        chosen, history = filter_history(request, [(balance.id, balance.currency) for balance in balances])
        return {
            **buttons_context(list(named.values())),
            "buttons": [button for button in own if not button.refusal],
            "gift_cards": self._gift_cards(request, target, now),
            "make_card_url": self._make_card_url(request, target),
            "credit_requests": requests_of_customer(request, target),
            "status_tag": _STATUS_TAGS.get(CustomerStatus(target.status), ""),
            "cards": [_card(balance, buttons[balance.id]) for balance in balances],
            "filter": chosen,
            "history": history,
            "lots": lot_rows(list_open_lots(account_ids=account_ids), now),
            "holds": hold_rows(list_holds(account_ids=account_ids), now),
        }

    def _account_buttons(self, request: HttpRequest, customer: Customer) -> dict[int, list[StepButton]]:
        accounts: Any = self.admin_site.get_model_admin(Account)
        return {
            account.pk: accounts.list_buttons(request, account, only=_MONEY_SLUGS)
            for account in Account.objects.filter(customer=customer).select_related("customer")
            if account.kind != AccountKind.GIFT_CARD
        }

    def _gift_cards(self, request: HttpRequest, customer: Customer, now: datetime) -> list[CardRow]:
        user: Any = request.user
        if not user.has_perm("giftcards.view_giftcard"):
            return []
        return card_rows(list_cards_of_customer(customer_id=customer.pk)[:_CARDS_SHOWN], now)

    def _make_card_url(self, request: HttpRequest, customer: Customer) -> str:
        user: Any = request.user
        if not user.has_perm(MakeCard.permission):
            return ""
        return f"{reverse('admin:giftcards_giftcard_add')}?customer={quote(customer.number)}"


def _card(balance: AccountBalance, buttons: list[StepButton]) -> Card:
    # What a role withholds is said once, at the head of the page.
    context = buttons_context([button for button in buttons if button.is_permitted])
    return Card(balance_row(balance), context["buttons"], context["refusals"])
