"""Every column that can hold words is said to be erased, forgotten, following another, or never about who buys."""

from collections import Counter

from django.apps import apps
from django.db import models

from ledger.triggers.erasing import list_erasable
from ledger.triggers.forgetting import EVERYWHERE, list_following, list_forgotten, list_never, list_searched

_HOLDS_WORDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    models.FileField,
)


def holding_words() -> set[tuple[str, str]]:
    """Table and column of what can hold words of anybody's choice."""
    return {
        (model._meta.db_table, str(field.column))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, _HOLDS_WORDS) and not field.choices
        if not isinstance(field, models.ForeignKey) and field.column not in EVERYWHERE
    }


def declared() -> Counter[tuple[str, str]]:
    said = (
        list_erasable(),
        {table: {name for way in ways for name in way.columns} for table, ways in list_forgotten().items()},
        list_following(),
        list_never(),
    )
    return Counter((table, column) for part in said for table, columns in part.items() for column in columns)


def test_each_column_that_can_hold_words_is_declared_once():
    said = declared()
    assert sorted(holding_words() - said.keys()) == []
    assert sorted(said.keys() - holding_words()) == []
    assert [place for place, times in said.items() if times > 1] == []


def test_what_is_erased_or_forgotten_is_what_an_export_looks_through():
    looked_through = {(table, column) for table, columns in list_searched().items() for column in columns}
    never = {(table, column) for table, columns in list_never().items() for column in columns}
    following = {(table, column) for table, columns in list_following().items() for column in columns}
    assert looked_through == holding_words() - never - following
