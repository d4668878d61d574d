"""Words of classes and modules, which are chosen when they are shown and not when the program starts."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext_lazy, override

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


@pytest.mark.django_db
def test_the_staff_log_is_in_the_shops_language_whoever_acts(administrator):
    PreferencesFactory(person=administrator.user, language="de")
    account = given_credit("5.00 EUR")

    review = administrator.review(f"/admin/ledger/account/{account.pk}/freeze/", why="Gestohlen gemeldet")
    administrator.confirm(review)

    assert LogEntry.objects.get().change_message.startswith("Freeze: Gestohlen gemeldet (confirmation ")
