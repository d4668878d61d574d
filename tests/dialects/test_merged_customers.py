"""The number of somebody who was merged finds whom they have become, in each language; what was done stays done."""

from collections.abc import Callable
from functools import partial

import pytest

from ledger.models import Account, Transaction
from ledger.queries import list_findings
from storecredit.api.models import IdempotencyRecord
from storecredit.credits.models import CreditRequest, CustomerRequest
from storecredit.credits.operations import approve_about_customer, undo_about_customer
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_limit, given_person, party_of
from tests.dialects.digital_river.shop import (
    ITEM,
    attach,
    credit_of,
    fulfilling,
    given_checkout,
    given_order,
    given_source,
    refunding,
)
from tests.dialects.fabric.calls import BOTH, CREDIT, ask, given_caller
from tests.factories.credits import CustomerRequestFactory
from tests.giftcards.cards import given_card
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, balance_of, days, given_credit, given_customer, nothing_moves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("merger_day")]

PATH = "/customers/OLD-1"
FIVE = {"amount": 5, "currency": "USD"}


@pytest.fixture
def merger_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def twin():
    return given_customer(number="OLD-1")


@pytest.fixture
def survivor():
    return given_customer(number="NEW-1")


@pytest.fixture
def api():
    return ApiCaller(given_client().plain)


def merge(twin, survivor) -> Callable[[], CustomerRequest]:
    """Make one of two; what is given back takes that back."""
    bob = given_person("bob", is_superuser=True)
    given_limit(bob, "1000.00 USD")
    request = CustomerRequestFactory.create(customer=twin, other=survivor)
    approve_about_customer(request_id=request.pk, party=party_of(bob), now=NOW)
    return partial(undo_about_customer, request_id=request.pk, party=party_of(bob), now=NOW, note="two after all")


def balances_of(answer):
    return [(each["currency"], each["balance"]) for each in answer.json()["data"]["balances"]]


def test_the_old_number_serves_the_survivor_in_each_dialect(api, twin, survivor):
    # given credit, a card that is theirs alone, an order and an open checkout of somebody who turns out to be another
    old = given_credit("50.00 USD", customer=twin)
    card = given_card("25.00 USD", code="OLDS-CARD-1", customer_id=twin.pk, customer_only=True)
    order = given_order(api, credit_of(old, 27.01))
    checkout, begun = given_checkout(api), given_checkout(api)
    stale = given_source(api, credit_of(old, 5), of=checkout)
    asker = given_caller(BOTH, owner=given_person("asker"))
    merge(twin, survivor)
    heir = Account.objects.get(customer=survivor, kind="STORE_CREDIT")

    # then what is read by the old number, and by the old account, is the survivor's
    assert api.get(PATH).json()["data"]["customerNumber"] == "NEW-1"
    assert balances_of(api.get(f"{PATH}/store-credit")) == [("USD", 22.99)]
    assert api.get(f"/contacts/{twin.document_id}").json()["id"] == survivor.document_id
    assert api.get(f"/credit_accounts/{old.number}").json()["code"] == heir.number

    # and what is given, taken, bought, asked for and given back is given, taken and so on there
    done = {
        "tiquo issue": api.post(f"{PATH}/store-credit", FIVE, key="a"),
        "tiquo debit": api.post(f"{PATH}/store-credit/debits", FIVE, key="b"),
        "glu": api.post(f"/credit_accounts/{old.number}/redeem", {"amount": 100}, key="c"),
        "glu card": api.post("/gift_cards/OLDS-CARD-1/redeem", {"amount": 500, "contact": "OLD-1"}, key="d"),
        "lightspeed": api.post(
            "/gift_cards/OLDS-CARD-1/transactions", {"type": "RELOADING", "amount": "1.00", "client_id": "sale 1"}
        ),
        "source": api.post("/sources", credit_of(old, 3) | {"paymentSessionId": begun["payment"]["session"]["id"]}),
        "fulfilment": api.post("/fulfillments", fulfilling(order, quantity=1)),
        "refund": api.post("/refunds", refunding(order, amount=10, reason="late")),
        "checkout": api.post("/checkouts", {"currency": "USD", "customerId": "OLD-1", "items": [ITEM]}),
    }
    assert {name: answer.status_code for name, answer in done.items()} == dict.fromkeys(done, 201)
    assert done["checkout"].json()["customerId"] == survivor.document_id
    wanted = CREDIT | {"type": "STORE_CREDIT", "attributes": {"customerId": "OLD-1"}}
    assert ask(asker, wanted).status_code == 200
    assert CreditRequest.objects.get().payee_customer == survivor
    assert (balance_of(old), balance_of(heir)) == ("0.00", "31.99")
    assert Account.objects.get(pk=card.account_id).balance_minor == 2100

    # and a source that names the old line, made before, is refused in words
    refused = attach(api, checkout, stale)
    assert (refused.status_code, refused.json()["errors"]) == (
        409, [{"code": "source_status_invalid_for_session", "message": "The line of credit is not open."}],
    )  # fmt: skip
    assert list(list_findings()) == []


def test_what_was_asked_for_before_the_merger_is_answered_again_and_not_done_again(api, twin, survivor):
    # given what programs did for somebody, who then turns out to be another
    old = given_credit("50.00 USD", customer=twin)
    calls = [
        (f"{PATH}/store-credit", FIVE, "issued"),
        (f"{PATH}/store-credit/debits", FIVE, "spent"),
        (f"/credit_accounts/{old.number}/redeem", {"amount": 100}, "redeemed"),
    ]
    first = [api.post(path, body, key=key) for path, body, key in calls]
    merge(twin, survivor)

    # when they ask again, not having heard of it
    with nothing_moves():
        again = [api.post(path, body, key=key) for path, body, key in calls]
        other = api.post(f"{PATH}/store-credit", FIVE | {"amount": 6}, key="issued")

    # then each is told what was done, and what says something else is refused as ever
    assert [answer.status_code for answer in first] == [201, 201, 201]
    assert [answer.status_code for answer in again] == [200, 200, 201]
    assert [answer.json()["data"]["id"] for answer in again[:2]] == [
        answer.json()["data"]["id"] for answer in first[:2]
    ]
    assert again[0].json()["data"]["idempotentReplay"] is True
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")

    # and the place that they were given for it is still where it is
    made = first[0].json()["data"]["id"]
    shown = api.get(f"{PATH}/store-credit/transactions/{made}").json()["data"]
    assert (shown["id"], shown["amount"], shown["customerId"]) == (made, 5, survivor.document_id)
    stranger = Transaction.objects.get(account=given_credit("1.00 USD")).document_id
    assert api.get(f"{PATH}/store-credit/transactions/{stranger}").status_code == 404


def test_what_was_done_while_they_were_one_is_answered_again_once_they_are_two(api, twin, survivor):
    # given somebody with credit that ends sooner than the other's, which is taken first
    old = given_credit("50.00 USD", customer=twin)
    given_credit("20.00 USD", customer=survivor, expires_at=days(5))
    undo = merge(twin, survivor)
    calls = [
        (f"{PATH}/store-credit", FIVE, "issued"),
        (f"/customers/{twin.document_id}/store-credit/debits", FIVE, "spent"),
        (f"/credit_accounts/{old.number}/redeem", {"amount": 100}, "redeemed"),
    ]
    first = [api.post(path, body, key=key) for path, body, key in calls]
    undo()

    with nothing_moves():
        again = [api.post(path, body, key=key) for path, body, key in calls]
        other = api.post("/customers/NEW-1/store-credit", FIVE, key="issued")

    assert [answer.status_code for answer in first] == [201, 201, 201]
    assert [answer.status_code for answer in again] == [200, 200, 201]
    assert [answer.json()["data"]["id"] for answer in again[:2]] == [
        answer.json()["data"]["id"] for answer in first[:2]
    ]
    assert again[2].json() == first[2].json()
    # and a key stands for whom it was sent for: by the other's own number it is another request
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_what_an_earlier_release_answered_without_the_number_of_store_credit_is_answered_whole(api, twin):
    path = f"/credit_accounts/{given_credit('50.00 USD', customer=twin).number}/redeem"
    first = api.post(path, {"amount": 100}, key="redeemed").json()
    kept = IdempotencyRecord.objects.get().answer
    without = kept.replace(f'"code":"{first["code"]}"', '"code":<number>')
    assert without != kept
    with triggers_off("api"):
        IdempotencyRecord.objects.update(answer=without)

    assert api.post(path, {"amount": 100}, key="redeemed").json() == first
