"""Webhook secrets, shown once, and the rules of the checkout: in the administrator's hands, and logged."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from storecredit.checkouts.models import WebhookEvent, WebhookSecret, read_rules
from storecredit.checkouts.models.secrets import open_secret, seal_secret
from storecredit.checkouts.queries import list_findings, list_live_secrets
from tests.backoffice.staff import approve_waiting, changes_of, errors_of, page_url, step_url, text_of
from tests.checkouts.events import SECRET, deliver, event, given_secret
from tests.checkouts.stage import nothing_changes
from tests.factories.checkouts import CheckoutRulesFactory
from tests.ledger.commands.running import run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ADD = "admin:checkouts_webhooksecret_add"
RULES = {
    "hold_minutes": "30",
    "checkout_days": "30",
    "callout_hold_hours": "24",
    "webhook_tolerance_seconds": "300",
}


def add(staff, **data):
    return staff.send(reverse(ADD), **{"label": "Shop", "secret": "", **data})


def test_a_secret_is_drawn_shown_once_and_kept_as_ciphertext(administrator):
    answer = add(administrator)

    plain = answer.context["plain"]
    row = WebhookSecret.objects.get()
    assert answer.status_code == 200
    assert plain in text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert (open_secret(row), plain.encode() in bytes(row.cipher), row.actor_label) == (plain, False, "administrator")
    for url in (page_url(row), reverse("admin:checkouts_webhooksecret_changelist"), reverse("admin:index")):
        assert plain not in administrator.open(url).content.decode()
    assert not LogEntry.objects.filter(change_message__contains=plain).exists()


def test_the_vendors_own_secret_is_taken_and_events_signed_with_it_come_in(administrator, colleague):
    add(administrator, secret=SECRET)
    approve_waiting(colleague)

    deliver(event("fulfillment.created", {"id": "f-1"}))

    assert WebhookEvent.objects.get().state == "IGNORED"


def test_two_work_at_a_time_and_a_third_waits_until_one_is_retired(administrator, colleague):
    given_secret("whsec-first-01234567890123456789")
    add(administrator, label="Second")
    approve_waiting(colleague)

    with nothing_changes():
        refused = add(administrator, label="Third")
    assert errors_of(refused)["__all__"] == ["Two secrets are live already; retire the older one first."]

    first = WebhookSecret.objects.get(label="shop")
    reviewed = administrator.review(step_url(first, "retire"), why="Replaced")
    assert changes_of(reviewed) == [("Secrets that work", "2", "1")]
    administrator.confirm(reviewed)
    assert add(administrator, label="Third").status_code == 200
    assert "whsec-first-01234567890123456789" not in [secret for secret, _ in list_live_secrets()]
    first.refresh_from_db()
    assert (first.retired_by, first.retired_at) == ("administrator", NOW)


def test_a_secret_that_is_too_short_is_refused_on_the_form(administrator):
    with nothing_changes():
        refused = add(administrator, secret="short")

    assert errors_of(refused)["__all__"] == ["A webhook secret is 32 to 200 printable ASCII characters without blanks."]


def test_a_secret_from_before_that_is_too_short_works_and_says_so_until_it_is_retired(administrator):
    row = given_shorter_secret("whsec-0123456789")

    listed = administrator.open(reverse("admin:checkouts_webhooksecret_changelist"))

    assert "Works, too short" in text_of(listed)
    assert list_live_secrets() == [("whsec-0123456789", False)]
    assert [finding.check for finding in list_findings()] == ["short_secret"]
    administrator.confirm(administrator.review(step_url(row, "retire"), why="Too short"))
    assert list(list_findings()) == []


def given_shorter_secret(secret):
    """As it stands in the database of a shop that made it before there was a shortest length."""
    row = given_secret()
    with triggers_off("checkouts"):
        seal_secret(row, secret)
        row.save()
    return row


def test_the_rules_are_one_row_that_can_be_changed_and_the_change_is_logged(administrator):
    given_secret()
    url = reverse("admin:checkouts_checkoutrules_change", args=[1])
    assert administrator.open(reverse("admin:checkouts_checkoutrules_changelist")).url == url

    answer = administrator.send(url, **RULES | {"hold_minutes": "45", "webhook_tolerance_seconds": "60"})

    assert answer.status_code == 302
    assert (read_rules().hold_minutes, read_rules().webhook_tolerance_seconds) == (45, 60)
    assert LogEntry.objects.filter(object_id="1", user=administrator.user).count() == 1


def test_rules_out_of_range_are_refused(administrator):
    CheckoutRulesFactory.create()
    wrong = RULES | {"hold_minutes": "0", "callout_hold_hours": "721"}

    with nothing_changes():
        answer = administrator.send(reverse("admin:checkouts_checkoutrules_change", args=[1]), **wrong)

    assert set(errors_of(answer)) == {"hold_minutes", "callout_hold_hours"}


def test_a_webhook_secret_outlives_the_key_that_sealed_it(settings):
    old, new = "o" * 40, "n" * 40
    settings.CODE_KEYS = [old]
    given_secret()
    settings.CODE_KEYS = [new, old]

    before = run("rotate_code_keys", "--check", "--json")
    done = run("rotate_code_keys", "--json")

    assert (before.code, before.facts["remaining"]) == (1, 1)
    assert (done.code, done.facts["sealed"], done.facts["remaining"]) == (0, 1, 0)
    settings.CODE_KEYS = [new]
    assert list_live_secrets() == [(SECRET, False)]


def test_a_webhook_secret_whose_key_is_gone_is_named(settings):
    settings.CODE_KEYS = ["o" * 40]
    given_secret()
    settings.CODE_KEYS = ["n" * 40]

    done = run("rotate_code_keys", "--json")

    assert (done.code, done.facts["unreadable"]) == (1, ["webhook secret shop"])
    assert SECRET not in done.out + done.err
