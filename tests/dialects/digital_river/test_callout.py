"""A low-code checkout at the vendor asks whether a line of credit can pay."""

import base64

import pytest

from storecredit.api.models import IdempotencyRecord
from tests.callers import ApiCaller, given_client
from tests.dialects.digital_river.shop import errors_of, given_line
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import days, given_spend, held_in, nothing_moves, spendable_in

pytestmark = pytest.mark.django_db
PATH = "/checkouts/store-credits"


def asking(line, amount=12.5, session="ses-1"):
    return {"amount": amount, "upstreamId": line.number, "sessionId": session}


def basic(user, password):
    return {"authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def test_what_there_is_is_approved_and_set_aside_for_a_day(caller, time_machine):
    line = given_line()

    response = caller.post(PATH, asking(line))

    assert (response.status_code, response.json()) == (
        200,
        {"upstreamId": line.number, "approval": True, "amount": 12.5},
    )
    assert (held_in(line), spendable_in(line)) == ("12.50", "87.50")
    time_machine.move_to(days(1), tick=False)
    assert caller.post(PATH, asking(line, 100, "ses-2")).json()["amount"] == 100


def test_a_gift_card_is_approved_and_released_by_its_own_number_which_is_kept_nowhere(caller):
    account = account_of(given_card("30 USD", code="TILL-0001"))
    asked = {"amount": 12.5, "upstreamId": "till0001", "sessionId": "ses-1"}

    answers = [caller.post(PATH, asked, key="k").json() for _ in range(2)]

    assert answers == [{"upstreamId": "till0001", "approval": True, "amount": 12.5}] * 2
    assert held_in(account) == "12.50"
    assert "till0001" not in IdempotencyRecord.objects.get().answer
    assert caller.send("DELETE", f"{PATH}/TILL-0001").status_code == 204
    assert held_in(account) == "0.00"


def test_less_is_approved_where_there_is_less(caller):
    line = given_line("5.25 USD")

    assert caller.post(PATH, asking(line)).json()["amount"] == 5.25


def test_nothing_is_approved_of_a_line_that_has_nothing_or_is_none(caller):
    spent = given_line("5 USD")
    given_spend("5 USD", account=spent)
    tests = given_line(test_mode=True)

    answers = [
        caller.post(PATH, asking(spent)),
        caller.post(PATH, asking(tests)),
        caller.post(PATH, {"amount": 1, "upstreamId": "76-87-1298", "sessionId": "s"}),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"upstreamId": spent.number, "approval": False}),
        (200, {"upstreamId": tests.number, "approval": False}),
        (200, {"upstreamId": "76-87-1298", "approval": False}),
    ]


def test_a_gift_card_is_one_line_by_its_accounts_number_and_by_its_own(caller):
    card = given_card("30 USD", code="TILL-0001")

    by_number = caller.post(PATH, asking(account_of(card), 10))
    by_code = caller.post(PATH, {"amount": 12, "upstreamId": "TILL-0001", "sessionId": "ses-1"})

    assert (by_number.json()["approval"], by_code.json()["approval"]) == (True, True)
    assert held_in(account_of(card)) == "12.00"


def test_asked_again_for_a_session_the_new_amount_replaces_the_old(caller):
    line = given_line()

    for amount in (90, 95, 10):
        assert caller.post(PATH, asking(line, amount)).json()["amount"] == amount
    caller.post(PATH, asking(line, 5, "ses-2"))

    assert held_in(line) == "15.00"


def test_letting_go_frees_the_clients_own_holds_on_the_line(caller):
    line = given_line()
    other = ApiCaller(given_client().plain)
    caller.post(PATH, asking(line, 10))
    caller.post(PATH, asking(line, 20, "ses-2"))
    other.post(PATH, asking(line, 30))

    released = [caller.send("DELETE", f"{PATH}/{line.number}") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in released] == [(204, b"")] * 2
    assert held_in(line) == "30.00"


@pytest.mark.parametrize("user", ["digitalriver", "", "any one"])
def test_the_key_may_be_the_password_of_basic_authentication(caller, user):
    line = given_line()
    vendor = ApiCaller("")

    asked = vendor.post(PATH, asking(line), **basic(user, caller.key))
    released = vendor.send("DELETE", f"{PATH}/{line.number}", headers=basic(user, caller.key))

    assert (asked.status_code, released.status_code) == (200, 204)
    assert held_in(line) == "0.00"


@pytest.mark.parametrize(
    "headers",
    [
        basic("user", "nonsense"),
        basic("user", ""),
        {"authorization": "Basic"},
        {"authorization": "Basic ****"},
        {"authorization": "Basic gICA"},
        {},
    ],
    ids=range(6),
)
def test_another_password_is_401(headers):
    line = given_line()

    refused = ApiCaller("").post(PATH, asking(line), **headers)

    assert errors_of(refused) == (401, "unauthorized", [("unauthorized", "")])
    assert held_in(line) == "0.00"


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"amount": 0}, [("invalid_parameter", "amount")]),
        ({"amount": -1}, [("invalid_parameter", "amount")]),
        ({"amount": "1"}, [("invalid_parameter", "amount")]),
        ({"amount": None}, [("invalid_parameter", "amount")]),
        ({"upstreamId": ""}, [("invalid_parameter", "upstreamId")]),
        ({"upstreamId": 7}, [("invalid_parameter", "upstreamId")]),
        ({"sessionId": "a b"}, [("invalid_parameter", "sessionId")]),
        ({"sessionId": "x" * 65}, [("invalid_parameter", "sessionId")]),
        ({"sessionId": None}, [("invalid_parameter", "sessionId")]),
    ],
    ids=str,
)
def test_what_is_not_documented_is_refused_by_name(caller, changed, errors):
    line = given_line()

    with nothing_moves():
        response = caller.post(PATH, asking(line) | changed)

    assert errors_of(response) == (400, "bad_request", errors)


def test_an_amount_finer_than_the_lines_currency_is_400(caller):
    line = given_line()

    with nothing_moves():
        response = caller.post(PATH, asking(line, 1.001))

    assert errors_of(response) == (400, "bad_request", [("invalid_parameter", "amount")])


@pytest.mark.parametrize("line", ["SC1", "%00", "%ff", "x" * 500, "TILL-0002", "%E2%80%A8"])
def test_a_line_that_is_none_is_404(caller, line):
    given_card("30 USD", code="TILL-0001")

    assert errors_of(caller.send("DELETE", f"{PATH}/{line}")) == (404, "not_found", [("not_found", "")])
