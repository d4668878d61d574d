"""
django-filter made strict: a parameter that nobody knows, that stands there twice or says nothing is refused, for one
that is ignored in silence gives wrong data.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import Q
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ErrorDetail, ValidationError

from ledger.queries import Member
from storecredit.api.fields import SENTENCE, MetadataMember, StrictField, wrong

#: How many unknown parameters an answer names.
_MOST_TOLD: Final = 3
_OF_METADATA: Final = re.compile(r"metadata\[(.+)\]", re.DOTALL)


class ParameterField(forms.Field):
    """A form's field around one of the API's, which knows no third type: a parameter is a text."""

    def __init__(self, *, reads: StrictField, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reads = reads

    def clean(self, value: Any) -> Any:
        """The value, validated."""
        if value in (None, ""):
            return None
        try:
            return self.reads.from_query(value)
        except ValidationError as error:
            raise FormError([str(part) for part in error.detail]) from None


class Filter(django_filters.Filter):
    """
    One parameter of a list, which may be left out.

    :param reads: the field that validates it and describes it.
    """

    field_class = ParameterField

    def __init__(self, reads: StrictField, **kwargs: Any) -> None:
        super().__init__(reads=reads, **kwargs)
        self.reads = reads


class MemberInput(forms.TextInput):
    """Finds the parameter `metadata[name]=value` whatever the name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The name and the value; None where nothing is asked for."""
        return next(iter(_members_in(data)), None)


class MemberParameterField(ParameterField):
    widget = MemberInput

    def clean(self, value: Any) -> Any:
        """The member of metadata that is asked for."""
        reads: Any = self.reads
        return None if value is None else reads.from_member(*value)


class MetadataFilter(Filter):
    """
    The rows whose metadata has one member. Its name among the filters is `metadata`.

    :param has_metadata: makes the condition of the member, when it is asked for.
    """

    field_class = MemberParameterField

    def __init__(self, about: str, *, has_metadata: Callable[[Member], Q] | None = None) -> None:
        super().__init__(MetadataMember(about=about))
        self.has_metadata = has_metadata

    def filter(self, qs: Any, value: Member | None) -> Any:
        """The rows that have it."""
        return qs if value is None or self.has_metadata is None else qs.filter(self.has_metadata(value))


class MomentFilter(Filter):
    """Moments, compared as answers show them: one that was shown finds what it was shown of."""

    def filter(self, qs: Any, value: datetime | None) -> Any:
        """The rows whose moment, as it is shown, compares so."""
        return qs if value is None else qs.filter(**compare_shown(self.field_name, self.lookup_expr, value))


class FilterSet(django_filters.FilterSet):
    """The parameters by which a list is filtered. Its filters are `Filter`s, by their names on the wire."""


class StrictFilterBackend(DjangoFilterBackend):
    """Validates all parameters of the view before any of them filters."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        """The rows that are asked for."""
        read_parameters(request.query_params, list_parameters(view))
        return super().filter_queryset(request, queryset, view)


def compare_shown(field_name: str, lookup: str, moment: datetime) -> dict[str, datetime]:
    """
    The condition that a moment of a row, cut off after its milliseconds as answers show it, compares so.

    :param lookup: `lt`, `lte`, `gt` or `gte`.
    """
    bound, shown = bound_shown(lookup, moment, unit=timedelta(milliseconds=1))
    return {f"{field_name}__{bound}": shown}


def bound_shown(lookup: str, moment: datetime, *, unit: timedelta) -> tuple[str, datetime]:
    """
    How the whole moment of a row is bound, `lt` or `gte`, if it compares so as answers show it.

    :param lookup: `lt`, `lte`, `gt` or `gte`.
    :param unit: what answers show moments in, after which they are cut off: a second, or a part of one.
    """
    shown = moment - timedelta(microseconds=moment.microsecond) % unit
    if lookup in ("lte", "gt") or shown != moment:
        shown += unit
    return "lt" if lookup.startswith("lt") else "gte", shown


def list_parameters(view: Any) -> dict[str, StrictField]:
    """Every parameter that a view takes, with the field that validates and describes it."""
    filters = {} if view.filterset_class is None else view.filterset_class.base_filters
    paging = {} if view.pagination_class is None else view.pagination_class.parameters
    return {name: each.reads for name, each in filters.items()} | dict(paging)


def read_parameters(sent: Any, known: Mapping[str, StrictField], *, of_list: bool = True) -> dict[str, Any]:
    """
    The parameters of a query, validated, by their names on the wire. One that was not sent is not in it.

    :param sent: the query, as Django reads it.
    :param of_list: whether what it does not know would have narrowed what is answered; else that is passed over.
    :raises ValidationError: for one that is not what is documented or, of a list, not documented at all.
    """
    values: dict[str, Any] = {}
    errors: dict[str, Any] = dict(_refuse_unknown(sent, known)) if of_list else {}
    for name, field in known.items():
        texts = sent.getlist(name)
        members = _members_in(sent) if isinstance(field, MetadataMember) else []
        try:
            if len(texts) + len(members) > 1:
                raise wrong("must be given once.")
            if texts:
                values[name] = field.from_query(texts[0])
            elif members and isinstance(field, MetadataMember):
                values[name] = field.from_member(*members[0])
        except ValidationError as error:
            errors[name] = error.detail
    if errors:
        raise ValidationError(errors)
    return values


def _refuse_unknown(sent: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[tuple[str, list[ErrorDetail]]]:
    told = ["metadata[name]" if isinstance(field, MetadataMember) else name for name, field in known.items()]
    there_are = f"there are: {', '.join(told)}" if told else "there are none"
    takes_members = any(isinstance(field, MetadataMember) for field in known.values())
    unknown = (name for name in sent if name not in known and not (takes_members and _OF_METADATA.fullmatch(name)))
    for name in itertools.islice(unknown, _MOST_TOLD):
        shown = name.encode("unicode_escape").decode()[:60]
        message = f"There is no parameter '{shown}' here; {there_are}."
        yield shown, [ErrorDetail(message, code=SENTENCE)]


def _members_in(sent: Any) -> list[tuple[str, str]]:
    """The members of metadata that a query names, each as often as it does."""
    return [(found[1], text) for name in sent if (found := _OF_METADATA.fullmatch(name)) for text in sent.getlist(name)]
