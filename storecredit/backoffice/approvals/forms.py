"""What the steps of a request ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit import DomainForm


class NoteForm(DomainForm):
    """A note, if there is anything to say."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the request's history, with your name and the time."),
    )


class DecisionForm(NoteForm):
    """A note, and the version of the request that was on the page."""

    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class AgainstForm(DecisionForm):
    """Whoever decides against a request says why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = gettext("Why")
        self.fields["note"].required = True
