"""Whoever guesses codes learns nothing and soon waits: unknown, malformed and other-mode codes, and the miss limit."""

import json
import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storecredit.api.models import ApiClient
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_credit, given_customer

pytestmark = pytest.mark.django_db
CODE = "TILL-0001"
LOOK_UPS = [
    ("GET", "/gift_cards/{}"),
    ("DELETE", "/gift_cards/{}"),
    ("GET", "/gift_cards/by_number/{}"),
    ("DELETE", "/gift_cards/by_number/{}"),
    ("POST", "/gift_cards/{}/transactions"),
    ("POST", "/gift_cards/{}/block"),
    ("POST", "/gift_cards/{}/unblock"),
    ("GET", "/gift_cards/{}/balances"),
    ("POST", "/gift_cards/{}/redeem"),
    ("GET", "/stored_credit_accounts/{}"),
    ("GET", "/credit_accounts/{}"),
    ("GET", "/credit_accounts/{}/balances"),
    ("POST", "/credit_accounts/{}/redeem"),
]


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def card(db):
    return given_card("100.00 GBP", code=CODE)


def statements_of(ask):
    with CaptureQueriesContext(connection) as captured:
        response = ask()
    return response, [query["sql"].partition(" WHERE ")[0] for query in captured]


@pytest.mark.parametrize(("method", "path"), LOOK_UPS)
def test_codes_that_this_key_does_not_have_cost_and_say_the_same(caller, card, method, path):
    given_card(code="OTHER-MODE", test_mode=True)
    wrong = ["NOBODYS-CARD", "OTHER-MODE", "abc", "x" * 300, "%20TILL-0001", "%00", "%ED%A0%80", "☃", "balances", "'--"]

    answers = [statements_of(lambda code=code: caller.send(method, path.format(code), b"{}")) for code in wrong]

    for code, (response, statements) in zip(wrong, answers, strict=True):
        body = {**response.json(), "instance": ""}
        assert response.status_code == 404, code
        assert body == {**answers[0][0].json(), "instance": ""}, code
        assert statements == answers[0][1], code


def test_a_code_is_found_whatever_its_case_and_hyphens_but_never_trimmed(caller, card):
    for code in ("TILL-0001", "till0001", "t-i-l-l-0-0-0-1"):
        assert caller.get(f"/gift_cards/{code}").status_code == 200
    for code in ("TILL-0001%20", "%20TILL-0001", "TILL%200001", "TILL_0001"):
        assert caller.get(f"/gift_cards/{code}").status_code == 404


def test_five_hundred_wrong_codes_end_every_look_up_before_the_hundredth(caller, card, noon, caplog):
    statuses = [caller.get(f"/gift_cards/WRONG-{number:04}").status_code for number in range(500)]

    assert statuses == [404] * 60 + [429] * 440
    for method, path in LOOK_UPS:
        response = caller.send(method, path.format(CODE), json.dumps({"amount": 1}))
        assert (response.status_code, response.headers["Retry-After"]) == (429, "30"), path
        assert response.json()["code"] == "card_lookups_limited"
    assert caller.get(f"/gift_cards?card_number={CODE}").status_code == 429


def test_the_wait_grows_while_it_goes_on_and_is_forgotten(caller, card, noon, caplog):
    def misses_until_stopped():
        for count in range(200):
            response = caller.get("/gift_cards/WRONG-CODE")
            if response.status_code == 429:
                return count, int(response.headers["Retry-After"])
        raise AssertionError("never stopped")

    waits = []
    now = NOW.timestamp()
    with caplog.at_level(logging.WARNING, logger="storecredit.api.guess_limits"):
        for _ in range(8):
            waits.append(misses_until_stopped()[1])
            noon.move_to(now + waits[-1] - 1, tick=False)
            assert caller.get(f"/gift_cards/{CODE}").status_code == 429
            now += waits[-1]
            noon.move_to(now, tick=False)
            assert caller.get(f"/gift_cards/{CODE}").status_code == 200

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert len(caplog.records) == 8
    assert "named 60 unknown card codes or accounts" in caplog.messages[0]
    noon.move_to(now + 3 * 3600, tick=False)
    assert misses_until_stopped() == (60, 30)


def test_staff_see_on_the_clients_page_that_it_was_stopped(card):
    program = given_client(miss_limit="3/h")
    for _ in range(4):
        ApiCaller(program.plain).get("/gift_cards/WRONG-CODE")

    client = ApiClient.objects.get(pk=program.client.pk)
    assert client.look_ups_limited_at == NOW


def test_each_client_has_its_own_limit(caller, card):
    hasty = ApiCaller(given_client(miss_limit="1/h").plain)

    assert [hasty.get("/gift_cards/WRONG").status_code for _ in range(2)] == [404, 429]
    assert caller.get(f"/gift_cards/{CODE}").status_code == 200


def test_what_names_no_code_goes_on(card):
    hasty = ApiCaller(given_client(miss_limit="1/h").plain)
    hasty.get("/gift_cards/WRONG")

    assert hasty.get("/gift_cards").status_code == 200
    assert hasty.get(f"/gift_cards/by_id/{card.id}").status_code == 200
    assert hasty.get("/balances").status_code == 200


def test_a_search_by_number_is_a_look_up(card):
    hasty = ApiCaller(given_client(miss_limit="2/h").plain)

    assert hasty.get(f"/gift_cards?card_number={CODE}").json()["data"][0]["id"] == str(card.id)
    assert hasty.get("/gift_cards?card_number=WRONG").json() == {"data": []}
    assert hasty.get("/gift_cards?card_number=%00").status_code in (200, 400)
    assert hasty.get("/gift_cards?card_number=WRONG").json() in ({"data": []}, hasty.get(f"/gift_cards/{CODE}").json())
    assert hasty.get(f"/gift_cards?card_number={CODE}").status_code == 429


def test_a_member_credit_that_is_found_is_no_miss(db):
    account = given_credit("10 GBP", customer=given_customer())
    hasty = ApiCaller(given_client(miss_limit="1/h").plain)

    assert [hasty.get(f"/credit_accounts/{account.number}").status_code for _ in range(3)] == [200] * 3
