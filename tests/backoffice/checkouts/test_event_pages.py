"""The vendor's events in the admin: what they say, masked, and running one again."""

import json

import pytest
from django.contrib.messages import get_messages

from ledger.operations import AccountStatus
from storecredit.backoffice.checkouts.masking import HIDDEN, mask_text, show_payload
from storecredit.checkouts.models import CreditDeduction, UnreturnedCredit, WebhookEvent
from storecredit.checkouts.operations import store_event
from storecredit.credits.operations import approve_request, fail_request
from tests.backoffice.checkouts.rows import given_failed_event, given_shortfall, given_unreturned
from tests.backoffice.staff import (
    changes_of,
    errors_of,
    facts_of,
    list_url,
    page_url,
    said,
    step_url,
    table_of,
    text_of,
    told_by,
)
from tests.checkouts.events import accepted, cancelled, credit, deductions, deliver, event, given_secret
from tests.checkouts.stage import all_is_well, nothing_changes
from tests.credits.requests import given_approver, given_person, party_of
from tests.scenarios import NOW, balance_of, given_credit, set_status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def given_stored(body: bytes) -> WebhookEvent:
    """An event that was taken in and not processed, as when the process was stopped."""
    return store_event(body=body, test_mode=False, now=NOW)


def test_run_again_shows_first_what_it_would_do_and_does_it_once(finance):
    account = given_credit("40.00 GBP")
    stored = given_stored(accepted(credit(account, "10.00")))
    url = step_url(stored, "run-again")

    reviewed = finance.review(url)

    assert changes_of(reviewed) == [("Event", "Received", "Processed")]
    assert facts_of(reviewed) == {"Takes": f"£10.00 · {account.number}"}
    assert balance_of(account) == "40.00"
    assert said(finance.confirm(reviewed)) == ["The event is processed now."]
    assert deductions() == [("source-1", "10.00", "10.00", "0.00", "0.00")]
    with nothing_changes():
        finance.confirm(reviewed)
        assert finance.send(url).status_code == 409
    assert balance_of(account) == "30.00"
    assert all_is_well()


def test_an_event_that_fails_again_says_why_and_counts_the_attempt(finance):
    failed = given_failed_event()

    reviewed = finance.review(step_url(failed, "run-again"))

    assert changes_of(reviewed) == [("Event", "Failed", "Failed")]
    assert facts_of(reviewed) == {"Error": "The event cannot be read: it lacks payment."}
    answer = finance.confirm(reviewed)

    assert [(message.level_tag, message.message) for message in get_messages(answer.wsgi_request)] == [
        ("error", "The event failed again: its page says why.")
    ]
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("FAILED", 2)


def test_an_event_that_failed_is_settled_with_words_and_the_alarm_ends(finance):
    failed = given_failed_event()

    reviewed = finance.review(step_url(failed, "settle"), resolution="Taken by hand")

    assert changes_of(reviewed) == [("State", "Failed", "Settled")]
    assert facts_of(reviewed) == {
        "Event": f"order.accepted {failed.event_id}",
        "Order": "245558830336",
        "Error": "The event cannot be read: it lacks payment.",
        "What was done": "Taken by hand",
    }
    assert said(finance.confirm(reviewed)) == ["It is marked as settled."]
    assert "Taken by hand" in text_of(finance.open(page_url(failed)))
    assert "could not be processed" not in text_of(finance.open("/admin/"))
    assert finance.send(step_url(failed, "settle"), resolution="Again").status_code == 409
    assert finance.send(step_url(failed, "run-again")).status_code == 409


def test_events_are_listed_by_state(viewer):
    failed = given_failed_event()
    given_stored(event("fulfillment.created", {"id": "f-1"}))

    listed = viewer.open(list_url(WebhookEvent), state__exact="FAILED").context["cl"].result_list

    assert [row.pk for row in listed] == [failed.pk]


def test_the_page_of_an_event_shows_no_card_no_secret_and_no_whole_address(viewer):
    body = event(
        "order.accepted",
        {
            "id": "245558830336",
            "email": "grace.hopper@example.com",
            "phone": "+44 7700 900114",
            "clientSecret": "very-secret",
            "payment": {
                "sources": [
                    {
                        "id": "card-1",
                        "type": "creditCard",
                        "creditCard": {"brand": "Visa", "lastFourDigits": "4242", "holder": "G HOPPER", "cvv": "123"},
                        "note": "paid with 4111 1111 1111 1111 at the till",
                        "raw": 4111111111111111,
                    }
                ]
            },
        },
    )
    stored = given_stored(body)

    shown = viewer.open(page_url(stored)).context["payload"]

    for hidden in ("4111 1111", "4111111111111111", "very-secret", "grace.hopper", "7700 900114", "G HOPPER", '"123"'):
        assert hidden not in shown
    told = json.loads(shown)["data"]["object"]
    assert told["email"] == f"g{HIDDEN}@example.com"
    card = told["payment"]["sources"][0]
    assert card["creditCard"] == {"brand": "Visa", "lastFourDigits": "4242", "holder": HIDDEN, "cvv": HIDDEN}
    assert (card["note"], card["raw"]) == (f"paid with {HIDDEN}1111 at the till", f"{HIDDEN}1111")
    assert told["id"] == "245558830336"


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"not json", b"[" * 5000 + b"]" * 5000, b'{"a":' * 300 + b"1" + b"}" * 300, b"[1e999, NaN]"]
)
def test_whatever_a_body_holds_its_page_can_be_shown(body):
    assert isinstance(show_payload(body), str)


def test_a_text_without_anything_to_hide_stays_as_it_is():
    text = "order 245558830336 of 2026-05-04T12:00:00Z, SC339611587967, 96e199dc-e9a4-4bb1-86ca-2adc502e62bf"

    assert mask_text(text) == text


# Shortfalls and what could not go back


def test_a_shortfall_is_listed_until_staff_say_what_they_did(finance):
    deduction = given_shortfall()
    waiting = {"short": "waiting"}
    assert len(finance.open(list_url(CreditDeduction), **waiting).context["cl"].result_list) == 1

    reviewed = finance.review(step_url(deduction, "settle"), resolution="Invoiced by hand")
    assert facts_of(reviewed)["Short"] == "£10.00"
    finance.confirm(reviewed)

    deduction.refresh_from_db()
    assert (deduction.resolved_by, deduction.resolution, deduction.resolved_at) == ("finance", "Invoiced by hand", NOW)
    assert len(finance.open(list_url(CreditDeduction), **waiting).context["cl"].result_list) == 0
    assert len(finance.open(list_url(CreditDeduction), short="settled").context["cl"].result_list) == 1
    assert finance.send(step_url(deduction, "settle"), resolution="Again").status_code == 409


def test_nothing_is_settled_without_words(finance):
    deduction = given_shortfall()

    with nothing_changes():
        answer = finance.send(step_url(deduction, "settle"), resolution="  ")

    assert errors_of(answer) == {"resolution": ["This field is required."]}


def test_credit_that_cannot_go_back_is_asked_for_on_a_card_and_its_page_leads_to_the_request(viewer):
    unreturned = given_unreturned()
    request = unreturned.credit_request

    page = viewer.open(page_url(unreturned))

    assert request is not None
    assert (request.kind, request.reason_id, request.amount_minor, request.currency) == ("GIFT_CARD", "RT", 1000, "GBP")
    assert (request.order_kind, request.order_value) == ("order-number", unreturned.reference)
    assert (request.requested_by, request.status) == (None, "PENDING")
    assert request.terms == {"comes_back": True, "customer_id": unreturned.account.customer_id}
    assert f'href="{page_url(request)}"' in page.content.decode()
    assert told_by(page)["Order"] == f"Order {unreturned.reference}"


def test_settling_by_hand_takes_the_request_back(finance):
    unreturned = given_unreturned()

    reviewed = finance.review(step_url(unreturned, "settle"), resolution="Paid out in cash")
    assert facts_of(reviewed)["Taken back"] == str(unreturned.credit_request)
    finance.confirm(reviewed)

    unreturned = UnreturnedCredit.objects.get()
    assert unreturned.credit_request is not None
    assert (unreturned.credit_request.status, unreturned.resolution) == ("CANCELED", "Paid out in cash")
    assert len(finance.open(list_url(UnreturnedCredit), state="waiting").context["cl"].result_list) == 0


def test_a_confirmed_request_settles_it_and_nothing_is_left_to_do(finance):

    unreturned = given_unreturned()
    assert unreturned.credit_request is not None
    approver = given_approver("paul", "100.00 GBP")
    approve_request(request_id=unreturned.credit_request.pk, party=party_of(approver), now=NOW)

    page = finance.open(page_url(unreturned))

    assert "Settled" in text_of(page)
    assert f"{unreturned.credit_request} has paid it out." in text_of(page)
    assert finance.send(step_url(unreturned, "settle"), resolution="Twice").status_code == 409
    assert len(finance.open(list_url(UnreturnedCredit), state="settled").context["cl"].result_list) == 1


def test_a_request_that_failed_is_decided_before_it_is_settled_by_hand(finance):

    unreturned = given_unreturned()
    assert unreturned.credit_request is not None
    fail_request(request_id=unreturned.credit_request.pk, party=party_of(given_person("paul")), now=NOW, note="Why")

    with nothing_changes():
        assert finance.send(step_url(unreturned, "settle"), resolution="By hand").status_code == 409


def test_an_event_given_back_to_a_closed_line_leads_from_its_page_to_what_staff_have_to_do(viewer):

    account = given_credit("10.00 GBP")
    given_secret()
    deliver(accepted(credit(account, "10.00")))
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    deliver(cancelled())

    page = viewer.open(page_url(CreditDeduction.objects.get()))

    handed = UnreturnedCredit.objects.get()
    assert "Handed to staff" in [row["By"].partition(",")[0] for row in table_of(page, "What moved")]
    assert f'href="{page_url(handed)}"' in page.content.decode()
    assert f'href="{page_url(CreditDeduction.objects.get())}"' in viewer.open(page_url(handed)).content.decode()
