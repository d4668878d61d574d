"""What the program wrote into the shop's rows in English reads in the language of whoever looks."""

import pytest
from django.contrib.auth.models import Group, User
from django.utils import translation

from ledger.queries import Reason, Transaction
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit.shipped import shipped
from storecredit.finance.queries import GeneralLedgerAccount
from tests.backoffice.staff import list_url, page_url, text_of
from tests.credits.requests import given_issue_limit
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


def test_roles_are_listed_and_filtered_by_in_the_language_of_whoever_looks(administrator):
    PreferencesFactory.create(person=administrator.user, language="de")

    roles = administrator.open(list_url(Group))
    people = administrator.open(list_url(User))

    assert "Kartenverwaltung" in text_of(roles)
    choices = [choice["display"] for choice in people.context["cl"].filter_specs[-1].choices(people.context["cl"])]
    assert [name for name in choices if name in ROLES] == []
    assert "Kartenverwaltung" in choices


def test_reasons_are_listed_and_filtered_by_in_the_language_of_whoever_looks(administrator):
    PreferencesFactory.create(person=administrator.user, language="de")

    pages = [text_of(administrator.open(list_url(model))) for model in (Reason, Transaction)]

    assert [("Vom Kunden eingezahlt" in page, "Paid in by the customer" in page) for page in pages] == [
        (True, False)
    ] * 2


def test_what_a_form_offers_besides_saving_reads_as_german(administrator):
    PreferencesFactory.create(person=administrator.user, language="de")
    page = text_of(administrator.open(page_url(given_issue_limit(Group.objects.get(name="Agent"), "5.00 GBP"))))

    assert "Gutschriftgrenze löschen" in page
    assert "Speichern und weiter bearbeiten" in page
    assert "Sichern" not in page
