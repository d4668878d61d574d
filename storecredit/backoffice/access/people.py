"""The forms of people and roles: who somebody is, and what they may do."""

from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit.shipped import shipped

_LONGEST_NAME = 150
_WORDS = {
    "username": (_("Sign-in name"), _("Letters, digits and @ . + - _ alone.")),
    "email": (_("E-mail"), _("Links to choose a password go there.")),
    "groups": (_("Roles"), _("What they may do. Whoever has a role can sign in.")),
    "is_active": (_("Active"), _("Untick it to switch somebody off: they are signed out, and cannot sign in.")),
    "is_superuser": (_("Superuser"), _("May do everything, and make superusers.")),
}
#: What Django's own models are called here, one and many; and what they are about.
_NAMED = (
    (User, _("person"), _("staff")),
    (Group, _("role"), _("roles")),
    (LogEntry, _("log entry"), _("staff log")),
)
_ACCESS = _("Access")


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # Django does not take it at run time
    """Somebody who works in here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in _WORDS.items():
            if name in self.fields:
                self.fields[name].label, self.fields[name].help_text = label, help_text

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        others = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if email and (other := others.order_by("pk").first()):
            raise ValidationError(
                gettext("That is the address of %(person)s, who is here already.") % {"person": other.get_username()}
            )
        return email


class NewPersonForm(PersonForm):
    """Somebody new: a name, an address that the invitation goes to, and a role."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name", "email", "groups"):
            self.fields[name].required = True
        self.fields["email"].help_text = gettext(
            "The invitation goes there: a link under which they choose their password."
        )
        self.fields["username"].required = False
        self.fields["username"].help_text = gettext("Left blank, it is what stands before the @ of the e-mail.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("username") and "username" not in self.errors and cleaned.get("email"):
            cleaned["username"] = offer_username(cleaned["email"])
        return cleaned


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    """What a role is called and what it may."""

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        known = {word.lower() for role in ROLES for word in (role, shipped(role))}
        if name != self.instance.name and name.strip().lower() in known:
            raise ValidationError(
                gettext("%(name)s is what a role that comes with the program is called. Choose another name.")
                % {"name": name}
            )
        return name


def offer_username(email: str) -> str:
    """A sign-in name that is free, after an address."""
    stem = slugify(email.partition("@")[0].replace(".", "-"))[: _LONGEST_NAME - 6] or "person"
    taken = {
        name.lower() for name in User.objects.filter(username__istartswith=stem).values_list("username", flat=True)
    }
    number = 1
    offered = stem
    while offered in taken:
        number += 1
        offered = f"{stem}-{number}"
    return offered


def rename_models() -> None:
    """Call Django's own models what the house calls them: in titles, breadcrumbs and messages."""
    for model, one, many in _NAMED:
        model._meta.verbose_name, model._meta.verbose_name_plural = one, many
        model._meta.app_config.verbose_name = _ACCESS
    for name in ("username", "email"):
        field: Any = User._meta.get_field(name)
        field.verbose_name = _WORDS[name][0]
