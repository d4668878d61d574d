"""Which column of which table an activity speaks of, for the words of both are the table's own."""

from collections.abc import Mapping
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from storecredit.backoffice.models import Preferences

#: What is told of a row and stands in another, which is theirs alone.
_BESIDE: Final[Mapping[str, type[Any]]] = {"auth.user": Preferences}


def column_of(kind: str, name: str) -> Any:
    """The field of a kind of rows, such as `ledger.reason`, that stores this; None if there is none."""
    try:
        models = [apps.get_model(kind), _BESIDE.get(kind)] if kind else []
    except (LookupError, ValueError):  # no such model, or nothing that a model is called
        return None
    for model in filter(None, models):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if field.concrete:
            return field
    return None
