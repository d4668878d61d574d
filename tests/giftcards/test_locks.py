"""What waits for a card's lock decides by the card as it is then, not as it was when the waiting began."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction

from giftcards.errors import CardNotFound, CardNotUsable, ExpiryNotLater
from giftcards.operations import block_card, extend_card, reload_card, void_card
from giftcards.operations.locks import lock_card
from ledger.operations import Why, new_uuid7
from tests.giftcards.cards import given_card, row_of, seen, timeline
from tests.scenarios import NOW, STAFF, money

LATE, LATER = date(2030, 12, 31), date(2031, 12, 31)


def extend(card, day):
    return partial(extend_card, card_id=card.id, expires_on=day, actor=STAFF, now=NOW)


def reload(card, day):
    return partial(reload_card, card=seen(card), amount=money("5.00 GBP"), expires_on=day, actor=STAFF, now=NOW)


def refusal_of(job, *, begun):
    """What a job in another thread is refused with."""
    try:
        begun.set()
        job()
    except Exception as error:
        return error
    finally:
        connection.close()
    return None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [extend, reload])
def test_an_earlier_day_is_refused_that_waited_for_a_later_one(change):
    card = given_card("25.00 GBP")
    second, begun = change(card, LATE), threading.Event()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            extend(card, LATER)()
            waiting = pool.submit(refusal_of, second, begun=begun)
            begun.wait(timeout=10)
            time.sleep(0.2)
            assert not waiting.done()
        refused = waiting.result(timeout=30)

    assert isinstance(refused, ExpiryNotLater)
    assert row_of(card).expires_on == LATER
    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", "EXTENDED"]


@pytest.mark.django_db(transaction=True)
def test_a_card_is_not_blocked_that_was_voided_while_the_block_waited():
    card, begun = given_card("25.00 GBP"), threading.Event()
    block = partial(block_card, card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))
            waiting = pool.submit(refusal_of, block, begun=begun)
            begun.wait(timeout=10)
            time.sleep(0.2)
            assert not waiting.done()
        refused = waiting.result(timeout=30)

    assert isinstance(refused, CardNotUsable)
    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", "VOID"]


def test_a_card_that_is_not_there_is_not_found(db):
    with pytest.raises(CardNotFound):
        lock_card(card_id=new_uuid7())
