"""The rules of cards in the database itself: raw SQL that goes round the Python is refused under the rule's name."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from giftcards.models import CardEvent, EventKind
from giftcards.models.codes import new_code, seal_code
from giftcards.operations import NewCard, block_card, void_card
from ledger.models import AccountKind, TransactionType
from ledger.models.identifiers import new_uuid7
from ledger.operations import Why
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, timeline
from tests.ledger.attacks import insert, moment, post_by_hand, refused_by, run
from tests.scenarios import NOW, STAFF, given_account, given_credit, nothing_moves

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> NewCard:
    card = given_card()
    given_redemption("5.00 GBP", card=card)
    return card


def event_row(card: NewCard, **spoilt: Any) -> dict[str, Any]:
    """A line without an entry, as an operation writes it after the card's last one."""
    last = CardEvent.objects.filter(card_id=card.id).order_by("-id").first()
    return {
        "public_id": new_uuid7(),
        "card_id": card.id,
        "kind": "ASSIGNED",
        "transaction_id": None,
        "amount_minor": 0,
        "balance_after_minor": last.balance_after_minor if last else 0,
        "sold_after_minor": last.sold_after_minor if last else 0,
        "redeemed_after_minor": last.redeemed_after_minor if last else 0,
        "state_after": "ACTIVE",
        "reason_id": None,
        "note": "",
        "reference": "",
        "actor_kind": "STAFF",
        "actor_id": "7",
        "actor_label": "alice",
        "door": "admin",
        "request_id": "",
        "details": "{}",
        "created_at": moment(NOW),
    } | spoilt


def telling(card: NewCard, **spoilt: Any) -> dict[str, Any]:
    """What a line says that tells what the card is."""
    row = row_of(card)
    return {
        "tells_card": True,
        "state_after": row.state,
        "valid_from": moment(row.valid_from),
        "expires_on": connection.ops.adapt_datefield_value(row.expires_on),
        "time_zone": row.time_zone,
        "expires_at": moment(row.expires_at),
        "lives_again": row.lives_again,
        "must_redeem_whole": row.must_redeem_whole,
        "reloadable": row.reloadable,
        "customer_id": row.customer_id,
        "customer_only": row.customer_only,
        "recipient_name": row.recipient_name,
        "recipient_email": row.recipient_email,
        "replaced_by_id": row.replaced_by_id,
    } | spoilt


def card_row(account_id: int, **spoilt: Any) -> dict[str, Any]:
    """A card as it is made."""
    code = seal_code(new_code())
    return {
        "id": new_uuid7(),
        "account_id": account_id,
        "code_digest": code.digest,
        "code_cipher": code.cipher,
        "code_key": code.key,
        "last_four": code.last_four,
        "state": "ACTIVE",
        "valid_from": None,
        "expires_on": None,
        "time_zone": "UTC",
        "expires_at": None,
        "must_redeem_whole": False,
        "reloadable": True,
        "customer_id": None,
        "customer_only": False,
        "recipient_name": "",
        "recipient_email": "",
        "batch_id": None,
        "batch_place": None,
        "starting_minor": 0,
        "sale_id": "",
        "user_label": "",
        "replaced_by_id": None,
        "test_mode": False,
        "created_at": moment(NOW),
    } | spoilt


def test_the_rows_by_hand_pass_when_nothing_is_spoilt(card: NewCard):
    insert("giftcards_cardevent", **event_row(card))
    insert("giftcards_giftcard", **card_row(given_account(kind=AccountKind.GIFT_CARD).pk))
    post_by_hand(account_of(card), 500)

    assert timeline(card)[2:] == [("ASSIGNED", "0.00", "20.00", "ACTIVE"), ("ISSUE", "5.00", "25.00", "ACTIVE")]


# The history stays


@pytest.mark.parametrize("change", ["amount_minor = 1", "note = 'never mind'", "card_id = card_id", "kind = 'LOAD'"])
def test_an_event_is_never_updated(card: NewCard, change: str):
    with refused_by("giftcards_cardevent_immutable"):
        run(f"UPDATE giftcards_cardevent SET {change}")


def test_an_event_is_never_deleted(card: NewCard):
    with refused_by("giftcards_cardevent_immutable"):
        run("DELETE FROM giftcards_cardevent")


def test_a_card_is_never_deleted(card: NewCard):
    with refused_by("giftcards_giftcard_no_delete"):
        run("DELETE FROM giftcards_giftcard")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["giftcards_cardevent", "giftcards_giftcard", "giftcards_cardbatch"])
def test_nothing_is_truncated(card: NewCard, table: str):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with nothing_moves(), pytest.raises(DatabaseError, match="_no_truncate"), transaction.atomic():
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("attack", "rule"),
    [
        ("UPDATE giftcards_cardevent SET note = 'x'", "giftcards_cardevent_immutable"),
        ("DELETE FROM giftcards_giftcard", "giftcards_giftcard_no_delete"),
        ("UPDATE giftcards_giftcard SET last_four = 'XXXX'", "giftcards_giftcard_identity"),
    ],
)
def test_the_role_of_a_replica_switches_nothing_off(card: NewCard, attack: str, rule: str):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with refused_by(rule):
        run("SET LOCAL session_replication_role = replica")
        run(attack)


@pytest.mark.sqlite
def test_insert_or_replace_replaces_neither_a_card_nor_an_event(card: NewCard):
    event = CardEvent.objects.filter(card_id=card.id).order_by("-id")[0]

    with refused_by("giftcards_giftcard_no_delete"):
        empty = given_account(kind=AccountKind.GIFT_CARD).pk
        insert("giftcards_giftcard", verb="INSERT OR REPLACE", **card_row(empty, id=card.id))
    with refused_by("giftcards_cardevent_immutable"):
        insert("giftcards_cardevent", verb="INSERT OR REPLACE", **event_row(card, id=event.pk))


# The chain


@pytest.mark.parametrize(
    "spoilt",
    [
        {"balance_after_minor": 2001},
        {"amount_minor": 500, "balance_after_minor": 2500},
        {"sold_after_minor": 2501},
        {"redeemed_after_minor": 0},
    ],
)
def test_a_line_without_an_entry_moves_nothing_and_carries_the_totals_on(card: NewCard, spoilt: dict[str, int]):
    with refused_by("giftcards_cardevent_chain"):
        insert("giftcards_cardevent", **event_row(card, **spoilt))


def test_a_line_with_an_entry_says_what_the_entry_says(card: NewCard):
    other = given_card()
    entry = CardEvent.objects.get(card_id=other.id).transaction_id
    redeemed = CardEvent.objects.filter(card_id=card.id, kind="REDEEM").values_list("transaction_id", flat=True)[0]

    for spoilt in (
        {"transaction_id": entry, "kind": "ISSUE", "amount_minor": 2500, "balance_after_minor": 4500},
        {"transaction_id": redeemed, "kind": "LOAD", "amount_minor": -500, "balance_after_minor": 1500},
        {"transaction_id": redeemed, "kind": "REDEEM", "amount_minor": -500, "balance_after_minor": 1500},
        {"transaction_id": new_uuid7(), "kind": "ISSUE", "amount_minor": 500, "balance_after_minor": 2500},
    ):
        with refused_by("giftcards_cardevent_chain"):
            insert("giftcards_cardevent", **event_row(card, **spoilt))


def test_every_entry_of_a_cards_account_becomes_a_line_of_its_history_whoever_writes_it(card: NewCard):
    entry = post_by_hand(account_of(card), 500, type="LOAD")

    event = CardEvent.objects.get(public_id=entry)
    assert (event.kind, event.amount_minor, event.balance_after_minor) == ("LOAD", 500, 2500)
    assert (event.sold_after_minor, event.redeemed_after_minor) == (3000, 500)


def test_an_entry_of_store_credit_is_no_line_of_any_card(card: NewCard):
    given_credit("10.00 GBP")

    assert CardEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"kind": "GUESSED"}, "giftcards_cardevent_kind_known"),
        ({"actor_label": ""}, "giftcards_cardevent_says_who_and_how"),
        ({"door": ""}, "giftcards_cardevent_says_who_and_how"),
        ({"actor_kind": "CAT"}, "giftcards_cardevent_says_who_and_how"),
        *(
            ({"kind": kind}, "giftcards_cardevent_state_change_says_why")
            for kind in ("BLOCKED", "VOIDED", "REPLACED", "REVEALED")
        ),
    ],
)
def test_a_line_makes_sense_in_itself(card: NewCard, spoilt: dict[str, str], rule: str):
    with refused_by(rule):
        insert("giftcards_cardevent", **event_row(card, **spoilt))


def test_an_event_is_known_by_one_public_id(card: NewCard):
    taken = CardEvent.objects.filter(card_id=card.id)[0].public_id

    with refused_by("giftcards_cardevent_public_id_unique"):
        insert("giftcards_cardevent", **event_row(card, public_id=taken))


# What a card is


@pytest.mark.parametrize(
    "change",
    [
        "id = '00000000000070008000000000000000'",
        "test_mode = NOT test_mode",
        "last_four = 'XXXX'",
        "code_digest = 'another code'",
        "account_id = (SELECT MAX(id) FROM ledger_account)",
        "batch_id = (SELECT MAX(id) FROM giftcards_cardbatch)",
        "starting_minor = 1",
        "sale_id = 'another'",
        "user_label = 'another'",
        "metadata = '{}'",
    ],
)
def test_what_a_card_is_does_not_change(card: NewCard, change: str):
    CardBatchFactory.create()
    given_account(kind=AccountKind.GIFT_CARD)

    with refused_by("giftcards_giftcard_identity"):
        run(f"UPDATE giftcards_giftcard SET {change}")


@pytest.mark.parametrize("state", ["ACTIVE", "BLOCKED", "EXPIRED", "PENDING"])
def test_voided_is_final(state: str):
    card = given_card()
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))

    with refused_by("giftcards_giftcard_identity"):
        run("UPDATE giftcards_giftcard SET state = %s", state)


@pytest.mark.parametrize(
    "account",
    [
        lambda: given_account().pk,
        lambda: given_account(kind=AccountKind.GIFT_CARD, test_mode=True).pk,
        lambda: given_credit("5.00 GBP", to=given_account(kind=AccountKind.GIFT_CARD)).pk,
    ],
    ids=["of store credit", "of the other mode", "with a history"],
)
def test_a_card_begins_on_an_empty_gift_card_account_of_its_mode(account: Callable[[], int]):
    account_id = account()

    with refused_by("giftcards_giftcard_begins"):
        insert("giftcards_giftcard", **card_row(account_id))


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"state": "LOST"}, "giftcards_giftcard_state_known"),
        ({"customer_only": True}, "giftcards_giftcard_restricted_has_customer"),
        ({"expires_on": "2026-06-30"}, "giftcards_giftcard_expiry_whole"),
        ({"expires_at": moment(NOW)}, "giftcards_giftcard_expiry_whole"),
    ],
)
def test_a_card_makes_sense_in_itself(spoilt: dict[str, Any], rule: str):
    account_id = given_account(kind=AccountKind.GIFT_CARD).pk

    with refused_by(rule):
        insert("giftcards_giftcard", **card_row(account_id, **spoilt))


def test_a_code_and_a_place_in_a_batch_belong_to_one_card(card: NewCard):
    batch = CardBatchFactory.create(size=3)
    first, second = (given_account(kind=AccountKind.GIFT_CARD).pk for _ in range(2))
    insert("giftcards_giftcard", **card_row(first, batch_id=batch.pk, batch_place=1))

    with refused_by("giftcards_giftcard_code_unique"):
        insert("giftcards_giftcard", **card_row(second, code_digest=row_of(card).code_digest))
    with refused_by("giftcards_giftcard_one_per_batch_place"):
        insert("giftcards_giftcard", **card_row(second, batch_id=batch.pk, batch_place=1))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("amount = 0", "giftcards_cardbatch_amount_positive"),
        ("size = 0", "giftcards_cardbatch_size_in_range"),
        ("size = 100001", "giftcards_cardbatch_size_in_range"),
        ("made = 4", "giftcards_cardbatch_made_within_size"),
    ],
)
def test_a_batch_makes_sense_in_itself(change: str, rule: str):
    CardBatchFactory.create(size=3)

    with refused_by(rule):
        run(f"UPDATE giftcards_cardbatch SET {change}")


def test_the_account_of_a_blocked_card_moves_only_by_staff_whatever_the_card_says(card: NewCard):
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    insert("giftcards_cardevent", **event_row(card, **telling(card, state_after="ACTIVE")))
    assert row_of(card).state == "ACTIVE"

    with refused_by("ledger_account_status_forbids"):
        post_by_hand(account_of(card), 500)


def test_the_kinds_of_entries_are_kinds_of_events():
    assert set(TransactionType.values) <= set(EventKind.values)
