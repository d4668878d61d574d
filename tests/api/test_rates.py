"""What a client is told of its rate: with every answer, throttled or not."""

import pytest

from tests.callers import ApiCaller, given_client
from tests.scenarios import given_customer

PATH = "/customers/CUST-1/store-credit"


@pytest.fixture(autouse=True)
def ten_to_noon(db, time_machine):
    given_customer(number="CUST-1")
    time_machine.move_to("2026-05-04T11:50:50Z", tick=False)


def told(response):
    return tuple(response.headers.get(f"RateLimit-{name}") for name in ("Limit", "Remaining", "Reset"))


def test_every_answer_says_what_is_left_of_the_window():
    caller = ApiCaller(given_client(rate="3/min").plain)

    answers = [
        caller.get(PATH),
        caller.get("/customers/NOBODY/store-credit"),
        caller.post(PATH, {"amount": -1}, key="k"),
        caller.get(PATH),
    ]

    assert [(answer.status_code, told(answer)) for answer in answers] == [
        (200, ("3", "2", "10")),
        (404, ("3", "1", "10")),
        (400, ("3", "0", "10")),
        (429, ("3", "0", "10")),
    ]
    assert answers[-1].headers["Retry-After"] == "10"


def test_a_method_that_is_not_answered_counts_and_says_so():
    caller = ApiCaller(given_client(rate="3/min").plain)

    answer = caller.send("DELETE", PATH)

    assert (answer.status_code, told(answer)) == (405, ("3", "2", "10"))


def test_a_refusal_for_want_of_a_scope_does_not_count_and_says_so():
    caller = ApiCaller(given_client(["gift_cards:read"], rate="3/min").plain)

    answers = [caller.get(PATH), caller.get(PATH)]

    assert [(answer.status_code, told(answer)) for answer in answers] == [(403, ("3", "3", "10"))] * 2


def test_nobody_has_no_rate():
    answer = ApiCaller("").get(PATH)

    assert (answer.status_code, told(answer)) == (401, (None, None, None))
