"""
A statement of account, to be printed: what there was, each movement, and what there is, so that it adds up.

Days are those of the shop, whoever looks. What staff wrote for themselves, and who they are, is not for customers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import StatementTooLong
from ledger.operations import TransactionType
from ledger.queries import Account, Statement, Transaction, list_statements
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.kit import (
    Button,
    DomainForm,
    Head,
    PageMixin,
    day_field,
    day_text,
    first_moment_after,
    first_moment_of,
    in_the_shop,
    money_text,
    signed_text,
    subject_of,
    tell,
)

MOST_MOVEMENTS = 2000


class StatementForm(DomainForm):
    """From which day through which."""

    first = day_field(_("From"), "", required=True)
    last = day_field(_("Through"), "", required=True)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", gettext("This is before the first day."))
        if last and last > in_the_shop(timezone.now()).date():
            self.add_error("last", gettext("This day is still to come."))
        return data


class StatementWithCardsForm(StatementForm):
    """Whose statement can tell of gift cards, too."""

    cards = forms.BooleanField(required=False, label=_("With gift cards"))


@dataclass(frozen=True, slots=True)
class Line:
    """One movement as customers read it."""

    on: str
    what: str
    reference: str
    amount: str
    balance: str


@dataclass(frozen=True, slots=True)
class Section:
    """The movements of one account between its two balances."""

    title: str
    number: str
    opening: str
    lines: list[Line]
    came: str
    went: str
    closing: str


@dataclass(frozen=True, slots=True)
class Total:
    """What several accounts of one currency come to."""

    currency: str
    opening: str
    came: str
    went: str
    closing: str


class StatementMixin(PageMixin):
    """An object whose accounts have a statement to print."""

    statement_form: type[StatementForm] = StatementForm

    def statement_accounts(self, request: HttpRequest, target: Any, *, with_cards: bool) -> list[int]:
        """The ids of the accounts that it tells of."""
        raise NotImplementedError

    def statement_holder(self, target: Any) -> list[str]:
        """Whose it is, as it stands on the paper: the name, and what else is known."""
        raise NotImplementedError

    def statement_button(self, target: Any) -> Button:
        return Button(gettext("Statement"), self._statement_url(target), "receipt_long")

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_statement"
        view = self.admin_site.admin_view(self.statement_view)
        return [path("<path:object_id>/statement/", view, name=name), *super().get_urls()]

    def statement_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The statement that the address asks for; without days that of this month and the last."""
        target = self.get_page_object(request, object_id)
        if target is None:
            raise Http404
        if not self.has_view_permission(request, target):
            raise PermissionDenied
        asked = request.GET if "first" in request.GET or "last" in request.GET else _usual_period()
        form = self.statement_form(asked)
        context = self.page_frame(request, target) | {
            "title": gettext("Statement of account"),
            "form": form,
            "back_url": self.page_url(target),
            "shop": settings.SHOP_NAME,
            "holder": self.statement_holder(target),
            "is_test": target.test_mode,
            "head": Head(title=gettext("Statement of account")),
        }
        return TemplateResponse(
            request, "backoffice/books/statement.html", context | self._statement(request, target, form)
        )

    def _statement(self, request: HttpRequest, target: Any, form: StatementForm) -> dict[str, Any]:
        if not form.is_valid():
            return {}
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        since, until = first_moment_of(first), first_moment_after(last)
        assert since is not None
        assert until is not None
        with_cards = bool(form.cleaned_data.get("cards"))
        ids = self.statement_accounts(request, target, with_cards=with_cards)
        try:
            statements = list_statements(account_ids=ids, since=since, until=until, at_most=MOST_MOVEMENTS)
        except StatementTooLong as error:
            form.add_refusal(error)
            return {}
        told = {"first": first.isoformat(), "last": last.isoformat(), "with_cards": with_cards}
        tell(request, kind=ActivityKind.PRINTED, subject=subject_of(target), details=told)
        return {
            "is_made": True,
            "first": day_text(first),
            "last": day_text(last),
            "made_on": day_text(in_the_shop(timezone.now()).date()),
            "sections": [_section(each) for each in statements],
            "totals": _totals(statements),
        }

    def _statement_url(self, target: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_statement", args=[target.pk])


def _usual_period() -> dict[str, date]:
    today = in_the_shop(timezone.now()).date()
    return {"first": (today.replace(day=1) - timedelta(days=1)).replace(day=1), "last": today}


def _section(statement: Statement) -> Section:
    account: Account = statement.account
    currency = account.currency
    return Section(
        title=gettext("%(kind)s in %(currency)s") % {"kind": account.get_kind_display(), "currency": currency},
        number=account.number,
        opening=money_text(statement.opening_minor, currency),
        lines=[_line(entry) for entry in statement.entries],
        came=signed_text(statement.came_minor, currency),
        went=signed_text(statement.went_minor, currency),
        closing=money_text(statement.closing_minor, currency),
    )


def _line(entry: Transaction) -> Line:
    return Line(
        on=day_text(in_the_shop(entry.created_at).date()),
        what=_what(entry),
        reference="" if entry.type == TransactionType.TRANSFER else entry.reference,
        amount=signed_text(entry.amount_minor, entry.currency),
        balance=money_text(entry.balance_after_minor, entry.currency),
    )


def _what(entry: Transaction) -> str:
    what = f"{entry.get_type_display()} {entry.number}"
    if entry.reverses is None:
        return what
    undone = f"{entry.reverses.get_type_display()} {entry.reverses.number}"
    return gettext("%(what)s (of %(undone)s)") % {"what": what, "undone": undone}


def _totals(statements: Sequence[Statement]) -> list[Total]:
    """Of each currency that has more than one account here: of others the account says it itself."""
    return [
        _total(currency, [each for each in statements if each.account.currency == currency])
        for currency in sorted({each.account.currency for each in statements})
        if sum(each.account.currency == currency for each in statements) > 1
    ]


def _total(currency: str, statements: Sequence[Statement]) -> Total:
    return Total(
        currency=currency,
        opening=money_text(sum(each.opening_minor for each in statements), currency),
        came=signed_text(sum(each.came_minor for each in statements), currency),
        went=signed_text(sum(each.went_minor for each in statements), currency),
        closing=money_text(sum(each.closing_minor for each in statements), currency),
    )
