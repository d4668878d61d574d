from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.operations import AccountKind, AccountStatus, set_account_status
from ledger.queries import Account, Customer, get_account_balance, list_holds, list_open_lots, map_spendable_minor
from storecredit.backoffice.books.history import filter_history
from storecredit.backoffice.books.money import ASKING_STEPS, MONEY_STEPS
from storecredit.backoffice.books.past import past_balance
from storecredit.backoffice.books.statements import StatementMixin
from storecredit.backoffice.kit import (
    Button,
    Change,
    Colours,
    ConfirmStep,
    CurrencyFilter,
    Fact,
    Head,
    LoggedStep,
    Outcome,
    ReadOnlyAdmin,
    Review,
    Words,
    as_shown,
    day,
    minor_cells,
    money_text,
    state_tag,
    test_tag,
)
from storecredit.backoffice.kit.rows import balance_row, customer_link, holds_table, lots_table

STATUS_COLOURS = Colours(
    {
        AccountStatus.OPEN.label: "success",
        AccountStatus.FROZEN.label: "warning",
        AccountStatus.CLOSED.label: "",
    }
)


class _StatusStep(LoggedStep):
    """Moves an account from one status to another."""

    permission = "ledger.freeze_account"
    becomes: ClassVar[AccountStatus]
    starts_from: ClassVar[tuple[AccountStatus, ...]]
    #: What is said when it is done, of the `account`.
    done: ClassVar[Words]

    def refusal(self) -> str:
        if self.target.kind == AccountKind.GIFT_CARD:
            return gettext("a gift card is blocked or voided on the card itself.")
        if self.target.status not in self.starts_from:
            return gettext("the account is %(status)s.") % {"status": self.target.get_status_display().lower()}
        return ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = self.target.get_status_display()
        account = set_account_status(
            account_id=self.target.pk, status=self.becomes, actor=self.actor, now=now, note=data["why"]
        )
        return Outcome(
            review=Review(
                changes=[Change(gettext("Status"), before, account.get_status_display())],
                facts=[
                    Fact(gettext("Account"), account.number),
                    Fact(gettext("Balance"), money_text(account.balance_minor, account.currency)),
                    Fact(gettext("Why"), data["why"]),
                ],
            ),
            url=self.admin.page_url(account),
            message=str(self.done) % {"account": account.number},
        )


class FreezeAccount(_StatusStep):
    slug, label, icon, danger = "freeze", _("Freeze"), "ac_unit", True
    explanation = _("A frozen account cannot be spent from by shops and programs. Staff can still correct it.")
    starts_from, becomes, done = (AccountStatus.OPEN,), AccountStatus.FROZEN, _("Account %(account)s is frozen.")


class UnfreezeAccount(_StatusStep):
    slug, label, icon = "unfreeze", _("Unfreeze"), "lock_open"
    explanation = _("The credit can be spent again.")
    starts_from, becomes, done = (AccountStatus.FROZEN,), AccountStatus.OPEN, _("Account %(account)s is open again.")


class CloseAccount(_StatusStep):
    slug, label, icon, danger = "close", _("Close"), "block", True
    explanation = _("A closed account takes no credit and gives none. It must be empty.")
    starts_from, becomes, done = (
        (AccountStatus.OPEN, AccountStatus.FROZEN),
        AccountStatus.CLOSED,
        _("Account %(account)s is closed."),
    )

    def refusal(self) -> str:
        if self.target.balance_minor and self.target.status in self.starts_from:
            return gettext("the account still holds %(amount)s.") % {
                "amount": money_text(self.target.balance_minor, self.target.currency)
            }
        return super().refusal()


class ReopenAccount(_StatusStep):
    slug, label, icon = "reopen", _("Reopen"), "restart_alt"
    explanation = _("The account takes credit again.")
    starts_from, becomes, done = (AccountStatus.CLOSED,), AccountStatus.OPEN, _("Account %(account)s is open again.")

    def refusal(self) -> str:
        customer = self.target.customer
        if customer is not None and customer.merged_into_id is not None:
            return gettext("customer %(customer)s was merged into another: their credit is there.") % {
                "customer": customer.number
            }
        return super().refusal()


STATUS_STEPS = (FreezeAccount, UnfreezeAccount, CloseAccount, ReopenAccount)


@admin.register(Account)
class AccountAdmin(StatementMixin, ReadOnlyAdmin):
    list_display = ["number", "holder", "shown_kind", "spendable", "balance", "held", "shown_status", "mode"]
    list_filter = ["status", "kind", CurrencyFilter, "test_mode"]
    list_select_related = ["customer"]
    search_fields = ["number"]
    search_help_text = _("Account number, whole, or the customer's number, name or e-mail")
    exported = {
        "holder": [as_shown(_("Customer")), as_shown(_("Customer number"))],
        "spendable": [minor_cells("spendable_minor", title=_("Can be spent"))],
        "balance": [minor_cells("balance_minor")],
        "held": [minor_cells("held_minor")],
    }
    ordering = ["-pk"]
    page_template = "backoffice/books/account.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (*MONEY_STEPS, *ASKING_STEPS, *STATUS_STEPS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("customer")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.matching(search_term.strip()), False

    def ways_from_list(self, request: HttpRequest) -> list[Button]:
        ways: list[Button] = self.admin_site.get_model_admin(Customer).ways_from_list(request)
        return ways

    def list_buttons(self, request: HttpRequest, target: Any, only: Any = ()) -> list[Any]:
        # Of the four only those that lead somewhere else are worth a word.
        pointless = {step.slug for step in STATUS_STEPS if target.status not in step.starts_from}
        return [button for button in super().list_buttons(request, target, only) if button.slug not in pointless]

    def page_context(self, request: HttpRequest, target: Account) -> dict[str, Any]:
        now = timezone.now()
        chosen, history = filter_history(request, [(target.pk, target.currency)])
        return {
            "head": Head(
                title=target.number,
                tags=[state_tag(target.get_status_display(), STATUS_COLOURS)],
                about=[
                    gettext("%(kind)s in %(currency)s")
                    % {"kind": target.get_kind_display(), "currency": target.currency},
                    customer_link(target.customer),
                    format_html(gettext("Opened {day}"), day=day(target.created_at)),
                    self.log_link(target, gettext("Changes of status")),
                ],
                is_test=target.test_mode,
                ways=[self.statement_button(target)],
            ),
            "balance": balance_row(get_account_balance(account_id=target.pk, now=now)),
            "lots": lots_table(list_open_lots(account_ids=[target.pk]), now),
            "holds": holds_table(list_holds(account_ids=[target.pk]), now),
            "filter": chosen,
            "history": history,
            **past_balance(request, target),
        }

    def statement_accounts(self, request: HttpRequest, target: Account, *, with_cards: bool) -> list[int]:
        return [target.pk]

    def statement_holder(self, target: Account) -> list[str]:
        customer = target.customer
        return [customer.display_name, customer.number] if customer else [gettext("Bearer")]

    @display(description=_("Holder"), header=True)
    def holder(self, account: Account) -> list[str]:
        if account.customer is None:
            return [gettext("Bearer"), ""]
        return [account.customer.display_name, account.customer.number]

    @display(description=_("Kind"))
    def shown_kind(self, account: Account) -> str:
        return str(AccountKind(account.kind).label)

    def complete_rows(self, rows: list[Any]) -> list[Any]:
        spendable = map_spendable_minor(account_ids=[account.pk for account in rows], now=timezone.now())
        for account in rows:
            account.spendable_minor = spendable[account.pk] if account.status == AccountStatus.OPEN else 0
        return rows

    @display(description=_("Can be spent"))
    def spendable(self, account: Any) -> str:
        return money_text(account.spendable_minor, account.currency)

    @display(description=_("Balance"))
    def balance(self, account: Account) -> str:
        return money_text(account.balance_minor, account.currency)

    @display(description=_("Held"))
    def held(self, account: Account) -> str:
        return money_text(account.held_minor, account.currency) if account.held_minor else "–"

    @display(description=_("Status"), label=STATUS_COLOURS)
    def shown_status(self, account: Account) -> str:
        return account.get_status_display()

    @display(description="")
    def mode(self, account: Account) -> str:
        return test_tag(account.test_mode)
