"""A code on its way: claimed by one, tried again when the mail server fails, given up at last, told in the history."""

from datetime import timedelta

import pytest

from giftcards.errors import (
    AddressNotKept,
    AddressUnfit,
    CardNotUsable,
    DeliveryUnderWay,
    RecipientChangedBySender,
)
from giftcards.models import CardEvent, CardState, CodeDelivery, GiftCard
from giftcards.operations import (
    MOST_ATTEMPTS,
    Letter,
    block_card,
    change_recipient,
    claim_delivery,
    queue_delivery,
    settle_delivery,
)
from giftcards.queries import list_due_deliveries
from ledger.errors import ReasonMissing
from ledger.operations import Actor, ActorKind, Why
from tests.factories.giftcards import CodeDeliveryFactory
from tests.giftcards.cards import given_card, given_card_in, row_of
from tests.scenarios import NOW, STAFF, SYSTEM, nothing_moves, refused

pytestmark = pytest.mark.django_db

WHY = Why(note="Bought as a present")
CAROL = Actor(kind=ActorKind.STAFF, id="77", label="carol", door="admin")


def queued(card, address="ada@example.com", *, by=STAFF, may_reveal=False, why=WHY, now=NOW):
    return queue_delivery(
        card_id=card.id, address=address, language="en", actor=by, now=now, may_reveal=may_reveal, why=why
    )


def claimed(delivery, *, now=NOW) -> Letter:
    """What it says, for who asks first."""
    letter = claim_delivery(delivery_id=delivery.pk, actor=SYSTEM, now=now)
    assert letter is not None
    return letter


def told_of(card):
    """The lines of a card's history about its code: what, to whom, why."""
    events = CardEvent.objects.filter(card_id=card.id, kind__in=["RECIPIENT", "SENDING", "SENT", "UNSENT"])
    return [(event.kind, event.details["to"], event.note) for event in events.order_by("id")]


def given_recipient(email="ada@example.com", **fields):
    return given_card(recipient_email=email, **fields)


def test_it_is_claimed_by_one_and_told_when_it_was_asked_for_and_when_it_went():
    card = given_recipient()
    delivery = queued(card)

    letter = claimed(delivery)
    other = claim_delivery(delivery_id=delivery.pk, actor=SYSTEM, now=NOW)
    settle_delivery(delivery_id=delivery.pk, attempt=letter.attempt, actor=SYSTEM, now=NOW)

    assert (letter.code, letter.address, str(letter.value.amount), letter.attempt) == (
        card.code,
        "ada@example.com",
        "25.00",
        1,
    )
    assert card.code not in repr(letter)
    assert other is None
    delivery.refresh_from_db()
    assert (delivery.state, delivery.ended_at, delivery.failure) == ("SENT", NOW, "")
    assert told_of(card) == [
        ("SENDING", "ada@example.com", "Bought as a present"),
        ("SENT", "ada@example.com", ""),
    ]
    assert not any(card.code in repr(event) for event in CardEvent.objects.filter(card_id=card.id).values())


def test_what_was_cut_off_before_it_was_settled_is_due_again():
    delivery = CodeDeliveryFactory.create()
    claim_delivery(delivery_id=delivery.pk, actor=SYSTEM, now=NOW)

    assert list_due_deliveries(now=NOW + timedelta(minutes=4), at_most=10) == []
    assert list_due_deliveries(now=NOW + timedelta(minutes=5), at_most=10) == [delivery.pk]
    assert claimed(delivery, now=NOW + timedelta(minutes=5)).attempt == 2


def test_a_mail_server_that_fails_is_asked_again_ever_later_and_given_up_at_last():
    card = given_recipient()
    delivery, now, waits = queued(card), NOW, []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claimed(delivery, now=now).attempt == attempt
        settle_delivery(
            delivery_id=delivery.pk, attempt=attempt, actor=SYSTEM, now=now, failure="ConnectionRefusedError"
        )
        delivery.refresh_from_db()
        waits.append(int((delivery.due_at - now).total_seconds() / 60))
        now = delivery.due_at

    assert waits[:-1] == [5, 15, 60, 240, 720]
    assert (delivery.state, delivery.failure) == ("FAILED", "ConnectionRefusedError")
    assert told_of(card)[1:] == [("UNSENT", "ada@example.com", "ConnectionRefusedError")]
    assert queued(card).pk != delivery.pk


def test_a_card_that_was_blocked_meanwhile_is_not_sent():
    card = given_recipient()
    delivery = queued(card)
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="Stolen"))

    letter = claim_delivery(delivery_id=delivery.pk, actor=SYSTEM, now=NOW)

    assert letter is None
    assert told_of(card)[1:] == [
        ("UNSENT", "ada@example.com", f"Card {row_of(card).masked_code} is blocked and cannot be sent.")
    ]


@pytest.mark.parametrize("state", [CardState.BLOCKED, CardState.VOIDED, CardState.EXPIRED])
def test_a_card_that_cannot_be_used_is_not_sent(state):
    card = given_card_in(state)

    with nothing_moves(), refused(CardNotUsable):
        queued(card, may_reveal=True)

    assert not CodeDelivery.objects.exists()


def test_one_mail_at_a_time_is_under_way_and_no_recipient_is_changed_meanwhile():
    card = given_recipient()
    queued(card)

    with nothing_moves(), refused(DeliveryUnderWay):
        queued(card)
    with nothing_moves(), refused(DeliveryUnderWay):
        change_recipient(card_id=card.id, name="", email="bob@example.com", actor=STAFF, now=NOW, why=WHY)


def test_whoever_may_not_see_codes_sends_them_to_the_recipient_alone():
    card, nobodys = given_recipient(), given_card()

    with nothing_moves(), refused(AddressNotKept):
        queued(card, "me@example.com")
    with nothing_moves(), refused(AddressUnfit):
        queued(nobodys, "")

    queued(card, "me@example.com", may_reveal=True)
    assert told_of(card) == [("SENDING", "me@example.com", "Bought as a present")]


def test_whoever_changed_the_recipient_does_not_send_to_them_but_somebody_else_does():
    card = given_recipient()
    change_recipient(card_id=card.id, name="Me", email="me@example.com", actor=CAROL, now=NOW, why=WHY)

    with nothing_moves(), refused(RecipientChangedBySender):
        queued(card, "me@example.com", by=CAROL)

    queued(card, "me@example.com", by=STAFF)
    assert told_of(card) == [
        ("RECIPIENT", "me@example.com", "Bought as a present"),
        ("SENDING", "me@example.com", "Bought as a present"),
    ]
    assert CardEvent.objects.get(card_id=card.id, kind="RECIPIENT").details["from"] == "ada@example.com"


def test_a_card_that_is_for_nobody_any_more_is_found_by_nobodys_name():
    card = given_recipient(recipient_name="Ada Byron")

    change_recipient(card_id=card.id, name="", email="", actor=STAFF, now=NOW, why=WHY)

    kept = GiftCard.objects.get(pk=card.id)
    assert (kept.recipient_name, kept.recipient_email, kept.folded) == ("", "", "")


def test_a_new_recipient_is_found_by_their_name_and_the_former_is_not():
    card = given_recipient(recipient_name="Ada Byron")

    change_recipient(card_id=card.id, name="Grace Hopper", email="grace@example.com", actor=STAFF, now=NOW, why=WHY)

    assert list(GiftCard.objects.matching("hopper").values_list("pk", flat=True)) == [card.id]
    assert not GiftCard.objects.matching("byron").exists()


@pytest.mark.parametrize("address", ["ada", "ada@", "ada@example.com\nBcc: me@example.com"])
def test_what_is_no_address_is_refused(address):
    card = given_recipient()

    with nothing_moves(), refused(AddressUnfit):
        queued(card, address, may_reveal=True)
    with nothing_moves(), refused(AddressUnfit):
        change_recipient(card_id=card.id, name="", email=address, actor=STAFF, now=NOW, why=WHY)


def test_it_is_said_why():
    card = given_recipient()

    with nothing_moves(), refused(ReasonMissing):
        queued(card, why=Why())
