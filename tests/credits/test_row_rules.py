"""What was asked for, what happened and what came in one file stays as it was: by the rules of the database itself."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from ledger import triggers
from storecredit.credits.models import CreditRequest, CreditRequestEvent, CreditRequestVote, PayeeKind
from storecredit.credits.operations import fail_request
from tests.credits.batches import given_batch
from tests.credits.by_hand import copy_of, tell_version, vote
from tests.credits.requests import given_approver, given_person, given_request, history_of, party_of, row_of
from tests.giftcards.cards import given_card
from tests.ledger.attacks import insert, moment, refused_by, run
from tests.scenarios import NOW, given_customer, nothing_moves

pytestmark = pytest.mark.django_db

FROZEN = "credits_creditrequest_frozen"


@pytest.fixture
def alice() -> User:
    return given_person("alice", is_superuser=True)


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


@pytest.fixture
def request_(alice: User) -> CreditRequest:
    return given_request("21.50 USD", by=alice, attributes={"giftCardNumber": "SUMMER-2026-1"})


@pytest.mark.parametrize(
    "change",
    [
        "id = '00000000000070008000000000000000'",
        "order_kind = 'order-number'",
        "order_value = 'another'",
        "tenant = ''",
        "channel = '13'",
        "kind = 'STORE_CREDIT'",
        "amount_minor = amount_minor + 1",
        "currency = 'EUR'",
        "reason_id = 'GW'",
        "sub_reason = 'x'",
        "policy_code = 'x'",
        "source = 'x'",
        "employee = 'x'",
        "payment_counter = 7",
        "amounts = '[1]'",
        "credit_expires_on = '2030-01-01'",
        "terms = '{\"reloadable\": false}'",
        "metadata = '{}'",
        "requested_client_id = 1",
        "requested_label = 'x'",
        "requested_kind = 'API'",
        "door = 'x'",
        "request_id = 'x'",
        "batch_line = 1",
        "test_mode = NOT test_mode",
        "created_at = updated_at, door = 'y'",
    ],
)
def test_what_was_asked_for_does_not_change(request_: CreditRequest, change: str):
    with refused_by(FROZEN):
        run(f"UPDATE credits_creditrequest SET {change}")


def test_no_column_of_a_request_is_left_out_of_these_tests():
    changing = {"note", "attributes", "updated_at", "folded", "status", "version", "transaction_id", "issued_card_id"}
    changing |= {"decided_by_id", "decided_policy_id", "decided_label", "decided_at"}
    changing |= {"payee_kind", "payee_card_id", "payee_customer_id"}
    changing |= {"number_key", "number_digest", "number_cipher", "number_last_four"}
    columns = {field.column for field in CreditRequest._meta.concrete_fields}

    for vendor in ("postgresql", "sqlite"):
        sql = next(each.sql for each in triggers.list_triggers("credits", vendor) if each.name == FROZEN)
        # What follows is when it stands aside: for words about people, as they are erased.
        frozen = sql.partition(" AND NOT (")[0]
        # How the words are folded is the program's own, and a new way of folding writes them anew.
        assert {column for column in columns if f"OLD.{column}" not in frozen} == {
            "note", "attributes", "updated_at", "number_cipher", "folded"
        }  # fmt: skip
    assert changing < columns


@pytest.mark.parametrize(
    "change",
    [
        "payee_kind = 'CARD', payee_card_id = (SELECT id FROM giftcards_giftcard), number_key = '', "
        "number_digest = '', number_cipher = '', number_last_four = ''",
        "number_digest = 'another'",
        "number_last_four = '9999'",
        "number_last_four = '', number_key = '', number_digest = '', number_cipher = ''",
    ],
    ids=["another card", "another number", "another end", "no number"],
)
def test_another_payee_is_another_version(request_: CreditRequest, change: str):
    given_card(code="WINTER-2026-1")

    with refused_by(FROZEN):
        run(f"UPDATE credits_creditrequest SET {change}")
    with refused_by("credits_creditrequest_version_is_told"):
        run(f"UPDATE credits_creditrequest SET {change}, version = version + 1")
    tell_version(request_)
    run(f"UPDATE credits_creditrequest SET {change}, version = version + 1")


def test_a_line_that_tells_of_something_else_is_none_of_another_payee(request_: CreditRequest):
    tell_version(request_, "RETRIED")

    with refused_by("credits_creditrequest_version_is_told"):
        run("UPDATE credits_creditrequest SET number_digest = 'another', version = version + 1")


def test_who_asks_again_asks_for_the_same_payee(request_: CreditRequest, bob: User):
    fail_request(request_id=request_.pk, party=party_of(bob), now=NOW)
    again = "status = 'PENDING', decided_at = NULL, decided_by_id = NULL, decided_label = '', version = version + 1"
    tell_version(request_, "RETRIED", "FAILED")

    with refused_by(FROZEN):
        run(f"UPDATE credits_creditrequest SET {again}, number_digest = 'another'")


def test_another_customer_is_another_version(alice: User):
    first, second = given_customer(), given_customer()
    request = given_request(by=alice, kind="STORE_CREDIT", attributes={"customerId": first.number})

    with refused_by(FROZEN):
        run("UPDATE credits_creditrequest SET payee_customer_id = %s", second.pk)
    with refused_by("credits_creditrequest_version_is_told"):
        run("UPDATE credits_creditrequest SET payee_customer_id = %s, version = 2", second.pk)
    tell_version(request)
    run("UPDATE credits_creditrequest SET payee_customer_id = %s, version = 2", second.pk)


def test_the_note_and_the_attributes_change(request_: CreditRequest):
    run("UPDATE credits_creditrequest SET note = 'checked', attributes = '{}'")

    assert (row_of(request_).note, row_of(request_).attributes) == ("checked", {})


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"amount_minor": 0}, "credits_creditrequest_amount_positive"),
        ({"order_value": ""}, "credits_creditrequest_order_whole"),
        ({"order_kind": ""}, "credits_creditrequest_order_whole"),
        ({"order_kind": "guess"}, "credits_creditrequest_order_whole"),
        ({"requested_label": ""}, "credits_creditrequest_says_who_and_how"),
        ({"requested_kind": "CAT"}, "credits_creditrequest_says_who_and_how"),
        ({"door": ""}, "credits_creditrequest_says_who_and_how"),
        ({"payee_kind": "CARD"}, "credits_creditrequest_payee_whole"),
        ({"decided_label": "bob"}, "credits_creditrequest_pending_is_undecided"),
    ],
)
def test_a_request_makes_sense_in_itself(request_: CreditRequest, spoilt: dict[str, Any], rule: str):
    with refused_by(rule):
        insert("credits_creditrequest", **copy_of(request_, **spoilt))


def test_the_type_and_the_payee_fit(request_: CreditRequest):
    customer = given_customer()
    bare = {"number_key": "", "number_digest": "", "number_cipher": b"", "number_last_four": ""}

    with refused_by("credits_creditrequest_payee_fits_type"):
        insert(
            "credits_creditrequest",
            **copy_of(request_, payee_kind=PayeeKind.CUSTOMER.value, payee_customer_id=customer.pk, **bare),
        )


# What happened stays


def test_a_request_is_never_deleted(request_: CreditRequest):
    with refused_by("credits_creditrequest_no_delete"):
        run("DELETE FROM credits_creditrequest")


@pytest.mark.parametrize("change", ["note = 'never mind'", "person_id = NULL", "kind = kind", "to_status = 'FAILED'"])
def test_a_line_of_the_history_is_never_updated(request_: CreditRequest, change: str):
    with refused_by("credits_creditrequestevent_immutable"):
        run(f"UPDATE credits_creditrequestevent SET {change}")


def test_a_line_of_the_history_is_never_deleted(request_: CreditRequest):
    with refused_by("credits_creditrequestevent_immutable"):
        run("DELETE FROM credits_creditrequestevent")


@pytest.mark.parametrize(
    "attack", ["UPDATE credits_creditrequestvote SET version = 2", "DELETE FROM credits_creditrequestvote"]
)
def test_a_vote_is_neither_changed_nor_taken_back(request_: CreditRequest, bob: User, attack: str):
    vote(request_, bob)

    with refused_by("credits_creditrequestvote_immutable"):
        run(attack)


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"kind": "GUESSED"}, "credits_creditrequestevent_kind_known"),
        ({"actor_label": ""}, "credits_creditrequestevent_says_who_and_how"),
        ({"door": ""}, "credits_creditrequestevent_says_who_and_how"),
        ({"actor_kind": "CAT"}, "credits_creditrequestevent_says_who_and_how"),
    ],
)
def test_a_line_makes_sense_in_itself(request_: CreditRequest, spoilt: dict[str, str], rule: str):
    [line] = CreditRequestEvent.objects.values()
    row: dict[str, Any] = {name: value for name, value in line.items() if name != "id"}
    row["created_at"] = moment(NOW)

    with refused_by(rule):
        insert("credits_creditrequestevent", **row | spoilt)
    insert("credits_creditrequestevent", **row)
    assert len(history_of(request_)) == 2


@pytest.mark.parametrize(
    "change",
    [
        "size = 5",
        "file_digest = 'another'",
        "digest = 'another'",
        "totals = '{}'",
        "test_mode = NOT test_mode",
        "requested_by_id = (SELECT MAX(id) FROM auth_user)",
        "created_at = created_at, size = 6",
    ],
)
def test_what_a_batch_is_does_not_change(bob: User, change: str):
    given_batch()
    given_person("carol")

    with refused_by("credits_creditrequestbatch_frozen"):
        run(f"UPDATE credits_creditrequestbatch SET {change}")


def test_a_batch_is_approved_by_another_person():
    batch = given_batch()

    with refused_by("credits_creditrequestbatch_four_eyes"):
        run("UPDATE credits_creditrequestbatch SET status = 'APPROVED', decided_by_id = %s", batch.requested_by_id)
    with refused_by("credits_creditrequestbatch_four_eyes"):
        run("UPDATE credits_creditrequestbatch SET status = 'APPROVED'")


def test_a_batch_is_decided_once(bob: User):
    given_batch()
    run("UPDATE credits_creditrequestbatch SET status = 'REJECTED', decided_by_id = %s", bob.pk)

    with refused_by("credits_creditrequestbatch_frozen"):
        run("UPDATE credits_creditrequestbatch SET status = 'APPROVED'")


def test_a_batch_is_never_deleted():
    given_batch()

    with refused_by("credits_creditrequestbatch_no_delete"):
        run("DELETE FROM credits_creditrequestbatch")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["creditrequest", "creditrequestevent", "creditrequestvote", "creditrequestbatch"])
def test_nothing_is_truncated(request_: CreditRequest, table: str):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with nothing_moves(), pytest.raises(DatabaseError, match="_no_truncate"), transaction.atomic():
        run(f"TRUNCATE credits_{table} CASCADE")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("attack", "rule"),
    [
        ("UPDATE credits_creditrequest SET amount_minor = 1", FROZEN),
        ("DELETE FROM credits_creditrequestevent", "credits_creditrequestevent_immutable"),
        ("DELETE FROM credits_creditrequestvote", "credits_creditrequestvote_immutable"),
    ],
)
def test_the_role_of_a_replica_switches_nothing_off(request_: CreditRequest, bob: User, attack: str, rule: str):
    vote(request_, bob)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with refused_by(rule):
        run("SET LOCAL session_replication_role = replica")
        run(attack)


@pytest.mark.sqlite
def test_insert_or_replace_replaces_neither_a_request_nor_its_history(request_: CreditRequest, bob: User):
    vote(request_, bob)
    line = CreditRequestEvent.objects.values().order_by("pk")[0] | {"created_at": moment(NOW)}
    cast = CreditRequestVote.objects.values().get() | {"created_at": moment(NOW)}

    with refused_by("credits_creditrequest_no_delete"):
        insert("credits_creditrequest", verb="INSERT OR REPLACE", **copy_of(request_, id=request_.pk))
    with refused_by("credits_creditrequestevent_immutable"):
        insert("credits_creditrequestevent", verb="INSERT OR REPLACE", **line)
    with refused_by("credits_creditrequestvote_immutable"):
        insert("credits_creditrequestvote", verb="INSERT OR REPLACE", **cast)
