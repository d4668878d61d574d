"""Whoever can do something about it is told by mail that a key ends, in time, twice, and in their language."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from storecredit.api.models import ApiKey
from storecredit.api.operations import rotate_api_key
from storecredit.backoffice.models import Preferences
from tests.backoffice.staff import Staff
from tests.factories.api import IssuedKeyFactory
from tests.ledger.commands.running import run
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_goes_out(settings, time_machine):
    settings.MAIL_GOES_OUT = True
    settings.SITE_URL = "https://credit.example.com"
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def administrator_with_mail(db):
    return given_mail(Staff("Administrator", username="root"))


def given_mail(staff):
    staff.user.email = f"{staff.user.username}@example.com"
    staff.user.save()
    return staff.user


def given_key(days, **details):
    return IssuedKeyFactory.create(
        name="Till", scopes=["customers:read"], expires_at=NOW + timedelta(days=days), **details
    )


def tell(time_machine, days=0):
    """Run it so many days later; to whom mail went."""
    mail.outbox = []
    time_machine.move_to(NOW + timedelta(days=days), tick=False)
    run("warn_of_expiring_keys")
    return [each.to[0] for each in mail.outbox]


def test_the_owner_and_the_administrators_are_told_a_fortnight_and_two_days_before(
    administrator_with_mail, time_machine
):
    bob = given_mail(Staff("Approver", username="bob"))
    given_mail(Staff("Approver", username="carol"))
    Staff("Administrator", username="mailless")
    Preferences.objects.update_or_create(person=bob, defaults={"language": "de"})
    issued = given_key(20, owner=bob)
    everybody = ["root@example.com", "bob@example.com"]

    assert [tell(time_machine, days) for days in (5, 6, 7, 17)] == [[], everybody, [], []]
    assert sorted(tell(time_machine, 18)) == sorted(everybody)
    in_english, in_german = mail.outbox

    assert [tell(time_machine, days) for days in (19, 20, 21)] == [[], [], []]
    assert in_english.subject == "A key of Till ends soon"
    assert f"the key {issued.key} of the API client Till ends in 2 days, on" in in_english.body
    assert "Its owner issues another key there" in in_english.body
    assert f"https://credit.example.com/admin/api/apiclient/{issued.client.pk}/change/" in in_english.body
    assert in_german.subject == "Ein Schlüssel von Till endet bald"
    assert "endet in 2 Tagen" in in_german.body


def test_a_key_that_another_one_outlives_needs_no_mail(administrator_with_mail, time_machine):
    issued = given_key(3)
    rotate_api_key(name="Till", now=NOW)

    assert tell(time_machine) == []
    ApiKey.objects.exclude(pk=issued.key.pk).update(revoked_at=NOW)
    assert tell(time_machine) == ["root@example.com"]


def test_what_the_mail_server_does_not_take_is_tried_again(administrator_with_mail, time_machine, monkeypatch):
    given_key(3)
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", lambda *_: 0)
        done = run("warn_of_expiring_keys", "--json")

    assert (done.code, done.facts) == (1, {"sent": 0, "failed": 1})
    assert tell(time_machine) == ["root@example.com"]


def test_without_a_mail_server_nothing_is_done(administrator_with_mail, settings):
    settings.MAIL_GOES_OUT = False
    given_key(3)

    run("warn_of_expiring_keys")

    assert mail.outbox == []
    assert ApiKey.objects.get().warned_at is None
