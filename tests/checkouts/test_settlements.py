"""Nothing is called settled without the line that says who settled it, and how."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from ledger.operations import AccountStatus
from storecredit.checkouts.errors import AlreadySettled
from storecredit.checkouts.models import CreditDeduction, Settlement, UnreturnedCredit, WebhookEvent
from storecredit.checkouts.operations import process_event, settle_event, settle_shortfall, settle_unreturned_credit
from storecredit.checkouts.queries import count_unfinished_events, list_failed_events, list_findings
from tests.checkouts.events import accepted, credit, deliver, event, given_secret, refunded
from tests.ledger.attacks import moment, refused_by, run
from tests.scenarios import NOW, STAFF, SYSTEM, balance_of, given_credit, refused, set_status

pytestmark = pytest.mark.django_db

IN_SILENCE = "SET resolved_at = %s, resolved_by = 'bob', resolution = 'Never mind'"


@pytest.fixture
def shortfall(db: None) -> CreditDeduction:
    """A vendor's order that took 10 of 12.50."""
    given_secret()
    deliver(accepted(credit(given_credit("10.00 GBP"), "12.50")))
    return CreditDeduction.objects.get()


@pytest.fixture
def unreturned(db: None) -> UnreturnedCredit:
    """A refund of the vendor's that a closed account cannot take."""
    given_secret()
    account = given_credit("10.00 GBP")
    deliver(accepted(credit(account, "10.00")))
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    deliver(refunded(("r1", "4.00")))
    return UnreturnedCredit.objects.get()


@pytest.fixture
def failed(db: None) -> WebhookEvent:
    """An event that says it is an order and is none."""
    given_secret()
    return deliver(event("order.accepted", {"id": "245558830336", "currency": "GBP"}))


def told() -> list[tuple[str, str, str]]:
    return list(Settlement.objects.values_list("actor_label", "door", "resolution"))


def without(trigger: str, table: str) -> None:
    run(f"DROP TRIGGER {trigger}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


def test_settling_a_shortfall_leaves_a_line(shortfall: CreditDeduction):
    settle_shortfall(deduction_id=shortfall.pk, resolution="Written off", actor=STAFF, now=NOW)

    assert told() == [(STAFF.label, STAFF.door, "Written off")]
    assert [finding.check for finding in list_findings()] == []


def test_settling_unreturned_credit_leaves_a_line(unreturned: UnreturnedCredit):
    settle_unreturned_credit(unreturned_id=unreturned.pk, resolution="Paid in cash", actor=STAFF, now=NOW)

    assert told() == [(STAFF.label, STAFF.door, "Paid in cash")]
    assert [finding.check for finding in list_findings()] == []


@pytest.mark.usefixtures("shortfall")
def test_a_shortfall_is_not_settled_in_silence():
    with refused_by("checkouts_creditdeduction_settled_by_settlement"):
        run(f"UPDATE checkouts_creditdeduction {IN_SILENCE}", moment(NOW))


@pytest.mark.usefixtures("unreturned")
def test_nor_is_unreturned_credit():
    with refused_by("checkouts_unreturnedcredit_settled_by_settlement"):
        run(f"UPDATE checkouts_unreturnedcredit {IN_SILENCE}", moment(NOW))


@pytest.mark.parametrize(
    "change", ["DELETE FROM checkouts_settlement", "UPDATE checkouts_settlement SET actor_label = 'bob'"]
)
def test_a_line_stays(shortfall: CreditDeduction, change: str):
    settle_shortfall(deduction_id=shortfall.pk, resolution="Written off", actor=STAFF, now=NOW)

    with refused_by("checkouts_settlement_immutable"):
        run(change)


def test_what_was_settled_with_the_guard_off_is_a_finding(shortfall: CreditDeduction):
    without("checkouts_creditdeduction_settled_by_settlement", "checkouts_creditdeduction")
    run(f"UPDATE checkouts_creditdeduction {IN_SILENCE}", moment(NOW))

    found = {(finding.check, finding.message) for finding in list_findings()}

    assert ("shortfall_settled", "was settled by bob, and no line tells of it") in found


def test_what_was_settled_before_gets_its_line_once(unreturned: UnreturnedCredit):
    without("checkouts_unreturnedcredit_settled_by_settlement", "checkouts_unreturnedcredit")
    run(f"UPDATE checkouts_unreturnedcredit {IN_SILENCE}", moment(NOW))
    tell = import_module("storecredit.checkouts.migrations.0007_settled_so_far").tell

    for _ in range(2):
        tell(apps, SimpleNamespace(connection=connection))

    assert told() == [("bob", "admin", "Never mind")]
    assert {finding.check for finding in list_findings()} == {"guards"}


def test_settling_an_event_that_failed_ends_the_alarm_and_leaves_a_line(failed: WebhookEvent):
    settle_event(event_id=failed.pk, resolution="Taken by hand", actor=STAFF, now=NOW)

    assert told() == [(STAFF.label, STAFF.door, "Taken by hand")]
    assert [finding.check for finding in list_findings()] == []
    assert (list_failed_events().count(), count_unfinished_events()) == (0, 0)


@pytest.mark.parametrize("words", ["", "   "])
def test_an_event_is_not_settled_without_words(failed: WebhookEvent, words: str):
    with refused(AlreadySettled):
        settle_event(event_id=failed.pk, resolution=words, actor=STAFF, now=NOW)

    assert told() == []


def test_an_event_is_settled_once_and_one_that_was_done_never(failed: WebhookEvent):
    settle_event(event_id=failed.pk, resolution="Taken by hand", actor=STAFF, now=NOW)
    done = deliver(accepted(credit(given_credit("10.00 GBP"), "10.00"), order_id="another"))

    for each in (failed, done):
        with refused(AlreadySettled):
            settle_event(event_id=each.pk, resolution="Twice", actor=STAFF, now=NOW)

    assert told() == [(STAFF.label, STAFF.door, "Taken by hand")]


def test_a_settled_event_is_never_done_not_even_when_it_comes_again(failed: WebhookEvent):
    settle_event(event_id=failed.pk, resolution="Taken by hand", actor=STAFF, now=NOW)

    again = process_event(event_id=failed.pk, actor=SYSTEM, now=NOW)
    deliver(bytes(failed.body))

    assert (again.state, again.attempts) == ("SETTLED", 1)
    assert WebhookEvent.objects.get().state == "SETTLED"


def test_a_refund_that_staff_settled_does_not_go_back_when_its_order_is_told_of_later():
    given_secret()
    account = given_credit("10.00 GBP")
    refund = deliver(refunded(("r1", "4.00"), currency="USD"))
    assert refund.state == "PROCESSED"
    deliver(accepted(credit(account, "10.00")))
    refund.refresh_from_db()
    assert (refund.state, balance_of(account)) == ("FAILED", "0.00")
    settle_event(event_id=refund.pk, resolution="Given back by hand", actor=STAFF, now=NOW)

    deliver(refunded(("r2", "1.00")))

    refund.refresh_from_db()
    assert (refund.state, balance_of(account)) == ("SETTLED", "1.00")


def test_an_event_is_not_settled_in_silence_and_a_settled_one_stays(failed: WebhookEvent):
    with refused_by("checkouts_webhookevent_settled_by_settlement"):
        run("UPDATE checkouts_webhookevent SET state = 'SETTLED'")
    settle_event(event_id=failed.pk, resolution="Taken by hand", actor=STAFF, now=NOW)

    with refused_by("checkouts_webhookevent_settled_by_settlement"):
        run("UPDATE checkouts_webhookevent SET state = 'FAILED'")


def test_an_event_that_was_settled_with_the_guard_off_is_a_finding(failed: WebhookEvent):
    without("checkouts_webhookevent_settled_by_settlement", "checkouts_webhookevent")
    run("UPDATE checkouts_webhookevent SET state = 'SETTLED'")

    found = {(finding.check, finding.message) for finding in list_findings()}

    assert ("event_settled", "is SETTLED, which its line of settlement does not tell") in found
