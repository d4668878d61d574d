"""What the program wrote into the shop's rows in English reads in the language of whoever looks."""

import pytest
from django.contrib.auth.models import Group
from django.utils import translation

from ledger.queries import Reason
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit.shipped import shipped
from storecredit.finance.queries import GeneralLedgerAccount
from tests.backoffice.staff import text_of
from tests.factories.people import PreferencesFactory

pytestmark = pytest.mark.django_db


def test_every_shipped_role_reason_and_ledger_account_is_in_the_catalogue():
    names = [
        *ROLES,
        *Reason.objects.values_list("label", flat=True),
        *GeneralLedgerAccount.objects.values_list("name", flat=True),
    ]

    with translation.override("de"):
        untranslated = [name for name in names if shipped(name) == name]

    assert len(names) > 20
    assert untranslated == []


def test_notes_of_jobs_are_translated_and_what_people_wrote_stays():
    notes = ["Nobody decided it within 14 days.", "£5.00 could not go back to SC1: It is frozen.", "Open", "Goodwill!"]

    with translation.override("de"):
        read = [shipped(note) for note in notes]

    assert read == [
        "Niemand entschied darüber innerhalb von 14 Tagen.",
        "£5.00 ließ sich nicht auf SC1 zurückbuchen: It is frozen.",
        "Open",
        "Goodwill!",
    ]


def test_a_renamed_role_is_called_as_the_shop_calls_it(administrator):
    PreferencesFactory(person=administrator.user, language="de")
    Group.objects.filter(name="Agent").update(name="Ladentheke")

    page = text_of(administrator.open("/admin/rights/"))

    assert "Ladentheke" in page
    assert "Kartenverwaltung" in page
    assert "Card manager" not in page


def test_the_box_of_permissions_speaks_german_throughout(administrator):
    PreferencesFactory(person=administrator.user, language="de")

    script = administrator.open("/admin/jsi18n/").content.decode()

    assert "markieren und mit dem Pfeil" in script
    assert '"Available %s": "Verf' in script
