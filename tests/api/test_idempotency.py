"""One key, one effect, one answer; and a refusal uses nothing up."""

import hashlib

import pytest
from django.db import OperationalError

from ledger.errors import DatabaseBusy
from storecredit.api.models import IdempotencyRecord
from tests.callers import ApiCaller, given_client
from tests.factories.api import IdempotencyRecordFactory
from tests.scenarios import given_credit, given_customer, history_of, nothing_moves

PATH = "/customers/CUST-1/store-credit"
ORDER = {"amount": 25, "currency": "GBP", "note": "Goodwill credit"}


@pytest.fixture
def customer(db):
    return given_customer(number="CUST-1")


@pytest.fixture
def account(customer):
    return given_credit("100 GBP", customer=customer)


def test_the_same_request_again_gets_the_original_answer(caller, account, time_machine):
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    first = caller.post(PATH, ORDER, key="k")
    caller.post(PATH, ORDER, key="another")
    time_machine.move_to("2026-05-05T13:00:00Z", tick=False)

    again = caller.post(PATH, ORDER, key="k")

    assert (first.status_code, again.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["data"] == first.json()["data"] | {"idempotentReplay": True}
    assert (first.json()["timestamp"], again.json()["timestamp"]) == (
        "2026-05-04T12:00:00.000Z",
        "2026-05-05T13:00:00.000Z",
    )
    assert history_of(account) == [("ISSUE", "100.00"), ("ISSUE", "25.00"), ("ISSUE", "25.00")]


@pytest.mark.parametrize(
    "spelled",
    [
        b'{"note":"Goodwill credit","currency":"GBP","amount":25.00}',
        b'{"amount": 2.5e1, "currency": "GBP", "note": "Goodwill credit", "unknown": 1}',
        b'{"amount": 25, "currency": "GBP", "note": "Goodwill\\u0020credit", "reference": null}',
    ],
)
def test_another_spelling_of_the_same_request_is_the_same_request(caller, account, spelled):
    caller.post(PATH, ORDER, key="k")

    with nothing_moves():
        assert caller.post(PATH, spelled, key="k").status_code == 200


@pytest.mark.parametrize("note", ["", "  ", None])
def test_an_empty_note_and_no_note_are_the_same_request(caller, account, note):
    caller.post(PATH, {"amount": 25, "currency": "GBP"}, key="k")

    with nothing_moves():
        again = caller.post(PATH, {"amount": 25, "currency": "GBP", "note": note}, key="k")

    assert (again.status_code, again.json()["data"]["idempotentReplay"]) == (200, True)


#: Taken by the program before fingerprints had versions: of POST …/store-credit for the customer, 25 GBP, note "".
def first_fingerprint(customer, body):
    of_body = hashlib.sha256(body.encode()).hexdigest()
    route = "api/v1/customers/<str:customer>/store-credit"
    return hashlib.sha256(f"POST\n{route}\n{customer.pk}\n{of_body}".encode()).hexdigest()


def test_an_old_record_is_compared_as_its_fingerprint_was_taken(caller, account, customer):
    caller.post(PATH, ORDER | {"note": ""}, key="new")
    kept = IdempotencyRecord.objects.get()
    IdempotencyRecordFactory(
        client=kept.client,
        key="k",
        fingerprint=first_fingerprint(customer, '{"amount":"25","currency":"GBP","note":""}'),
        answer=kept.answer,
        version=1,
    )

    with nothing_moves():
        again = caller.post(PATH, ORDER | {"note": ""}, key="k")
        without = caller.post(PATH, {"amount": 25, "currency": "GBP"}, key="k")
        other = caller.post(PATH, ORDER | {"amount": 26, "note": ""}, key="k")

    assert [answer.status_code for answer in (again, without, other)] == [200, 409, 409]
    assert again.json()["data"]["idempotentReplay"] is True


def test_metadata_that_was_unknown_then_is_passed_over_as_it_was(caller, account, customer):
    caller.post(PATH, ORDER, key="new")
    kept = IdempotencyRecord.objects.get()
    IdempotencyRecordFactory(
        client=kept.client,
        key="k",
        fingerprint=first_fingerprint(customer, '{"amount":"25","currency":"GBP","note":"Goodwill credit"}'),
        answer=kept.answer,
        version=1,
    )

    with nothing_moves():
        again = caller.post(PATH, ORDER | {"metadata": {"ticket": "T-17"}}, key="k")

    assert (again.status_code, again.json()["data"]["idempotentReplay"]) == (200, True)
    assert caller.post(PATH, ORDER | {"metadata": {"ticket": "T-17"}}, key="new").status_code == 409


def test_a_new_record_says_how_its_fingerprint_was_taken(caller, account):
    caller.post(PATH, ORDER, key="k")

    assert IdempotencyRecord.objects.get().version == 2


def test_the_customers_other_name_names_the_same_request(caller, account, customer):
    caller.post(PATH, ORDER, key="k")

    assert caller.post(f"/customers/{customer.document_id}/store-credit", ORDER, key="k").status_code == 200


@pytest.mark.parametrize(
    ("path", "order"),
    [
        (PATH, ORDER | {"amount": 25.01}),
        (PATH, ORDER | {"currency": "USD"}),
        (PATH, ORDER | {"note": "goodwill credit"}),
        (PATH, {"amount": 25, "currency": "GBP"}),
        (PATH, ORDER | {"expiresAt": "2099-12-31"}),
        (f"{PATH}/debits", ORDER),
        ("/customers/CUST-2/store-credit", ORDER),
    ],
)
def test_other_details_under_the_same_key_are_refused(caller, account, path, order):
    given_customer(number="CUST-2")
    caller.post(PATH, ORDER, key="k")

    with nothing_moves():
        response = caller.post(path, order, key="k")

    assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_reused")


def test_a_key_belongs_to_its_client(caller, account):
    other = ApiCaller(given_client().plain)

    statuses = [who.post(PATH, ORDER, key="k").status_code for who in (caller, other)]

    assert statuses == [201, 201]
    assert IdempotencyRecord.objects.count() == 2


def test_keys_are_kept_apart_by_case_and_blanks(caller, account):
    statuses = [caller.post(PATH, ORDER, key=key).status_code for key in ("k", "K", "k x", "k  x")]

    assert statuses == [201] * 4


def test_a_replay_comes_before_any_check_of_state(caller, account, customer):
    caller.post(PATH, ORDER, key="k")
    caller.post(f"{PATH}/debits", {"amount": 125, "currency": "GBP"}, key="all")
    customer.status = "banned"
    customer.save()

    assert caller.post(PATH, ORDER, key="k").status_code == 200
    assert caller.post(f"{PATH}/debits", {"amount": 125, "currency": "GBP"}, key="all").status_code == 200
    assert caller.post(PATH, ORDER | {"amount": 1}, key="k").status_code == 409
    assert caller.post(PATH, ORDER, key="new").json()["code"] == "customer_not_active"


@pytest.mark.django_db(transaction=True)
def test_a_refusal_does_not_use_the_key_up(caller, account):
    debit = {"amount": 100.01, "currency": "GBP"}

    with nothing_moves():
        refused = caller.post(f"{PATH}/debits", debit, key="k")
    given_credit("0.01 GBP", to=account)
    taken = caller.post(f"{PATH}/debits", debit, key="k")

    assert (refused.status_code, refused.json()["code"]) == (422, "insufficient_credit")
    assert (taken.status_code, taken.json()["data"]["balanceAfter"]) == (201, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("canceling statement due to lock timeout"), DatabaseBusy()])
def test_a_busy_database_is_503_and_uses_nothing_up(caller, account, monkeypatch, error):
    def busy(**_):
        raise error

    with monkeypatch.context() as patched, nothing_moves():
        patched.setattr("ledger.operations.issue_credit", busy)
        response = caller.post(PATH, ORDER, key="k")

    assert (response.status_code, response.json()["code"]) == (503, "database_busy")
    assert response.headers["Retry-After"] == "1"
    assert caller.post(PATH, ORDER, key="k").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_failure_inside_leaves_neither_effect_nor_key(caller, account, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("after the posting")

    with monkeypatch.context() as patched, nothing_moves():
        patched.setattr("storecredit.dialects.tiquo.serializers.credit.show_movement", broken)
        assert caller.post(PATH, ORDER, key="k").status_code == 500

    assert caller.post(PATH, ORDER, key="k").status_code == 201


def test_a_key_that_may_be_left_out_is_kept_all_the_same(caller):
    made = [caller.post("/customers", {"customerNumber": "SHOP-1"}, key="k") for _ in range(2)]

    assert [response.status_code for response in made] == [201, 200]
    assert made[0].json()["data"] == made[1].json()["data"]
    assert made[1].headers["Idempotent-Replayed"] == "true"


def test_a_key_that_may_be_left_out_must_be_well_formed(caller):
    assert caller.post("/customers", {}, key="a,b").status_code == 400
