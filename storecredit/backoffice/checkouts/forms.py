"""What the steps of checkouts ask for."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit import DomainForm, WhyForm


class HoldForm(WhyForm):
    """Which of the lines of credit, and why."""

    error_fields: ClassVar = {"hold_not_open": "hold"}

    hold = forms.ChoiceField(label=_("Which"))
    field_order = ("hold", "why")


class ResolutionForm(DomainForm):
    """What staff did about it."""

    error_fields: ClassVar = {"already_settled": "resolution"}

    resolution = forms.CharField(
        label=_("What was done about it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands on the page for ever, with your name and the time."),
    )


class EmptyForm(DomainForm):
    """Asks for nothing: the review says what will happen."""
