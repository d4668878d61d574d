"""What a form of the admin has changed, member by member, as it is written down."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Manager, Model, QuerySet
from django.forms import ModelChoiceField, ModelMultipleChoiceField

from storecredit.audit.operations import ActivityKind, is_secret

#: What the database tells by itself, whoever changes it: all of a model, or the members that are named.
_TOLD_WHOLE = frozenset(
    {
        "api.apiclient",
        "auth.group",
        "checkouts.checkoutrules",
        "checkouts.webhooksecret",
        "credits.approvalpolicy",
        "credits.approverlimit",
        "credits.issueceiling",
        "credits.issuelimit",
        "finance.generalledgeraccount",
        "finance.generalledgerrule",
        "ledger.bookrules",
        "ledger.reason",
    }
)
_TOLD_OF_PEOPLE = frozenset(
    {"username", "email", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"}
)
#: Of these it is told which members were changed, and not to what: they are somebody's.
_PERSONAL = frozenset({"ledger.customer"})
_KINDS = {"auth.user": ActivityKind.PERSON_CHANGED}


@dataclass
class Changes:
    """Of each member what it was and what it is; and the names of those whose values are kept by nobody."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    unsaid: list[str] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        return bool(self.after or self.unsaid)

    @property
    def details(self) -> dict[str, Any]:
        return {"changed": self.unsaid} if self.unsaid else {}


def is_told_whole(model: type[Model], *, is_new: bool = False) -> bool:
    """Whether the database tells of every change by itself."""
    label = model._meta.label_lower
    return label in _TOLD_WHOLE or (is_new and label == "auth.user")


def kind_of(model: type[Model], otherwise: ActivityKind) -> ActivityKind:
    """What a change of one of these is."""
    return _KINDS.get(model._meta.label_lower, otherwise)


def read_changes(model: type[Model], form: Any) -> Changes:
    """What a form has changed, besides what the database tells by itself."""
    found = Changes()
    label = model._meta.label_lower
    for name in form.changed_data:
        if label == "auth.user" and name in _TOLD_OF_PEOPLE:
            continue
        if label in _PERSONAL or is_secret(name):
            found.unsaid.append(name)
            continue
        if form.instance.pk and not form.instance._state.adding:
            found.before[name] = _plain(_initial(form, name))
        found.after[name] = _plain(form.cleaned_data.get(name))
    return found


def _initial(form: Any, name: str) -> Any:
    """What stood there: of another object its key alone is at hand."""
    value = form.get_initial_for_field(form.fields[name], name)
    offered = form.fields[name]
    if isinstance(offered, ModelChoiceField) and not isinstance(offered, ModelMultipleChoiceField):
        if value in (None, "") or isinstance(value, Model):
            return value
        key = {offered.to_field_name or "pk": value}
        assert offered.queryset is not None
        return offered.queryset.model._default_manager.filter(**key).first()
    return value


def _plain(value: Any) -> Any:
    """A value as JSON has it: words, numbers, lists."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, Manager | QuerySet | Iterable) and not isinstance(value, Model):
        return sorted(str(each) for each in (value.all() if isinstance(value, Manager) else value))
    return str(value)
