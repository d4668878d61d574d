"""What an account held at a moment that somebody asks for, on its page."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.days import FIRST_DAY
from ledger.errors import DomainError
from ledger.queries import Account
from storecredit.backoffice.kit import Facts, moment_text, money_text
from storecredit.finance.queries import get_balance_then


class _MomentForm(forms.Form):
    at = forms.DateTimeField(
        label=_("Balance at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and not FIRST_DAY.year <= at.year:
            raise ValidationError(gettext("This is too long ago."))
        if at is not None and at > timezone.now():
            raise ValidationError(gettext("This is in the future."))
        return at


def past_balance(request: HttpRequest, account: Account) -> dict[str, Any]:
    """The form that asks for a moment, and what the account held then if one is asked for."""
    form = _MomentForm(request.GET if "at" in request.GET else None)
    context: dict[str, Any] = {"past_form": form}
    at = form.cleaned_data.get("at") if form.is_valid() else None
    if at is None:
        return context
    try:
        then = get_balance_then(account=account, at=at)
    except DomainError as error:
        return context | {"past_refusal": str(error)}
    amounts = [
        (gettext("Balance"), then.balance_minor),
        (gettext("Held"), then.held_minor),
        (gettext("Expired"), then.expired_minor),
        (gettext("Can be spent"), then.spendable_minor),
    ]
    facts = [(name, money_text(minor, account.currency)) for name, minor in amounts]
    return context | {"past": Facts(gettext("As of %(moment)s") % {"moment": moment_text(at)}, facts)}
