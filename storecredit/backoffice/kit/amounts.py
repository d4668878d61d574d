"""
An amount that is typed: django-money's form field in the admin's looks.

Where there is a choice, the currency stands beside the amount. Where there is none, the amount stands alone, and what
is sent cannot say another currency.
"""

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from djmoney.forms import MoneyField, MoneyWidget
from moneyed import Money
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ledger.errors import DomainError
from ledger.money import decimals, plain, to_minor
from storecredit.backoffice.kit.numbers import read_decimal, write_decimal


class AmountWidget(MoneyWidget):
    """An amount, and its currency to choose. They are sent as `amount` and `amount_currency`."""

    template_name = "unfold/widgets/split_money.html"
    use_fieldset = False

    def __init__(self) -> None:
        super().__init__(
            amount_widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            currency_widget=UnfoldAdminSelectWidget(attrs={"aria-label": gettext("Currency")}),
        )
        self.widgets_names = ["", "_currency"]

    def decompress(self, value: Any) -> list[Any]:
        """The two parts of an amount, with the decimals of its currency."""
        if not isinstance(value, Money):
            parts: list[Any] = super().decompress(value)
            return parts
        amount = plain(value)
        return [write_decimal(amount.amount), amount.currency.code]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class OneCurrencyWidget(AmountWidget):
    """The amount alone."""

    template_name = UnfoldAdminTextInputWidget.template_name

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return [self.widgets[0].value_from_datadict(data, files, name), self.currency]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        amount, _ = value if isinstance(value, list | tuple) else self.decompress(value)
        context: dict[str, Any] = self.widgets[0].get_context(name, amount, {**self.attrs, **(attrs or {})})
        return context

    def id_for_label(self, id_: str) -> str:
        return id_


class AmountField(MoneyField):
    """
    Reads `Money` as people type it (see `numbers`), exactly or not at all.

    A form says which currencies it can be in: `offer` several, or `keep_to` one.

    :param max_digits: before and after the point together.
    """

    def __init__(self, *, max_digits: int = 20, **options: Any) -> None:
        super().__init__(
            currency_choices=(), max_digits=max_digits, decimal_places=None, widget=AmountWidget(), **options
        )

    def offer(self, choices: Iterable[tuple[str, str]]) -> None:
        """Let the currency be chosen among these."""
        self.fields[1].choices = self.widget.widgets[1].choices = list(choices)

    def keep_to(self, currency: str) -> None:
        """Let it be in this currency alone."""
        self.fields[1].choices = [(currency, currency)]
        self.widget = OneCurrencyWidget(currency)

    def clean(self, value: Any) -> Any:
        return super().clean(self._read(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        parts = self.widget.decompress(initial) if isinstance(initial, Money) else initial
        try:
            return bool(super().has_changed(self._read(parts) if parts else parts, self._read(data)))
        except ValidationError:
            return True

    def _read(self, value: Any) -> Any:
        """What was typed, as the number's own field reads it; in an unknown currency it is refused with that."""
        if not isinstance(value, list | tuple) or len(value) != 2 or not isinstance(value[0], str):
            return value
        amount, currency = value
        if not amount.strip() or currency not in dict(self.fields[1].choices):
            return value
        return [read_decimal(amount, places=decimals(currency)), currency]

    def validate(self, value: Money | None) -> None:
        super().validate(value)
        try:
            if value is not None:
                to_minor(value)
        except DomainError as error:
            raise ValidationError(str(error), code=error.code) from error


def amount_of(form: forms.BaseForm) -> AmountField:
    """The field in which a form asks for its amount."""
    field = form.fields["amount"]
    assert isinstance(field, AmountField)
    return field


def keep_amount_to(form: forms.BaseForm, currency: str) -> None:
    """Let a form ask for its amount in one currency alone, and say which."""
    form.fields["amount"].label = gettext("Amount in %(currency)s") % {"currency": currency}
    amount_of(form).keep_to(currency)


def begin_at_amount(form: forms.BaseForm) -> None:
    """
    Let a form that asks for an amount be begun there, or at what has to be typed before it, unless there is something
    to put right first.
    """
    if "amount" not in form.fields or form.errors:
        return
    before = takewhile(lambda name: name != "amount", form.fields)
    typed = [form.fields[name] for name in before if _has_to_be_typed(form, name)]
    first = typed[0].widget if typed else amount_of(form).widget.widgets[0]
    first.attrs["autofocus"] = True


def _has_to_be_typed(form: forms.BaseForm, name: str) -> bool:
    field = form.fields[name]
    is_typed = field.required and isinstance(field.widget, forms.TextInput)
    return is_typed and form.get_initial_for_field(field, name) in (None, "")
