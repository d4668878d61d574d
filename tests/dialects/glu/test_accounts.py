"""Stored credit accounts: the vendor's requests, the two kinds of account, and addresses that lead somewhere."""

import json
from urllib.parse import urlsplit

import pytest

from giftcards.models import CardState
from giftcards.operations import assign_card, reverse_card_transaction
from ledger.models import Account, Transaction
from ledger.operations import AccountStatus, Why
from storecredit.api.models import IdempotencyRecord
from storecredit.api.scopes import Scope
from tests.callers import ROOT, ApiCaller, given_client
from tests.giftcards.cards import account_of, given_card, given_card_in, given_redemption, seen, timeline, totals
from tests.scenarios import (
    NOW,
    STAFF,
    days,
    given_credit,
    given_customer,
    given_hold,
    history_of,
    nothing_moves,
    set_status,
)

pytestmark = pytest.mark.django_db
rolls_back = pytest.mark.django_db(transaction=True)
CODE = "GIFT-7QX2-0001"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def card(db):
    return given_card("100.00 GBP", code=CODE)


def redeem(caller, body, code=CODE, **headers):
    return caller.post(f"/gift_cards/{code}/redeem", body, **headers)


def caller_with(*scopes):
    return ApiCaller(given_client(scopes).plain)


def addresses_in(value):
    """Every address in an answer, wherever it stands."""
    if isinstance(value, dict):
        return [found for part in value.values() for found in addresses_in(part)]
    if isinstance(value, list):
        return [found for part in value for found in addresses_in(part)]
    return [value] if isinstance(value, str) and value.startswith("http") else []


def test_the_vendors_account_request_answers_in_the_vendors_shape(caller, card):
    given_redemption("25 GBP", card=card)

    response = caller.send("GET", f"/stored_credit_accounts/{CODE}", content_type="", headers={"accept": "*/*"})

    root = f"http://testserver{ROOT}"
    first, second = Transaction.objects.order_by("number").values_list("number", flat=True)
    assert (response.status_code, response.json()) == (
        200,
        {
            "id": card.account_id,
            "createdAt": "2026-05-04T12:00:00.000Z",
            "updatedAt": "2026-05-04T12:00:00.000Z",
            "contact": None,
            "giftCard": f"{root}/gift_cards/by_id/{card.id}",
            "balances": [f"{root}/balances/{second}", f"{root}/balances/{first}"],
            "attachedMember": None,
            "type": "Gift Card",
            "currencyCode": "GBP",
            "code": CODE,
            "accountNumber": account_of(card).number,
            "status": "Partially redeemed",
            "currentBalance": 7500,
            "held": 0,
            "startingBalance": 10000,
            "validFrom": "2026-05-04T12:00:00.000Z",
            "expiresAt": None,
        },
    )


def test_a_redemption_answers_with_the_account_after_it(caller, card):
    response = redeem(caller, {"amount": 2500, "currency": "GBP", "location": 3, "note": "two books"})

    body = response.json()
    entry = Transaction.objects.order_by("-number")[0]
    assert response.status_code == 201
    assert body == caller.get(f"/stored_credit_accounts/{CODE}").json()
    assert (body["currentBalance"], body["status"], body["code"]) == (7500, "Partially redeemed", CODE)
    assert (entry.amount_minor, entry.note, entry.details) == (-2500, "two books", {"location": 3})
    assert caller.get(f"/balances/{entry.number}").json()["location"] == {"id": 3}


@pytest.mark.parametrize(("currency", "minor"), [("GBP", 100), ("JPY", 1), ("KWD", 1000)])
def test_amounts_are_integers_in_minor_units(caller, currency, minor):
    given_card(f"100 {currency}", code="OTHER-0001")

    body = redeem(caller, {"amount": minor}, "OTHER-0001").json()

    assert (body["currencyCode"], body["startingBalance"], body["currentBalance"]) == (
        currency,
        100 * minor,
        99 * minor,
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "amount is required."),
        ({"amount": "2500"}, "amount must be a number, not a string."),
        (b'{"amount": 5.00}', "amount must be a whole number from 1 to"),
        (b'{"amount": 5e0}', "amount must be a whole number from 1 to"),
        (b'{"amount": 0}', "amount must be a whole number from 1 to"),
        (b'{"amount": -1}', "amount must be a whole number from 1 to"),
        (b'{"amount": 9007199254740992}', "amount must be a whole number from 1 to"),
        (b'{"amount": 1e999999999}', "amount must be a whole number from 1 to"),
        ({"amount": True}, "amount must be a number, not a boolean."),
        ({"amount": None}, "amount must be a number, not null."),
        ({"amount": 1, "currency": "gbp"}, "currency must be the ISO 4217 code"),
        ({"amount": 1, "currency": 826}, "currency must be a string, not a number."),
        ({"amount": 1, "location": "shop"}, "location must be a whole number or an object."),
        ({"amount": 1, "location": [3]}, "location must be a whole number or an object."),
        (b'{"amount": 1, "location": {"x": 1e999}}', "location holds a number that is too large."),
        (b'{"amount": 1, "location": {"x": 0.1000000000000000055}}', "location holds a number with more digits than"),
        ({"amount": 1, "location": {"x": "y" * 2000}}, "location must have at most 2000 characters."),
        ({"amount": 1, "note": "x" * 501}, "note must have at most 500 characters."),
        ({"amount": 1, "contact": "two words"}, "contact must be the URL or the id of a contact."),
        (b"", "not valid JSON"),
        (b'{"amount": 1, "amount": 2}', "stands twice"),
    ],
)
def test_a_body_that_is_not_what_is_documented_is_refused(caller, card, body, words):
    with nothing_moves():
        response = redeem(caller, body, key="k")

    problem = response.json()
    assert response.status_code == problem["status"] == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert sorted(problem) == ["code", "detail", "instance", "status", "title", "type"]
    assert words in problem["detail"]
    assert CODE not in response.content.decode()
    assert not IdempotencyRecord.objects.exists()


@rolls_back
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": 10001}, "insufficient_credit"),
        ({"amount": 100, "currency": "EUR"}, "currency_mismatch"),
        ({"amount": 100, "contact": "k0000000000000000"}, "customer_not_found"),
    ],
)
def test_what_the_books_refuse_leaves_nothing_behind_and_the_key_unused(caller, card, body, code):
    with nothing_moves():
        response = redeem(caller, body, key="k")

    assert (response.status_code, response.json()["code"]) == (422, code)
    assert redeem(caller, {"amount": 100}, key="k").status_code == 201


@rolls_back
@pytest.mark.parametrize(
    ("state", "status"),
    [
        (CardState.PENDING, "Not yet valid"),
        (CardState.BLOCKED, "Fraudulent"),
        (CardState.VOIDED, "Refunded"),
        (CardState.EXPIRED, "Expired"),
    ],
)
def test_a_card_in_another_state_is_shown_and_not_redeemed(caller, state, status):
    card = given_card_in(state)

    assert caller.get(f"/stored_credit_accounts/{card.code}").json()["status"] == status
    with nothing_moves():
        response = redeem(caller, {"amount": 1}, card.code)
    assert (response.status_code, response.json()["code"]) == (422, "card_not_usable")


def test_the_status_follows_what_is_left(caller, card):
    def status():
        return caller.get(f"/stored_credit_accounts/{CODE}").json()["status"]

    seen_statuses = [status()]
    spent = given_redemption("40 GBP", card=card)
    seen_statuses.append(status())
    seen_statuses.append(redeem(caller, {"amount": 6000}).json()["status"])
    reverse_card_transaction(card=seen(card), transaction_id=spent.pk, actor=STAFF, now=NOW, why=Why(note="returned"))
    seen_statuses.append(status())

    assert seen_statuses == ["Valid", "Partially redeemed", "Redeemed", "Partially redeemed"]


def test_what_is_held_or_expired_cannot_be_redeemed(caller, time_machine):
    card = given_card("100.00 GBP", code=CODE, expires_on=days(1).date(), time_zone="UTC")
    account = Account.objects.get(pk=card.account_id)
    given_hold("30.00 GBP", account=account)

    now = caller.get(f"/stored_credit_accounts/{CODE}").json()
    time_machine.move_to(days(2), tick=False)
    later = caller.get(f"/stored_credit_accounts/{CODE}").json()

    assert (now["currentBalance"], now["held"], now["expiresAt"]) == (7000, 3000, "2026-05-05T23:59:59.000Z")
    assert (later["currentBalance"], later["status"]) == (0, "Expired")


@rolls_back
def test_a_card_that_must_be_redeemed_whole(caller):
    given_card("10.00 GBP", code=CODE, must_redeem_whole=True)

    part = redeem(caller, {"amount": 999})
    whole = redeem(caller, {"amount": 1000})

    assert (part.status_code, part.json()["code"], whole.status_code) == (422, "card_must_be_redeemed_whole", 201)


@rolls_back
def test_a_card_of_one_contact_alone_wants_to_be_told_whose_purchase_it_is(caller, card):
    ada, other = given_customer(), given_customer()
    assign_card(card_id=card.id, customer_id=ada.pk, customer_only=True, actor=STAFF, now=NOW)
    url = caller.get(f"/stored_credit_accounts/{CODE}").json()["attachedMember"]

    with nothing_moves():
        refused = [redeem(caller, {"amount": 1} | more) for more in ({}, {"contact": other.document_id})]
    taken = [redeem(caller, {"amount": 1, "contact": contact}) for contact in (url, ada.document_id)]

    assert url == f"http://testserver{ROOT}/contacts/{ada.document_id}"
    assert {answer.json()["code"] for answer in refused} == {"card_restricted_to_customer"}
    assert [answer.status_code for answer in taken] == [201, 201]


def test_the_same_key_gets_the_first_answer_and_the_code_is_not_stored(caller, card, time_machine):
    first = redeem(caller, {"amount": 10000}, key="k")
    time_machine.move_to(days(1), tick=False)

    again = redeem(caller, b'{"currency": null, "amount": 10000}', key="k")
    reused = redeem(caller, {"amount": 1}, key="k")
    malformed = redeem(caller, {"amount": 1}, key="a,b")

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
    assert malformed.status_code == 400
    assert timeline(card)[1:] == [("REDEEM", "-100.00", "0.00", "ACTIVE")]
    [record] = IdempotencyRecord.objects.all()
    assert "7QX2" not in record.answer


def test_without_a_key_each_request_redeems(caller, card):
    redeem(caller, {"amount": 10})
    redeem(caller, {"amount": 10})

    assert totals(card) == ("100.00", "0.20", "99.80", "99.80")


@pytest.fixture
def credit(db):
    return given_credit("40.00 GBP", customer=given_customer(number="SHOP-1"))


def test_a_customers_store_credit_is_a_member_credit(caller, credit):
    body = caller.get(f"/stored_credit_accounts/{credit.number}").json()

    contact = f"http://testserver{ROOT}/contacts/{credit.customer.document_id}"
    assert (body["type"], body["code"], body["giftCard"]) == ("Member Credit", credit.number, None)
    assert (body["currentBalance"], body["startingBalance"], body["status"]) == (4000, 4000, "Valid")
    assert (body["contact"], body["attachedMember"]) == (contact, contact)
    assert caller.get(f"/credit_accounts/{credit.number}").json() == body


def test_a_member_credit_is_redeemed_by_its_later_name(caller, credit):
    response = caller.post(f"/credit_accounts/{credit.number}/redeem", {"amount": 4000}, key="k")

    assert (response.status_code, response.json()["status"]) == (201, "Redeemed")
    assert history_of(credit) == [("ISSUE", "40.00"), ("REDEEM", "-40.00")]
    again = caller.post(f"/credit_accounts/{credit.number}/redeem", {"amount": 4000}, key="k")
    assert again.json() == response.json()


@rolls_back
def test_a_frozen_member_credit_is_shown_and_not_redeemed(caller, credit):
    set_status(account_id=credit.pk, status=AccountStatus.FROZEN)

    assert caller.get(f"/credit_accounts/{credit.number}").json()["status"] == "Fraudulent"
    with nothing_moves():
        response = caller.post(f"/credit_accounts/{credit.number}/redeem", {"amount": 1})
    assert (response.status_code, response.json()["code"]) == (422, "account_not_open")


@pytest.mark.parametrize("path", ["balances", "redeem"])
def test_paths_of_gift_cards_serve_gift_cards_only(caller, credit, path):
    method = "POST" if path == "redeem" else "GET"

    response = caller.send(method, f"/gift_cards/{credit.number}/{path}", json.dumps({"amount": 1}))

    assert (response.status_code, response.json()["code"]) == (404, "card_not_found")


def test_each_kind_of_account_is_found_with_its_own_scope_alone(card, credit):
    paths = {kind: f"/stored_credit_accounts/{code}" for kind, code in (("card", CODE), ("credit", credit.number))}
    unknown = "/stored_credit_accounts/NOBODYS-CARD"

    def without_instance(response):
        return response.status_code, {**response.json(), "instance": ""}

    for scope, mine, other in (
        (Scope.GIFT_CARDS_READ, "card", "credit"),
        (Scope.STORE_CREDIT_READ, "credit", "card"),
    ):
        reader = caller_with(scope)
        assert reader.get(paths[mine]).status_code == 200
        assert without_instance(reader.get(paths[other])) == without_instance(reader.get(unknown))
        assert reader.get(unknown).status_code == 404
    assert caller_with(Scope.CUSTOMERS_READ).get(paths["card"]).status_code == 403
    spender = caller_with(Scope.STORE_CREDIT_SPEND)
    assert spender.post(f"/credit_accounts/{credit.number}/redeem", {"amount": 1}).status_code == 201
    assert spender.post(f"/credit_accounts/{CODE}/redeem", {"amount": 1}).status_code == 404
    assert spender.post(f"/gift_cards/{CODE}/redeem", {"amount": 1}).status_code == 403


@pytest.mark.parametrize(
    "scopes",
    [
        [Scope.GIFT_CARDS_READ, Scope.GIFT_CARDS_REDEEM],
        [Scope.GIFT_CARDS_REDEEM],
        [Scope.GIFT_CARDS_READ, Scope.GIFT_CARDS_REDEEM, Scope.STORE_CREDIT_READ, Scope.CUSTOMERS_READ],
    ],
)
def test_every_address_in_an_answer_leads_somewhere_with_the_same_key(card, scopes):
    assign_card(card_id=card.id, customer_id=given_customer().pk, customer_only=False, actor=STAFF, now=NOW)
    program = caller_with(*scopes)
    answers = [redeem(program, {"amount": 1}), program.get(f"/gift_cards/{CODE}/balances")]
    answers += [program.get(f"/stored_credit_accounts/{CODE}"), program.get("/balances")]
    found = [url for answer in answers if answer.status_code < 400 for url in addresses_in(answer.json())]

    for url in set(found):
        split = urlsplit(url)
        path = split.path.removeprefix(ROOT) + (f"?{split.query}" if split.query else "")
        assert program.get(path).status_code == 200, url
    assert bool(found) == (Scope.GIFT_CARDS_READ in scopes)


def test_a_contact_is_a_customer(caller, db):
    customer = given_customer(number="SHOP-1", first_name="Ada", last_name="", email="ada@example.com")

    shown = caller.get(f"/contacts/{customer.document_id}")

    assert shown.json() == {
        "id": customer.document_id,
        "createdAt": "2026-05-04T09:00:00.000Z",
        "updatedAt": "2026-05-04T09:00:00.000Z",
        "firstName": "Ada",
        "lastName": None,
        "emailAddress": "ada@example.com",
    }
    assert caller.get("/contacts/NOBODY").status_code == 404
    assert caller_with(Scope.GIFT_CARDS_READ).get("/contacts/SHOP-1").status_code == 403
    assert ApiCaller(given_client(test_mode=True).plain).get("/contacts/SHOP-1").status_code == 404


@pytest.mark.parametrize("spelling", ["gift7qx20001", "GIFT-7QX2-0001", "Gift-7qx2-0001"])
def test_a_code_is_shown_as_it_was_made_whatever_the_callers_spelling(caller, card, spelling):
    answers = [
        caller.get(f"/stored_credit_accounts/{spelling}").json(),
        redeem(caller, {"amount": 1}, spelling, key="k").json(),
        redeem(caller, {"amount": 1}, spelling, key="k").json(),
        caller.get(f"/gift_cards/{spelling}/balances").json()["balances"][0]["storedCreditAccount"],
    ]

    assert [answer["code"] for answer in answers] == [CODE] * 4


def test_a_redemption_says_where_it_is(card):
    till = caller_with(Scope.GIFT_CARDS_READ, Scope.GIFT_CARDS_REDEEM)

    first, again = (redeem(till, {"amount": 1}, key="k") for _ in range(2))

    newest = Transaction.objects.order_by("-number")[0]
    assert first.headers["Location"] == again.headers["Location"] == f"{ROOT}/balances/{newest.number}"
    assert till.get(f"/balances/{newest.number}").json()["amount"] == -1


def test_an_empty_note_is_the_same_request_as_none(caller, card):
    first = redeem(caller, {"amount": 1}, key="k")

    again = redeem(caller, {"amount": 1, "note": ""}, key="k")

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json() == first.json()
