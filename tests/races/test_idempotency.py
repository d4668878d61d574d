"""Twenty threads, one key: one effect, and everybody gets the same answer."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.callers import ApiCaller, given_client
from tests.scenarios import balance_of, given_account, given_credit, given_customer, history_of

PATH = "/customers/CUST-1/store-credit"
THREADS = 20

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(requests):
    """Every request from a thread of its own, all let go at the same moment."""
    gate = threading.Barrier(len(requests))

    def run(request):
        try:
            gate.wait(timeout=30)
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(requests)) as pool:
        return [future.result() for future in [pool.submit(run, request) for request in requests]]


def told(response):
    """The answer without what may differ between the first one and those given again."""
    body = json.loads(response.content)
    body.pop("timestamp")
    body["data"].pop("idempotentReplay")
    return json.dumps(body)


@pytest.mark.parametrize("opened", [True, False], ids=["account open", "first credit"])
def test_one_key_at_once_has_one_effect_and_one_answer(opened):
    customer = given_customer(number="CUST-1")
    key = given_client().plain
    if opened:
        given_credit("100 GBP", customer=customer)

    responses = all_at_once(
        [
            lambda: ApiCaller(key).post(PATH, {"amount": 25, "currency": "GBP", "note": "x"}, key="one")
            for _ in range(THREADS)
        ]
    )

    assert sorted(response.status_code for response in responses) == [200] * (THREADS - 1) + [201]
    assert len({told(response) for response in responses}) == 1
    for response in responses:
        replayed = response.status_code == 200
        assert response.json()["data"]["idempotentReplay"] is replayed
        assert response.headers.get("Idempotent-Replayed") == ("true" if replayed else None)
    account = given_account("GBP", customer=customer)
    assert history_of(account) == ([("ISSUE", "100.00")] if opened else []) + [("ISSUE", "25.00")]


def test_one_key_at_once_with_other_details_is_refused_to_all_but_one():
    customer = given_customer(number="CUST-1")
    key = given_client().plain
    account = given_account("GBP", customer=customer)

    responses = all_at_once(
        [
            lambda amount=amount: ApiCaller(key).post(PATH, {"amount": amount, "currency": "GBP"}, key="one")
            for amount in range(1, THREADS + 1)
        ]
    )

    assert sorted(response.status_code for response in responses) == [201] + [409] * (THREADS - 1)
    assert len(history_of(account)) == 1


def test_debits_at_once_spend_what_there_is_and_no_more():
    account = given_credit("100 GBP", customer=given_customer(number="CUST-1"))
    key = given_client().plain

    responses = all_at_once(
        [
            lambda name=name: ApiCaller(key).post(f"{PATH}/debits", {"amount": 10, "currency": "GBP"}, key=f"d{name}")
            for name in range(THREADS)
        ]
    )

    assert sorted(response.status_code for response in responses) == [201] * 10 + [422] * 10
    assert balance_of(account) == "0.00"


def test_one_debit_at_once_takes_the_last_credit_once_and_answers_everybody():
    account = given_credit("10 GBP", customer=given_customer(number="CUST-1"))
    key = given_client().plain

    responses = all_at_once(
        [
            lambda: ApiCaller(key).post(f"{PATH}/debits", {"amount": 10, "currency": "GBP"}, key="one")
            for _ in range(THREADS)
        ]
    )

    assert sorted(response.status_code for response in responses) == [200] * (THREADS - 1) + [201]
    assert len({told(response) for response in responses}) == 1
    assert balance_of(account) == "0.00"


def test_new_customers_at_once_get_numbers_of_their_own():
    key = given_client().plain

    responses = all_at_once([lambda: ApiCaller(key).post("/customers", {}) for _ in range(THREADS)])

    assert {response.status_code for response in responses} == {201}
    assert len({response.json()["data"]["customerNumber"] for response in responses}) == THREADS
