"""Every column that can hold words is said to be erased, forgotten, following another, or never about who buys."""

from collections import Counter

from django.apps import apps
from django.db import models

from ledger.models import Customer
from ledger.triggers.erasing import list_erasable
from ledger.triggers.forgetting import EVERYWHERE, list_following, list_forgotten, list_never, list_searched
from storecredit.backoffice.privacy.persons import Person

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


#: Tables that lead to a customer and stand in no export.
_TOLD_BY_OTHERS = {
    "ledger_customerword": "what the customer's own row is found by",
    "giftcards_cardword": "what a card is found by",
    "credits_creditrequestword": "what a request is found by",
    "ledger_transactionmetadatum": "a digest of what stands in the transaction's details",
    "giftcards_cardmetadatum": "a digest of what stands in the card's own row",
    "credits_creditrequestmetadatum": "a digest of what stands in the request's own row",
    "giftcards_codesealing": "under which of the shop's keys a code lies sealed",
    "backoffice_notice": "which colleague is told by mail that something waits",
}


def leading_to_customers() -> set[str]:
    """The tables whose rows lead to a customer's, by one key after another."""
    reached: set[type[models.Model]] = {Customer}
    while further := {
        model
        for model in apps.get_models(include_auto_created=True)
        if model not in reached and any(field.related_model in reached for field in model._meta.concrete_fields)
    }:
        reached |= further
    return {model._meta.db_table for model in reached}


def test_whatever_leads_to_a_customer_is_in_their_export_or_said_why_not(db):
    exported = Person(customers=(), names=(), emails=()).list_rows().keys()
    assert sorted(leading_to_customers() - exported - _TOLD_BY_OTHERS.keys()) == []
    assert sorted(_TOLD_BY_OTHERS.keys() & exported) == []
    assert {
        table for table, rows in Person((), (), ()).list_rows().items() if rows.model._meta.db_table != table
    } == set()
