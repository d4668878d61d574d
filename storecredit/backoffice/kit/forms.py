"""Forms that look like the admin's own and show what the books refuse where it belongs."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES, UnfoldAdminCheckboxSelectMultipleWidget

from ledger import days
from ledger.days import FIRST_DAY
from ledger.errors import DomainError
from ledger.text import TextKind, find_too_long, find_unfit, find_wrong_email, to_nfc
from storecredit.backoffice.kit.labels import Words


class DomainForm(forms.Form):
    """A form that a step asks for. `error_fields` names the field under which a refusal is shown, by its code."""

    error_fields: ClassVar[dict[str, str]] = {}
    #: Fields of names that people write. Those of several lines are notes, all others are compared or looked up.
    name_fields: ClassVar[Collection[str]] = ("name", "recipient_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField):
                field.validators.append(partial(_require_fit, field=field, is_name=name in self.name_fields))

    def full_clean(self) -> None:
        """Check the input, and put its texts into NFC."""
        super().full_clean()
        cleaned = getattr(self, "cleaned_data", {})
        cleaned.update({name: to_nfc(value) for name, value in cleaned.items() if isinstance(value, str)})

    def add_refusal(self, error: DomainError) -> None:
        """Show a refusal of the books, under its field if it has one."""
        field = self.error_fields.get(error.code)
        # Some sentences end with the code, which programs read: it is nothing to people.
        words = str(error).replace(f" ({error.code})", "")
        self.add_error(field if field in self.fields else None, words)


class RulesInWords(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    """The form of a row. `rules` says in words what the database's rules refuse, by the names of those."""

    rules: ClassVar[Mapping[str, Words]] = {}

    def _update_errors(self, errors: ValidationError) -> None:
        for error in errors.error_dict.get(NON_FIELD_ERRORS, []) if hasattr(errors, "error_dict") else []:
            broken = str(error.message)
            error.message = next((str(words) for rule, words in self.rules.items() if rule in broken), broken)
        super()._update_errors(errors)  # type: ignore[misc]  # django-stubs does not know it


#: Within what calendars reckon with.
DAY_VALIDATORS = (
    MinValueValidator(FIRST_DAY, _("That day is too long ago.")),
    MaxValueValidator(date(2999, 12, 31), _("That day is too far away.")),
)


def day_field(label: Words, help_text: Words, *, required: bool = False) -> forms.DateField:
    """A day as a browser lets it be picked."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=DAY_VALIDATORS,
    )


def first_moment_of(day: date | None) -> datetime | None:
    """The first moment of a day in the shop's time zone, which credit and cards are good from or through."""
    return days.first_moment_of(day, timezone.get_default_timezone()) if day else None


def first_moment_after(day: date | None) -> datetime | None:
    """The first moment at which credit that is good through a day cannot be spent any more, in the shop's time zone."""
    return first_moment_of(day + timedelta(days=1)) if day else None


def first_moment_seen(day: date, *, days_later: int = 0) -> datetime:
    """The first moment of a day, or of one so many days later, in the time zone that the page shows moments in."""
    return days.first_moment_of(day + timedelta(days=days_later), timezone.get_current_timezone())


class WhyForm(DomainForm):
    """Asks for nothing but why."""

    why = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the history, with your name and the time."),
    )


def input_names(form: forms.BaseForm) -> list[str]:
    """The names under which a form's values are sent; one of several parts has a name for each."""
    names: list[str] = []
    for name, field in form.fields.items():
        parts = getattr(field.widget, "widgets_names", [""])
        names += [f"{name}{part}" for part in parts]
    return names


def _require_fit(value: str, *, field: forms.CharField, is_name: bool) -> None:
    kind = TextKind.NAME if is_name else TextKind.CODE
    if isinstance(field.widget, forms.Textarea):
        kind = TextKind.NOTE
    text = to_nfc(value)
    if message := find_unfit(text, kind) or find_too_long(text, field.max_length):
        raise forms.ValidationError(gettext("This %(message)s.") % {"message": message}, code="unfit")
    if isinstance(field, forms.EmailField) and (message := find_wrong_email(text)):
        raise forms.ValidationError(gettext("This %(message)s.") % {"message": message}, code="unfit")


# What has its looks already.
_DRESSED = (
    forms.CheckboxInput,
    forms.FileInput,
    forms.HiddenInput,
    forms.MultiWidget,
    UnfoldAdminCheckboxSelectMultipleWidget,
)


def style(form: forms.BaseForm) -> None:
    """Give a form's fields the looks of the admin's own."""
    for field in form.fields.values():
        widget = field.widget
        classes = INPUT_CLASSES
        if isinstance(widget, _DRESSED):
            continue
        if isinstance(widget, forms.Select):
            classes = SELECT_CLASSES
        elif isinstance(widget, forms.Textarea):
            classes = TEXTAREA_CLASSES
        widget.attrs["class"] = " ".join(classes)
