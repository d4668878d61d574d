"""Words of classes and modules, which are chosen when they are shown and not when the program starts."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override

from giftcards.errors import CardNotUsable
from giftcards.models import CardState
from storecredit.backoffice.kit import Colours, number_text
from storecredit.backoffice.kit.labels import alternatives
from tests.factories.people import PreferencesFactory
from tests.scenarios import given_credit


@pytest.mark.once_on_sqlite
def test_a_state_has_its_colour_under_the_name_that_the_reader_sees():
    colours = Colours({gettext_lazy("Yes"): "success", gettext_lazy("No"): ""})

    with override("de"):
        assert (colours["Ja"], colours["Nein"]) == ("success", "")
        assert ("Ja" in colours, "Yes" in colours, bool(colours)) == (True, False, True)
    assert colours["Yes"] == "success"
    with pytest.raises(KeyError, match="Ja"):
        colours["Ja"]


@pytest.mark.once_on_sqlite
def test_counts_and_choices_read_as_the_language_has_them():
    assert (number_text(12), number_text(1234567)) == ("12", "1,234,567")
    assert alternatives(["€10.00", "$12.00"]) == "€10.00 or $12.00"
    with override("de"):
        assert number_text(1234567) == "1.234.567"
        assert alternatives(["10 €", "12 $"]) == "10 € oder 12 $"


@pytest.mark.once_on_sqlite
@pytest.mark.parametrize(
    ("verb", "german"),
    [
        ("assigned", "zugeordnet"),
        ("blocked", "gesperrt"),
        ("extended", "verlängert"),
        ("given another recipient", "für jemand anderen bestimmt"),
        ("moved", "umgebucht"),
        ("moved back", "zurückgebucht"),
        ("redeemed", "eingelöst"),
        ("refunded", "erstattet"),
        ("reloaded", "aufgeladen"),
        ("replaced", "ersetzt"),
        ("sent", "versendet"),
        ("unblocked", "entsperrt"),
        ("voided", "entwertet"),
    ],
)
def test_what_cannot_be_done_with_a_card_is_said_in_one_language(verb, german):
    with override("de"):
        error = CardNotUsable(card="****7KTM", state=CardState.EXPIRED.label, verb=verb)

        assert str(error) == f"Karte ****7KTM ist verfallen und kann nicht {german} werden."


@pytest.mark.django_db
def test_the_staff_log_is_in_the_shops_language_whoever_acts(proprietor):
    PreferencesFactory(person=proprietor.user, language="de")
    account = given_credit("5.00 EUR")

    review = proprietor.review(f"/admin/ledger/account/{account.pk}/freeze/", why="Gestohlen gemeldet")
    proprietor.confirm(review)

    assert LogEntry.objects.get().change_message.startswith("Freeze: Gestohlen gemeldet (confirmation ")


@pytest.mark.once_on_sqlite
def test_models_and_the_fields_that_staff_meet_are_called_by_words_and_not_by_names_in_the_code():
    ours = [(model, admin) for model, admin in site._registry.items() if "storecredit" in type(admin).__module__]

    bare = {
        f"{model.__name__}: {words}"
        for model, admin in ours
        for words in (model._meta.verbose_name, model._meta.verbose_name_plural, *names_of_fields(model, admin))
        if not isinstance(words, Promise)
    }

    assert len(ours) > 20
    assert bare == set()


def names_of_fields(model, admin):
    """Of the fields that its list, its filters and its forms name: what they are called."""
    filters = [each if isinstance(each, str) else each[0] for each in admin.list_filter if not isinstance(each, type)]
    sets = [*(admin.fieldsets or ()), *getattr(admin, "add_fieldsets", ())]
    forms = [name for _, options in sets for name in options["fields"]]
    for name in {*admin.list_display, *filters, *forms}:
        field: Any = None
        for part in name.split("__"):
            try:
                field = (field.related_model if field else model)._meta.get_field(part)
            except FieldDoesNotExist:
                break
        if field is not None and hasattr(field, "verbose_name"):
            yield field.verbose_name
