"""What the list of transactions can be narrowed to."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, ModelChoiceFilter
from django_filters.fields import ModelChoiceField
from moneyed import Money

from ledger.errors import DomainError
from ledger.money import decimals, to_minor
from ledger.operations import TransactionType
from ledger.queries import (
    Figure,
    Reason,
    Transaction,
    counted_in,
    list_account_currencies,
    list_entry_doors,
    list_numbered,
    list_referring,
)
from ledger.querysets import reached_by
from storecredit.backoffice.books.turnover import FigureName
from storecredit.backoffice.kit import DAY_VALIDATORS, Words, first_moment_of, first_moment_seen, read_decimal, style
from storecredit.backoffice.kit.filtersets import SpansForm
from storecredit.backoffice.kit.rows import DOORS
from storecredit.backoffice.kit.shipped import shipped

Entries = QuerySet[Transaction]


class TransactionFilterForm(SpansForm):
    """Amounts are of the currency that is chosen."""

    spans = (("created_at_from", "created_at_to"), ("amount_from", "amount_to"))

    def clean(self) -> dict[str, Any]:
        for name in ("amount_from", "amount_to"):
            self._read_amount(self.cleaned_data, name)
        return super().clean()

    def _read_amount(self, asked: dict[str, Any], name: str) -> None:
        typed, currency = asked.get(name), asked.get("currency")
        if not typed:
            asked[name] = None
            return
        if not currency:
            if "currency" not in self.errors:
                self.add_error("currency", gettext("Choose the currency of the amount."))
            return
        try:
            asked[name] = to_minor(Money(read_decimal(typed, places=decimals(currency)), currency))
        except (DomainError, forms.ValidationError) as error:
            self.add_error(name, error if isinstance(error, forms.ValidationError) else str(error))
            return
        if asked[name] < 0:
            self.add_error(name, gettext("What was moved is told without its sign."))


def _day(label: Words, method: str) -> DateFilter:
    return DateFilter(
        label=label, method=method, widget=forms.DateInput(attrs={"type": "date"}), validators=DAY_VALIDATORS
    )


def _amount(label: Words, method: str) -> CharFilter:
    """An amount in the currency that is asked for beside it, as people type it."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return CharFilter(label=label, method=method, max_length=100, widget=widget)


class _ReasonField(ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {shipped(obj.label)}"


class _ReasonFilter(ModelChoiceFilter):
    field_class = _ReasonField


class TransactionFilter(FilterSet):
    """
    Narrows the entries of the books. Days are whole ones in the viewer's time zone, or the shop's.

    An amount is what was moved, whichever way: 10.00 is found as +10.00 and as −10.00.
    """

    person = CharFilter(label=_("Customer number"), method="of_person", max_length=255)
    who = CharFilter(label=_("Who did it"), field_name="actor_label", max_length=255)
    door = ChoiceFilter(label=_("Door"), choices=DOORS, method="through_door", empty_label=_("Any"))
    reason = _ReasonFilter(label=_("Reason"), queryset=Reason.objects.order_by("code"), empty_label=_("Any"))
    booked_to = ChoiceFilter(
        label=_("Booked to"),
        field_name="counter_account",
        choices=Transaction._meta.get_field("counter_account").choices,
        empty_label=_("Any"),
    )
    type = ChoiceFilter(label=_("Type"), choices=TransactionType.choices, empty_label=_("Any"))
    figure = ChoiceFilter(
        label=_("Counts as"), choices=FigureName.choices, method="counting_as", empty_label=_("Anything")
    )
    days_of = ChoiceFilter(
        label=_("Days of"),
        choices=(("shop", _("The shop’s time zone")),),
        empty_label=_("Your time zone"),
        method="as_it_is",
    )
    created_at_from = _day(_("From"), "since")
    created_at_to = _day(_("Through"), "until")
    currency = ChoiceFilter(
        label=_("Currency"),
        choices=lambda: [(code, code) for code in list_account_currencies()],
        empty_label=_("Any"),
    )
    amount_from = _amount(_("Amount from"), "no_less")
    amount_to = _amount(_("Amount to"), "no_more")
    reference = CharFilter(label=_("Reference"), method="referring", max_length=255)
    test = ChoiceFilter(
        label=_("Money"),
        choices=(("no", _("Real money")), ("yes", _("Test money"))),
        method="of_mode",
        empty_label=_("Any"),
    )

    class Meta:
        form = TransactionFilterForm

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if timezone.get_current_timezone_name() == timezone.get_default_timezone_name():
            del self.filters["days_of"]
        style(self.form)

    def of_person(self, entries: Entries, name: str, number: str) -> Entries:
        return entries.filter(
            reached_by(Transaction.objects.filter(account__customer__in=list_numbered(number=number)))
        )

    def referring(self, entries: Entries, name: str, reference: str) -> Entries:
        return entries.filter(reached_by(list_referring(references=[reference])))

    def through_door(self, entries: Entries, name: str, door: str) -> Entries:
        is_one = door == "admin" or ":" in door
        if not any(each == door or each.startswith(f"{door}:") for each in list_entry_doors()):
            return entries.none()  # of all that there are, none would be found
        return entries.filter(door=door) if is_one else entries.filter(door__startswith=f"{door}:")

    def counting_as(self, entries: Entries, name: str, figure: str) -> Entries:
        return entries.filter(counted_in(Figure(figure)))

    def as_it_is(self, entries: Entries, name: str, asked: str) -> Entries:
        """Says of which time zone the days are: by itself it narrows nothing."""
        return entries

    def since(self, entries: Entries, name: str, day: date) -> Entries:
        return entries.filter(created_at__gte=self._first_moment(day))

    def until(self, entries: Entries, name: str, day: date) -> Entries:
        return entries.filter(created_at__lt=self._first_moment(day + timedelta(days=1)))

    def _first_moment(self, day: date) -> datetime | None:
        of_shop = self.form.cleaned_data.get("days_of") == "shop"
        return first_moment_of(day) if of_shop else first_moment_seen(day)

    def no_less(self, entries: Entries, name: str, minor: int) -> Entries:
        return entries.filter(Q(amount_minor__gte=minor) | Q(amount_minor__lte=-minor))

    def no_more(self, entries: Entries, name: str, minor: int) -> Entries:
        return entries.filter(amount_minor__gte=-minor, amount_minor__lte=minor)

    def of_mode(self, entries: Entries, name: str, mode: str) -> Entries:
        return entries.filter(account__test_mode=mode == "yes")
