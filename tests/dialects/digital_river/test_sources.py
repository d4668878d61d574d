"""What may pay: store credit by its account's number, external tender without any card's secret."""

import json
import logging

import pytest

from giftcards.models import GiftCard
from storecredit.api.models import IdempotencyRecord
from storecredit.checkouts.models import Source
from storecredit.dialects.digital_river.serializers.tender import CUSTOMER_CREDIT, TYPES
from tests.dialects.digital_river.shop import (
    OWNER,
    VISA,
    attach,
    card_of,
    credit_of,
    errors_of,
    given_attached,
    given_checkout,
    given_line,
    given_order,
    given_source,
)
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import balance_of, days, given_account, given_credit, given_customer, held_in, nothing_moves

pytestmark = pytest.mark.django_db
#: A refusal rolls back what came before it, which a test within one transaction could not show.
rolls_back = pytest.mark.django_db(transaction=True)
UNKNOWN = "11111111-2222-4333-8444-555555555555"
CARD_NUMBER = "4111111111111111"


@pytest.mark.parametrize("tender", TYPES.keys() - {CUSTOMER_CREDIT})
def test_each_documented_tender_is_recorded_with_its_own_object(caller, tender):
    response = caller.post("/sources", {"type": tender, "amount": 5, "currency": "EUR", tender: VISA})

    shown = response.json()
    assert response.status_code == 201
    assert (shown["type"], shown[tender], shown["state"]) == (tender, VISA, "chargeable")
    assert caller.get(f"/sources/{shown['id']}").json() == shown


def test_a_gift_card_pays_by_the_number_of_its_account(caller):
    number = GiftCard.objects.get(pk=given_card("30 USD", code="TILL-0001").id).account.number

    order = given_order(caller, {"type": "customerCredit", "amount": 27.01, "upstreamId": number, "customerCredit": {}})

    assert order["payment"]["sources"][0]["upstreamId"] == number


@pytest.mark.parametrize("code", ["TILL-0001", "6036280000000000", "4111111111111111"])
def test_a_gift_card_pays_by_its_own_number_which_is_kept_nowhere(caller, code):
    account = account_of(given_card("30 USD", code=code))
    named = {"type": "customerCredit", "amount": 27.01, "upstreamId": code.lower(), "customerCredit": {}}
    checkout = given_checkout(caller)
    body = named | {"paymentSessionId": checkout["payment"]["session"]["id"]}

    source = caller.post("/sources", body, key="k").json()
    again = caller.post("/sources", body, key="k")
    attach(caller, checkout, source)
    order = caller.post("/orders", {"checkoutId": checkout["id"]}).json()

    assert source["upstreamId"] == account.number
    assert (again.headers["Idempotent-Replayed"], again.json()) == ("true", source)
    assert order["payment"]["sources"][0]["upstreamId"] == account.number
    assert balance_of(account) == "2.99"
    assert code.lower() not in IdempotencyRecord.objects.get().answer.lower()
    assert Source.objects.get().upstream_id == account.number


def test_the_same_key_with_another_cards_number_is_409(caller):
    for code in ("TILL-0001", "PILL-0001"):
        given_card("30 USD", code=code)
    body = {"type": "customerCredit", "amount": 5, "currency": "USD", "customerCredit": {}}

    first, second = (
        caller.post("/sources", body | {"upstreamId": code}, key="k") for code in ("TILL-0001", "PILL-0001")
    )

    assert (first.status_code, second.status_code) == (201, 409)


def test_a_line_is_found_whatever_the_case_of_its_number(caller):
    line = given_line()

    source = given_source(caller, credit_of(line, currency="USD", upstreamId=line.number.lower()))

    assert source["upstreamId"] == line.number.lower()
    assert Source.objects.get().account == line


def test_of_external_tender_no_id_is_kept(caller):
    source = given_source(caller, card_of(upstreamId="something of theirs"))

    assert "upstreamId" not in source
    assert Source.objects.get().upstream_id == ""


BAD = [
    ({}, [("missing_parameter", "type"), ("missing_parameter", "amount")]),
    (
        {"type": "customerCredit", "amount": 1, "currency": "USD"},
        [("missing_parameter", "customerCredit"), ("missing_parameter", "upstreamId")],
    ),
    (card_of(creditCard=None), [("missing_parameter", "creditCard")]),
    (card_of(type="googlePay"), [("missing_parameter", "googlePay")]),
    (card_of(type="cash"), [("invalid_parameter", "type")]),
    (card_of(type=None), [("invalid_parameter", "type")]),
    (card_of(currency=None), [("missing_parameter", "currency")]),
    (card_of(currency="usd"), [("invalid_parameter", "currency")]),
    (card_of(currency="DEM"), [("invalid_parameter", "currency")]),
    (card_of(0), [("invalid_parameter", "amount")]),
    (card_of(-1), [("invalid_parameter", "amount")]),
    (card_of(1.001), [("invalid_parameter", "amount")]),
    (card_of(0.5, currency="JPY"), [("invalid_parameter", "amount")]),
    (card_of("5"), [("invalid_parameter", "amount")]),
    (card_of(True), [("invalid_parameter", "amount")]),
    (card_of(10**13), [("invalid_parameter", "amount")]),
    (card_of(reusable="yes"), [("invalid_parameter", "reusable")]),
    (card_of(paymentSessionId="x"), [("invalid_parameter", "paymentSessionId")]),
    (card_of(owner={}), [("missing_parameter", f"owner.{name}") for name in ("firstName", "lastName", "address")]),
    (card_of(owner=OWNER | {"email": "nobody"}), [("invalid_parameter", "owner.email")]),
    (card_of(owner=OWNER | {"firstName": "", "lastName": " "}), [("invalid_parameter", "owner.firstName")]),
    (
        card_of(owner=OWNER | {"address": {**OWNER["address"], "country": "us"}}),
        [("invalid_parameter", "owner.address.country")],
    ),
    (card_of(creditCard=[]), [("invalid_parameter", "creditCard")]),
    (card_of(creditCard=VISA | {"lastFourDigits": "111"}), [("invalid_parameter", "creditCard.lastFourDigits")]),
    (card_of(creditCard=VISA | {"lastFourDigits": 1111}), [("invalid_parameter", "creditCard.lastFourDigits")]),
    (card_of(creditCard=VISA | {"expirationMonth": 13}), [("invalid_parameter", "creditCard.expirationMonth")]),
    (card_of(creditCard=VISA | {"expirationYear": 27}), [("invalid_parameter", "creditCard.expirationYear")]),
    (card_of(creditCard=VISA | {"brand": "Visa 123"}), [("invalid_parameter", "creditCard.brand")]),
    (card_of(creditCard=VISA | {"holder": "C. Marshall"}), [("invalid_parameter", "creditCard")]),
    (b"[]", [("bad_request", "")]),
    (b"", [("bad_request", "")]),
    (b'{"type": "creditCard", "type": "alipay"}', [("bad_request", "")]),
]


@pytest.mark.parametrize(("body", "errors"), BAD)
def test_a_source_that_is_not_what_is_documented_is_refused_by_name(caller, body, errors):
    response = caller.post("/sources", body, key="k")

    assert errors_of(response) == (400, "bad_request", errors)
    assert not Source.objects.exists()
    assert not IdempotencyRecord.objects.exists()


def test_a_session_that_no_checkout_has_is_400(caller):
    refused = caller.post("/sources", card_of(paymentSessionId=UNKNOWN))

    assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", "paymentSessionId")])


SECRETS = [
    card_of(creditCard=VISA | {"number": CARD_NUMBER}),
    card_of(creditCard=VISA | {"cvv": "123"}),
    card_of(creditCard=VISA | {"securityCode": "123"}),
    card_of(creditCard=VISA | {"card_verification_value": 123}),
    card_of(creditCard=VISA | {"brand": CARD_NUMBER}),
    card_of(creditCard=VISA | {"brand": "4111 1111-1111 1111"}),
    card_of(creditCard=VISA | {"lastFourDigits": CARD_NUMBER}),
    card_of(creditCard=VISA | {"lastFourDigits": int(CARD_NUMBER)}),
    card_of(creditCard={"card": {"details": [{"pan": CARD_NUMBER}]}}),
    card_of(creditCard={CARD_NUMBER: 1}),
    card_of(card={"number": CARD_NUMBER}),
    card_of(cardNumber=CARD_NUMBER),
    card_of(note=f"paid with {CARD_NUMBER}."),
    card_of(upstreamId=CARD_NUMBER),
    card_of(owner=OWNER | {"firstName": f"Chase {CARD_NUMBER}"}),
    {"type": "googlePay", "amount": 5, "currency": "USD", "googlePay": {"cvc": "1"}},
    {"type": "payPal", "amount": 5, "currency": "USD", "payPal": {}, "creditCard": {"number": CARD_NUMBER}},
]


@pytest.mark.parametrize("body", SECRETS, ids=range(len(SECRETS)))
def test_a_cards_number_or_security_code_never_comes_in_and_is_never_repeated(caller, body, caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        response = caller.post("/sources", body, key="k")

    told = response.content.decode()
    assert (response.status_code, response.json()["type"]) == (400, "bad_request")
    assert "never be sent here" in told
    assert CARD_NUMBER not in told + caplog.text + capsys.readouterr().err
    assert not Source.objects.exists()
    assert not IdempotencyRecord.objects.exists()


def test_a_long_number_that_is_no_cards_is_taken(caller):
    owner = OWNER | {"address": OWNER["address"] | {"line2": "parcel box 4111111111111112"}}

    assert caller.post("/sources", card_of(owner=owner)).status_code == 201


@pytest.mark.parametrize("names", [{"firstName": ""}, {"lastName": ""}], ids=str)
def test_an_owner_with_one_name_has_it_in_either(caller, names):
    made = caller.post("/sources", card_of(owner=OWNER | names))

    assert (made.status_code, made.json()["owner"]) == (201, OWNER | names)


@pytest.mark.parametrize(
    "line",
    [
        lambda: "76-87-1298",
        lambda: "x" * 128,
        lambda: "SC0000\u00e9",
        lambda: given_line(test_mode=True).number,
        lambda: given_card("30 USD", code="TILL-0001", test_mode=True).code,
    ],
    ids=["unknown", "long", "not ASCII", "the other mode's", "a card of the other mode"],
)
def test_a_number_of_no_open_line_is_400(caller, line):
    body = {"type": "customerCredit", "amount": 5, "currency": "USD", "customerCredit": {}, "upstreamId": line()}

    assert errors_of(caller.post("/sources", body)) == (400, "bad_request", [("invalid_parameter", "upstreamId")])
    assert not Source.objects.exists()


def test_a_line_in_another_currency_is_400(caller):
    line = given_line("100 GBP")

    refused = caller.post("/sources", credit_of(line, currency="USD"))

    assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", "upstreamId")])


def test_a_complete_session_takes_no_source(caller):
    line = given_line()
    checkout = given_checkout(caller)
    given_attached(caller, checkout, credit_of(line, 27.01))
    caller.post("/orders", {"checkoutId": checkout["id"]})

    refused = caller.post("/sources", credit_of(line, paymentSessionId=checkout["payment"]["session"]["id"]))

    assert errors_of(refused) == (409, "conflict", [("session_update_not_allowed", "")])


def test_reusable_is_for_external_tender_alone(caller):
    refused = caller.post("/sources", credit_of(given_line(), currency="USD", reusable=True))

    assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", "reusable")])


def test_attaching_what_is_attached_is_200_and_holds_nothing_more(caller):
    line = given_line()
    checkout = given_checkout(caller)
    source = given_attached(caller, checkout, credit_of(line))

    again = attach(caller, checkout, source)

    assert again.status_code == 200
    assert again.json()["payment"]["session"]["amountContributed"] == 12.5
    assert held_in(line) == "12.50"


def _not_enough(caller):
    return given_checkout(caller), credit_of(given_line("5 USD"))


def _second_primary(caller):
    checkout = given_checkout(caller)
    given_attached(caller, checkout, card_of(5))
    return checkout, card_of(5)


def _credit_after_a_card(caller):
    checkout = given_checkout(caller)
    given_attached(caller, checkout, card_of(5))
    return checkout, credit_of(given_line())


def _amazon_beside_credit(caller):
    checkout = given_checkout(caller)
    given_attached(caller, checkout, credit_of(given_line()))
    return checkout, {"type": "amazonPay", "amount": 5, "amazonPay": {}}


def _credit_beside_amazon(caller):
    checkout = given_checkout(caller)
    given_attached(caller, checkout, {"type": "amazonPay", "amount": 27.01, "amazonPay": {}, "reusable": True})
    return checkout, credit_of(given_line())


def _anothers_line(caller):
    return given_checkout(caller, customerId=given_customer().number), credit_of(given_line())


ATTACHING = [
    (_not_enough, "insufficient_store_credit"),
    (_second_primary, "session_update_not_allowed"),
    (_credit_after_a_card, "session_update_not_allowed"),
    (_amazon_beside_credit, "session_update_not_allowed"),
    (_credit_beside_amazon, "session_update_not_allowed"),
    (_anothers_line, "source_status_invalid_for_session"),
]


@rolls_back
@pytest.mark.parametrize(("given", "code"), ATTACHING, ids=lambda value: getattr(value, "__name__", value))
def test_what_cannot_be_attached_is_409_and_nothing_moves(caller, given, code):
    checkout, body = given(caller)
    source = given_source(caller, body, of=checkout)

    with nothing_moves():
        refused = attach(caller, checkout, source, key="k")

    assert errors_of(refused) == (409, "conflict", [(code, "")])
    assert caller.get(f"/sources/{source['id']}").json()["state"] == "chargeable"
    assert not IdempotencyRecord.objects.exists()


def test_a_source_of_another_session_or_in_another_currency_is_409(caller):
    line = given_line()
    first, second = given_checkout(caller), given_checkout(caller)
    of_first = given_source(caller, credit_of(line), of=first)
    in_euros = given_source(caller, card_of(currency="EUR"))

    refused = [attach(caller, second, source) for source in (of_first, in_euros)]

    assert [errors_of(each)[2] for each in refused] == [[("source_status_invalid_for_session", "")]] * 2


def test_detached_credit_is_cancelled_for_good_and_free_again(caller):
    line = given_line()
    checkout = given_checkout(caller)
    source = given_attached(caller, checkout, credit_of(line))
    path = f"/checkouts/{checkout['id']}/sources/{source['id']}"

    detached = caller.send("DELETE", path)
    again = caller.send("DELETE", path)

    assert (detached.status_code, detached.content) == (204, b"")
    assert errors_of(again) == (404, "not_found", [("not_found", "sourceId")])
    assert held_in(line) == "0.00"
    assert caller.get(f"/sources/{source['id']}").json()["state"] == "cancelled"
    assert errors_of(attach(caller, checkout, source))[2] == [("source_status_invalid_for_session", "")]


@rolls_back
def test_credit_that_was_set_aside_too_long_is_cancelled_and_orders_nothing(caller, time_machine):
    line = given_line()
    checkout = given_checkout(caller)
    source = given_attached(caller, checkout, credit_of(line, 27.01))
    time_machine.move_to(days(1), tick=False)

    with nothing_moves():
        refused = caller.post("/orders", {"checkoutId": checkout["id"]})

    assert errors_of(refused) == (409, "conflict", [("failed-request", "")])
    assert caller.get(f"/sources/{source['id']}").json()["state"] == "cancelled"
    assert caller.get(f"/checkouts/{checkout['id']}").json()["payment"]["session"]["state"] == "requires_source"
    given_attached(caller, checkout, credit_of(line, 27.01))
    assert caller.post("/orders", {"checkoutId": checkout["id"]}).status_code == 201


def test_two_checkouts_for_the_last_credit_of_a_line_share_nothing(caller):
    line = given_credit("30 USD", to=given_account("USD"))
    first, second = given_checkout(caller), given_checkout(caller)
    given_attached(caller, first, credit_of(line, 27.01))

    refused = attach(caller, second, given_source(caller, credit_of(line), of=second))

    assert errors_of(refused)[2] == [("insufficient_store_credit", "")]
    caller.send("DELETE", f"/checkouts/{first['id']}")
    assert held_in(line) == "0.00"
    given_attached(caller, second, credit_of(line))


def test_a_source_tells_of_its_amount_without_trailing_zeros(caller):
    for amount, shown in [("12.50", "12.5"), ("5.00", "5"), ("1e1", "10")]:
        body = json.dumps(card_of()).replace("14.51", amount)
        assert f'"amount":{shown},' in caller.post("/sources", body).content.decode()
