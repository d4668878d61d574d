"""Forms that look like the admin's own and show what the books refuse where it belongs."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    INPUT_CLASSES,
    SELECT_CLASSES,
    TEXTAREA_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
)

from ledger.errors import DomainError


class DomainForm(forms.Form):
    """A form that a step asks for. `error_fields` names the field under which a refusal is shown, by its code."""

    error_fields: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)

    def add_refusal(self, error: DomainError) -> None:
        """Show a refusal of the books, under its field if it has one."""
        field = self.error_fields.get(error.code)
        self.add_error(field if field in self.fields else None, str(error))


class WhyForm(DomainForm):
    """Asks for nothing but why."""

    why = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands in the history, with your name and the time.",
    )


def style(form: forms.BaseForm) -> None:
    """Give a form's fields the looks of the admin's own."""
    for field in form.fields.values():
        widget = field.widget
        classes = INPUT_CLASSES
        if isinstance(widget, forms.CheckboxInput | UnfoldAdminCheckboxSelectMultipleWidget | forms.HiddenInput):
            continue
        if isinstance(widget, forms.Select):
            classes = SELECT_CLASSES
        elif isinstance(widget, forms.Textarea):
            classes = TEXTAREA_CLASSES
        widget.attrs["class"] = " ".join(classes)
