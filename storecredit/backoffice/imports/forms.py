import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminFileFieldWidget

from ledger.days import TIME_ZONES
from ledger.management.cells import find_wrong_amount, read_amount
from ledger.management.choices import Choice
from ledger.management.column_maps import DayOrder, Decimals, Separator
from ledger.money import decimals, list_open_currencies, to_minor
from ledger.operations import TransactionType
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.imports.labels import LABELS
from storecredit.backoffice.imports.mapping import LEFT_OUT
from storecredit.backoffice.kit import CountField, DomainForm, day_field, decimal_mark, read_decimal, style

_SEPARATORS = [
    ("", _("as the file has them")),
    (Separator.COMMA.value, _("commas")),
    (Separator.SEMICOLON.value, _("semicolons")),
    ("tab", _("tabs")),
]
_FIGURES = re.compile(r"[0-9.,'’\s-]*")
_DECIMALS = [("", _("as the layout says")), (Decimals.POINT.value, "1,234.50"), (Decimals.COMMA.value, "1.234,50")]
_DAYS = [
    ("", _("as the layout says")),
    (DayOrder.YEAR_FIRST.value, "2027-12-31"),
    (DayOrder.DAY_FIRST.value, "31.12.2027"),
    (DayOrder.MONTH_FIRST.value, "12/31/2027"),
]


class UploadForm(DomainForm):
    kind = forms.ChoiceField(label=_("What is in the file"))
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV in UTF-8, up to 64 MiB. It is kept sealed, and taken out of the database when it is written."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    separator = forms.ChoiceField(label=_("Columns are separated by"), required=False, choices=_SEPARATORS)
    test_mode = forms.BooleanField(label=_("Test money"), required=False)
    # A script that sends the file in pieces says what it is called, and how long it is.
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, kinds: Sequence[Kind], kind: str = "") -> None:
        super().__init__(data, files, initial={"kind": kind})
        kinds_field: Any = self.fields["kind"]
        kinds_field.choices = [(kind.name.value, kind.name.label) for kind in kinds]


class ColumnsForm(DomainForm):
    """What each column is, and how its cells are written."""

    decimals = forms.ChoiceField(label=LABELS[Choice.DECIMALS], required=False, choices=_DECIMALS)
    days = forms.ChoiceField(label=_("Days are written"), required=False, choices=_DAYS)
    currency = forms.ChoiceField(label=LABELS[Choice.CURRENCY], required=False)
    time_zone = forms.ChoiceField(label=_("Where a card's last day ends, if the line does not say it"), required=False)
    legacy_numbers = forms.BooleanField(
        label=LABELS[Choice.LEGACY_NUMBERS],
        required=False,
        help_text=_("Numbers of one to three characters, and of groups with blanks between them."),
    )
    expired_cards = forms.BooleanField(
        label=LABELS[Choice.EXPIRED_CARDS],
        required=False,
        help_text=_("Nobody can spend from them; the next sweep books what stands on them out."),
    )
    source = forms.CharField(
        label=_("Whose list it is"),
        required=False,
        max_length=100,
        help_text=_("What differs in the lists of two is two findings."),
    )
    first = day_field(
        _("From"), _("Entries of other days are not missing in the list, and its lines of them left out.")
    )
    last = day_field(_("Through"), "")
    client = forms.CharField(
        label=_("Only what this API client wrote"), required=False, max_length=150, help_text=_("Its name. Empty: all.")
    )
    type = forms.ChoiceField(
        label=_("Only entries of this type"), required=False, choices=[("", _("all")), *TransactionType.choices]
    )
    positive_is = forms.ChoiceField(
        label=_("An amount above zero is what a customer"),
        required=False,
        choices=[("given", _("was given")), ("spent", _("has spent"))],
    )
    days_apart = CountField(
        label=_("Days that may lie between theirs and ours"), required=False, initial=1, min_value=0, max_value=366
    )
    as_written = forms.MultipleChoiceField(
        label=LABELS[Choice.AS_WRITTEN],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Where what looks like a spreadsheet’s formula, date or rounded number is meant."),
    )
    save_as = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,62}$",
        label=_("Save this layout as"),
        required=False,
        help_text=_("Small letters, digits and hyphens. The next file with these headers is then known by them."),
    )
    name_fields = ("source", "client")
    _of_kinds: ClassVar = (
        "currency", "time_zone", "legacy_numbers", "expired_cards", "source", "first", "last", "client", "type",
        "positive_is", "days_apart",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, kind: Kind, headers: Sequence[str], initial: Mapping[str, str]) -> None:
        super().__init__(data)
        self.headers = list(headers)
        choices = [
            ("", gettext("— say what it is —")),
            (LEFT_OUT, gettext("leave it out")),
            *((name, name) for name in kind.file.columns),
        ]
        for place, header in enumerate(headers):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=header or gettext("(column %(number)s, without a header)") % {"number": place + 1},
                choices=choices,
                required=False,
                initial=initial.get(header, ""),
            )
        as_written_field: Any = self.fields["as_written"]
        as_written_field.choices = [(name, name) for name in kind.file.columns]
        for name in self._of_kinds:
            if name not in kind.choices:
                del self.fields[name]
        today = timezone.now().date()
        if "currency" in self.fields:
            currencies = [(code, code) for code in list_open_currencies(today)]
            currency_field: Any = self.fields["currency"]
            currency_field.choices = [("", gettext("every line names its own")), *currencies]
        if "time_zone" in self.fields:
            zone_field: Any = self.fields["time_zone"]
            zone_field.choices = [(name, name) for name in sorted(TIME_ZONES)]
            self.fields["time_zone"].initial = settings.TIME_ZONE
        style(self)  # the fields that came after the form was dressed

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", gettext("This is before the first day."))
        if cleaned.get("days_apart") is None and "days_apart" in cleaned:
            cleaned["days_apart"] = 1
        return cleaned

    def column_fields(self) -> list[Any]:
        """The fields of the file's columns."""
        return [self[f"column_{place}"] for place in range(len(self.headers))]

    def other_fields(self) -> list[Any]:
        return [field for field in self if not field.name.startswith("column_")]

    def said_columns(self) -> dict[str, str]:
        """What each header was said to be."""
        return {header: self.cleaned_data[f"column_{place}"] for place, header in enumerate(self.headers)}

    def said_choices(self) -> dict[str, Any]:
        return {
            name: _as_json(self.cleaned_data[name])
            for name in ("decimals", "days", "as_written", *self._of_kinds)
            if name in self.cleaned_data
        } | ({"time_zone": self.cleaned_data["time_zone"] or settings.TIME_ZONE} if "time_zone" in self.fields else {})


class ControlsForm(DomainForm):
    """What the file must come to, from another source."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    count = forms.CharField(label=_("How many lines"), max_length=20)

    def __init__(self, data: Any = None, *, version: int, currencies: Sequence[str]) -> None:
        super().__init__(data, initial={"version": version})
        self.currencies = list(currencies)
        for code in currencies:
            self.fields[f"total_{code}"] = forms.CharField(
                label=gettext("Total in %(code)s") % {"code": code}, max_length=40
            )
        style(self)

    def clean_count(self) -> int:
        text = read_decimal(self.cleaned_data["count"], places=0)
        if not text.isdecimal():
            raise forms.ValidationError(gettext("This is not a number of lines such as 4500."), code="invalid")
        return int(text)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.sums_minor: dict[str, int] = {}
        for code in self.currencies:
            text = cleaned.get(f"total_{code}")
            if text is None:
                continue
            try:
                amount, wrong = _read_total(text.strip(), code)
            except forms.ValidationError as error:
                self.add_error(f"total_{code}", error)
                continue
            if wrong := wrong or find_wrong_amount(amount, code, holder=gettext("the books")):
                self.add_error(f"total_{code}", gettext("This %(wrong)s.") % {"wrong": wrong})
                continue
            self.sums_minor[code] = to_minor(Money(Decimal(amount), code))
        return cleaned


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read_total(text: str, currency: str) -> tuple[str, str]:
    """The figures of a total, and what is wrong with it: as people type a number, or with its currency's sign."""
    if _FIGURES.fullmatch(text):
        return read_decimal(text, places=decimals(currency)), ""
    return read_amount(text, currency, Decimals.COMMA if decimal_mark() == "," else Decimals.POINT)
