from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from giftcards.queries import list_cards_of_customer
from ledger.operations import AccountKind, AccountStatus, CustomerStatus, create_customer, update_customer
from ledger.queries import (
    Account,
    AccountBalance,
    Customer,
    list_accounts,
    list_holds,
    list_open_lots,
    map_spendable_minor,
)
from ledger.text import find_wrong_customer_number, is_document_id
from storecredit.backoffice.approvals.waiting import requests_of_customer
from storecredit.backoffice.books.history import filter_history
from storecredit.backoffice.books.money import MONEY_STEPS, IssueToCustomer
from storecredit.backoffice.books.statements import StatementMixin, StatementWithCardsForm
from storecredit.backoffice.cards.rows import cards_table
from storecredit.backoffice.cards.steps import MakeCard
from storecredit.backoffice.comments.pages import CommentsMixin, comment_cells
from storecredit.backoffice.customers.asking import AskToAnonymise, AskToMerge, AskToMove
from storecredit.backoffice.customers.exporting import ExportPerson
from storecredit.backoffice.customers.issuing import IssueFirst, may_issue
from storecredit.backoffice.customers.timeline import customer_timeline
from storecredit.backoffice.kit import (
    AuditedAdmin,
    Button,
    Colours,
    EditablePageMixin,
    Head,
    Link,
    StepButton,
    Table,
    as_shown,
    buttons_context,
    day,
    day_text,
    moment_cell,
    money_text,
    state_tag,
    test_tag,
    words_cell,
)
from storecredit.backoffice.kit.rows import BalanceRow, Others, balance_row, holds_table, lots_table

STATUS_COLOURS = Colours(
    {
        CustomerStatus.ACTIVE.label: "success",
        CustomerStatus.INACTIVE.label: "warning",
        CustomerStatus.BANNED.label: "danger",
        CustomerStatus.ARCHIVED.label: "",
    }
)
_BALANCES_SHOWN = 3
_CREDIT, _CARDS = AccountKind.STORE_CREDIT, AccountKind.GIFT_CARD
_CARDS_SHOWN = 20
_TWINS_SHOWN = 10
_MONEY_SLUGS = [step.slug for step in MONEY_STEPS]


@dataclass(frozen=True, slots=True)
class Card:
    """One account on the page of its customer."""

    balance: BalanceRow
    buttons: list[StepButton]
    refusals: list[Any]


class NewCustomerForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    number = forms.CharField(
        label=_("Number"),
        required=False,
        max_length=64,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The customer's number in the shop. Leave it empty for the next free one, such as CUST-000123."),
    )
    is_test = forms.BooleanField(
        required=False,
        label=_("Test customer"),
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("For trying things out: stands in no report, and never becomes a real customer."),
    )

    class Meta:
        model = Customer
        fields = ["number", "entity_type", "first_name", "last_name", "email", "phone", "status"]

    def clean_number(self) -> str:
        """A number is what every door takes for one."""
        number: str = self.cleaned_data["number"]
        # What looks like a document id is refused as taken, by the operation.
        if number and not is_document_id(number) and (message := find_wrong_customer_number(number)):
            raise forms.ValidationError(gettext("This %(message)s.") % {"message": message})
        return number

    def _get_validation_exclusions(self) -> set[str]:
        # A number left empty is drawn by the operation.
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # missing in the stubs
        return exclude | ({"number"} if not self.cleaned_data.get("number") else set())


@admin.register(Customer)
class CustomerAdmin(CommentsMixin, StatementMixin, EditablePageMixin, AuditedAdmin):
    comments_about = "customer"
    list_display = ["customer", "email", "store_credit", "on_cards", "shown_status", "mode", "since"]
    list_display_links = ["customer"]
    list_filter = ["status", "entity_type", "test_mode"]
    search_fields = ["number"]
    search_help_text = _("Number, name, e-mail or phone")
    exported = {
        "customer": [as_shown(_("Customer")), words_cell(_("Number"), lambda customer: customer.number)],
        "store_credit": [words_cell(_("Store credit"), lambda customer: " · ".join(_spendable(customer, _CREDIT)))],
        "on_cards": [words_cell(_("On cards"), lambda customer: " · ".join(_spendable(customer, _CARDS)))],
        "since": [moment_cell("created_at")],
    }
    ordering = ["-pk"]
    page_template = "backoffice/customers/customer.html"
    statement_form = StatementWithCardsForm
    steps = (IssueToCustomer, AskToMerge, AskToMove, AskToAnonymise, ExportPerson)
    fieldsets = [
        (None, {"fields": ["number", "entity_type", "status"]}),
        (_("Who"), {"fields": ["first_name", "last_name", "email", "phone"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["number", "entity_type", "status", "is_test"]}),
        (_("Who"), {"fields": ["first_name", "last_name", "email", "phone"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("accounts")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.matching(search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["number"] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        if obj is None:
            kwargs["form"] = NewCustomerForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.issue_first_view)
        return [path("issue/", view, name="ledger_customer_issue_first"), *super().get_urls()]

    @method_decorator(sensitive_post_parameters("who"))
    def issue_first_view(self, request: HttpRequest) -> HttpResponse:
        """Where a list's *Issue credit* leads: the customer is found first."""
        return IssueFirst(self, request).respond()

    def ways_from_list(self, request: HttpRequest) -> list[Button]:
        if not may_issue(self, request):
            return []
        return [Button(str(IssueToCustomer.label), reverse("admin:ledger_customer_issue_first"), IssueToCustomer.icon)]

    def create(self, form: Any, request: HttpRequest) -> Model:
        data = dict(form.cleaned_data)
        return create_customer(
            now=timezone.now(), number=data.pop("number") or None, test_mode=data.pop("is_test"), **data
        )

    def update(self, obj: Model, changes: dict[str, Any], request: HttpRequest) -> Model:
        return update_customer(customer_id=obj.pk, changes=changes, now=timezone.now())

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
        way = self.way_to_withdraw(request, target)
        others = Others(self.list_comments(target), lambda comment: comment_cells(comment, way(comment)))
        chosen, history = filter_history(request, [(balance.id, balance.currency) for balance in balances], others)
        return {
            **buttons_context(list(named.values())),
            "buttons": [button for button in own if not button.refusal],
            "head": self._head(request, target),
            "cards": [_card(balance, buttons[balance.id]) for balance in balances],
            "gift_cards": self._gift_cards(request, target, now),
            "credit_requests": requests_of_customer(request, target),
            "filter": chosen,
            "history": history,
            "lots": lots_table(list_open_lots(account_ids=account_ids), now),
            "holds": holds_table(list_holds(account_ids=account_ids), now),
        }

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        target = self.get_page_object(request, object_id)
        if target is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, target):
            raise PermissionDenied
        context = self.page_frame(request, target) | {
            "title": gettext("What happened with %(name)s") % {"name": target},
            "object": target,
            "head": replace(
                self._head(request, target), ways=[Button(gettext("Back"), self.page_url(target), "arrow_back")]
            ),
            "timeline": customer_timeline(request, target),
        }
        return TemplateResponse(request, "backoffice/customers/timeline.html", context | (extra_context or {}))

    def _head(self, request: HttpRequest, customer: Customer) -> Head:
        edit_url = self.edit_url(request, customer)
        return Head(
            title=customer.display_name,
            tags=[state_tag(customer.get_status_display(), STATUS_COLOURS)],
            about=[
                customer.number,
                gettext("Company") if customer.entity_type == "company" else "",
                customer.email,
                customer.phone,
                format_html(gettext("Customer since {day}"), day=day(customer.created_at)),
                *_who_else(customer),
            ],
            is_test=customer.test_mode,
            ways=[
                self.statement_button(customer),
                *([Button(gettext("Edit"), edit_url, "edit")] if edit_url else []),
                Button(gettext("What happened"), self.log_link(customer).url, "manage_history"),
            ],
        )

    def _account_buttons(self, request: HttpRequest, customer: Customer) -> dict[int, list[StepButton]]:
        accounts: Any = self.admin_site.get_model_admin(Account)
        return {
            account.pk: accounts.list_buttons(request, account, only=_MONEY_SLUGS)
            for account in Account.objects.filter(customer=customer).select_related("customer")
            if account.kind != AccountKind.GIFT_CARD
        }

    def _gift_cards(self, request: HttpRequest, customer: Customer, now: datetime) -> Table | None:
        user: Any = request.user
        cards = list_cards_of_customer(customer_id=customer.pk)[:_CARDS_SHOWN]
        shown = cards if user.has_perm("giftcards.view_giftcard") else []
        if not user.has_perm(MakeCard.permission):
            return cards_table(shown, now) if shown else None
        url = f"{reverse('admin:giftcards_giftcard_add')}?customer={quote(customer.number)}"
        return replace(cards_table(shown, now), beside=Link(gettext("Make a gift card"), url))

    def statement_accounts(self, request: HttpRequest, target: Customer, *, with_cards: bool) -> list[int]:
        user: Any = request.user
        accounts = Account.objects.filter(customer=target, kind=AccountKind.STORE_CREDIT)
        ids = list(accounts.values_list("pk", flat=True))
        if with_cards and user.has_perm("giftcards.view_giftcard"):
            ids += list_cards_of_customer(customer_id=target.pk).values_list("account_id", flat=True)
        return ids

    def statement_holder(self, target: Customer) -> list[str]:
        name = target.display_name
        return [name, target.number] if name != target.number else [name]

    @display(description=_("Customer"), header=True)
    def customer(self, customer: Customer) -> list[str]:
        name = customer.display_name
        return [name, customer.number if name != customer.number else ""]

    def complete_rows(self, rows: list[Any]) -> list[Any]:
        accounts: list[Any] = [account for customer in rows for account in customer.accounts.all()]
        spendable = map_spendable_minor(account_ids=[account.pk for account in accounts], now=timezone.now())
        for account in accounts:
            account.spendable_minor = spendable[account.pk]
        return rows

    @display(description=_("Store credit"))
    def store_credit(self, customer: Customer) -> str:
        return _few(_spendable(customer, _CREDIT))

    @display(description=_("On cards"))
    def on_cards(self, customer: Customer) -> str:
        return _few(_spendable(customer, _CARDS))

    @display(description=_("Since"))
    def since(self, customer: Customer) -> str:
        return day_text(timezone.localtime(customer.created_at).date())

    @display(description=_("Status"), label=STATUS_COLOURS)
    def shown_status(self, customer: Customer) -> str:
        return customer.get_status_display()

    @display(description="")
    def mode(self, customer: Customer) -> str:
        return test_tag(customer.test_mode)


def _spendable(customer: Any, kind: AccountKind) -> list[str]:
    """What they can spend of a kind, by currency. A blocked card and a frozen account give nothing."""
    sums: Counter[str] = Counter()
    for account in customer.accounts.all():
        if account.kind == kind and account.status == AccountStatus.OPEN:
            sums[account.currency] += account.spendable_minor
    return [money_text(sums[currency], currency) for currency in sorted(sums) if sums[currency]]


def _who_else(customer: Customer) -> list[Link]:
    """Whom they were merged into, and who was merged into them."""
    told = [(gettext("Merged into %(customer)s"), customer.merged_into)] if customer.merged_into else []
    told += [(gettext("Also known as %(customer)s"), twin) for twin in customer.merged.order_by("pk")[:_TWINS_SHOWN]]
    return [
        Link(words % {"customer": other.number}, reverse("admin:ledger_customer_change", args=[other.pk]))
        for words, other in told
    ]


def _few(texts: list[str]) -> str:
    more = len(texts) - _BALANCES_SHOWN
    return (
        " · ".join(texts[:_BALANCES_SHOWN] + ([gettext("%(count)s more") % {"count": more}] if more > 0 else [])) or "–"
    )


def _card(balance: AccountBalance, buttons: list[StepButton]) -> Card:
    # What a role withholds is said once, at the head of the page.
    context = buttons_context([button for button in buttons if button.is_permitted])
    return Card(balance_row(balance), context["buttons"], context["refusals"])
