"""What was read before the lock is not trusted: somebody comes in between, at the line where it would hurt most."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from giftcards.errors import CardNotUsable, RestrictedToCustomer
from giftcards.operations import (
    NewCard,
    assign_card,
    block_card,
    expire_cards,
    extend_card,
    move_card_to_store_credit,
    redeem_card,
    refund_redemption,
    reload_card,
    replace_card,
    reverse_card_transaction,
    unblock_card,
    void_card,
)
from giftcards.queries import list_findings as list_card_findings
from ledger.errors import CustomerNotActive
from ledger.models import Account
from ledger.operations import Why, issue_credit, update_customer
from ledger.queries import list_findings
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, seen, timeline, totals
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    given_account,
    given_customer,
    money,
    refused,
    wallet_of,
)

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

LAST_DAY, NEXT_YEAR = date(2026, 5, 10), date(2027, 6, 30)
MIDNIGHT = datetime(2026, 5, 11, tzinfo=UTC)
JUST_BEFORE, JUST_AFTER = MIDNIGHT - timedelta(seconds=0.1), MIDNIGHT + timedelta(seconds=0.1)
LOCK = "giftcards.operations.{}"

Meanwhile = Callable[[str, Callable[[], Any]], None]


@pytest.fixture(autouse=True)
def _the_books_are_clean() -> Iterator[None]:
    yield
    assert [*list_findings(), *list_card_findings()] == []


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have somebody else do something, on a connection of their own, just before a function is entered, once."""

    def come_between(name: str, act: Callable[[], Any]) -> None:
        module, _, function = name.rpartition(".")
        original = getattr(__import__(module, fromlist=[function]), function)
        waiting = [act]

        def entered(*args: Any, **kwargs: Any) -> Any:
            if waiting:
                _elsewhere(waiting.pop())
            return original(*args, **kwargs)

        monkeypatch.setattr(name, entered)

    return come_between


def _elsewhere(act: Callable[[], Any]) -> None:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(run).result(timeout=30)


def given_card_of_100(**more: Any) -> NewCard:
    return given_card("100.00 GBP", expires_on=LAST_DAY, time_zone="UTC", **more)


def sweep() -> None:
    expire_cards(actor=SYSTEM, now=JUST_AFTER)


def test_a_reload_with_a_new_day_that_meets_the_sweep_at_midnight_is_refused_whole(meanwhile):
    card = given_card_of_100()
    as_read = seen(card, now=JUST_BEFORE)
    meanwhile("giftcards.operations.using.lock_card", sweep)

    with pytest.raises(CardNotUsable) as caught:
        reload_card(card=as_read, amount=money("100.00 GBP"), expires_on=NEXT_YEAR, actor=API, now=JUST_BEFORE)

    assert caught.value.state == "Expired"
    assert (row_of(card).state, row_of(card).expires_on, totals(card)[2]) == ("EXPIRED", LAST_DAY, "0.00")


def test_a_reload_with_a_new_day_that_comes_before_the_sweep_keeps_the_card_alive_as_a_whole(meanwhile):
    card = given_card_of_100()
    as_read = seen(card, now=JUST_BEFORE)

    def reload() -> None:
        reload_card(card=as_read, amount=money("100.00 GBP"), expires_on=NEXT_YEAR, actor=API, now=JUST_BEFORE)

    meanwhile("giftcards.operations.expiry.lock_account_rows", reload)

    assert expire_cards(actor=SYSTEM, now=JUST_AFTER)[1].lots == 0
    assert (row_of(card).state, totals(card, now=JUST_AFTER)[3]) == ("ACTIVE", "200.00")


USES: dict[str, tuple[str, Callable[[NewCard, Any], Any]]] = {
    "redeemed": (
        "using.lock_card_for_use",
        lambda card, read: redeem_card(card=read, amount=money("1.00 GBP"), actor=API, now=JUST_BEFORE),
    ),
    "reloaded": (
        "using.lock_card_for_use",
        lambda card, read: reload_card(card=read, amount=money("1.00 GBP"), actor=API, now=JUST_BEFORE),
    ),
    "extended": (
        "states.lock_card",
        lambda card, read: extend_card(card_id=card.id, expires_on=NEXT_YEAR, actor=STAFF, now=JUST_BEFORE),
    ),
    "replaced": (
        "states.lock_card",
        lambda card, read: replace_card(card_id=card.id, actor=STAFF, now=JUST_BEFORE, why=Why(note="lost")),
    ),
    "moved": (
        "states.lock_card_and",
        lambda card, read: move_card_to_store_credit(
            card_id=card.id, actor=STAFF, now=JUST_BEFORE, why=Why(note="asked for")
        ),
    ),
}


@pytest.mark.parametrize("use", list(USES))
def test_a_use_that_was_decided_before_the_sweep_is_refused_after_it(meanwhile, use: str):
    card = given_card_of_100(customer_id=given_customer().pk)
    as_read = seen(card, now=JUST_BEFORE)
    line, act = USES[use]
    meanwhile(LOCK.format(line), sweep)

    with pytest.raises(CardNotUsable) as caught:
        act(card, as_read)

    assert (caught.value.state, caught.value.verb) == ("Expired", use)
    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", "EXPIRED", "EXPIRE"]


def test_an_assignment_that_was_decided_before_the_void_is_refused_after_it(meanwhile):
    card, owner = given_card_of_100(), given_customer()
    meanwhile(
        LOCK.format("states.lock_card"),
        partial(void_card, card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong")),
    )

    with pytest.raises(CardNotUsable):
        assign_card(card_id=card.id, customer_id=owner.pk, actor=STAFF, now=NOW)

    assert (row_of(card).state, row_of(card).customer_id) == ("VOIDED", None)


@pytest.mark.parametrize("way", ["refund", "reversal"])
def test_what_comes_back_while_the_card_is_swept_gives_it_its_second_life(meanwhile, way: str):
    card = given_card_of_100()
    entry = given_redemption("60.00 GBP", card=card)
    as_read = seen(card, now=JUST_BEFORE)
    common: dict[str, Any] = {
        "transaction_id": entry.id,
        "actor": STAFF,
        "now": JUST_AFTER,
        "why": Why(note="came back"),
    }
    if way == "refund":
        meanwhile(LOCK.format("locks.lock_account_rows"), sweep)
        refund_redemption(amount=money("60.00 GBP"), **common)
    else:
        meanwhile(LOCK.format("undoing.lock_card"), sweep)
        reverse_card_transaction(card=as_read, **common)

    assert (row_of(card).state, row_of(card).expires_on) == ("ACTIVE", date(2026, 6, 10))
    assert totals(card, now=JUST_AFTER)[2:] == ("60.00", "60.00")


def test_a_refund_follows_a_card_that_was_replaced_before_it_was_locked(meanwhile):
    card = given_card_of_100()
    entry = given_redemption("60.00 GBP", card=card)
    heirs: list[NewCard] = []
    meanwhile(
        LOCK.format("locks.lock_account_rows"),
        lambda: heirs.append(replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))),
    )

    refund_redemption(transaction_id=entry.id, amount=money("60.00 GBP"), actor=API, now=NOW)

    assert (balance_of(account_of(card)), totals(heirs[0])[2:]) == ("0.00", ("100.00", "100.00"))


def test_nobody_spends_a_card_that_became_anothers_alone_before_it_was_locked(meanwhile):
    card, owner = given_card_of_100(), given_customer()
    as_read = seen(card)
    meanwhile(
        LOCK.format("using.lock_card_for_use"),
        partial(assign_card, card_id=card.id, customer_id=owner.pk, customer_only=True, actor=STAFF, now=NOW),
    )

    with pytest.raises(RestrictedToCustomer):
        redeem_card(card=as_read, amount=money("1.00 GBP"), actor=API, now=NOW)

    assert totals(card)[2] == "100.00"


def test_a_card_that_was_unblocked_before_it_was_locked_can_be_spent(meanwhile):
    card = given_card_of_100()
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    as_read = seen(card)
    meanwhile(
        LOCK.format("using.lock_card_for_use"),
        partial(unblock_card, card_id=card.id, actor=STAFF, now=NOW, why=Why(note="found")),
    )

    redeem_card(card=as_read, amount=money("1.00 GBP"), actor=API, now=NOW)

    assert totals(card)[2] == "99.00"


@pytest.mark.parametrize("status", ["banned", "archived"])
@pytest.mark.parametrize("has_account", [True, False], ids=["with an account", "without one"])
def test_a_customer_who_was_sent_away_after_the_wallet_was_read_is_given_nothing(
    meanwhile, status: str, has_account: bool
):
    customer = given_customer()
    if has_account:
        given_account("GBP", customer=customer)
    wallet = wallet_of(customer)
    meanwhile(
        "ledger.operations.credit.post",
        partial(update_customer, customer_id=customer.pk, changes={"status": status}, now=NOW),
    )

    with pytest.raises(CustomerNotActive) as caught:
        issue_credit(wallet=wallet, amount=money("5.00 GBP"), actor=API, now=NOW)

    assert caught.value.status == status
    assert Account.objects.filter(customer=customer).count() == has_account
    assert not Account.objects.filter(customer=customer, sequence__gt=0).exists()


def test_credit_for_a_customer_who_is_being_banned_waits_and_is_refused():
    customer = given_customer()
    given_account("GBP", customer=customer)
    wallet = wallet_of(customer)
    begun = threading.Event()

    def issue() -> Exception | None:
        begun.set()
        try:
            issue_credit(wallet=wallet, amount=money("5.00 GBP"), actor=API, now=NOW)
        except CustomerNotActive as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            update_customer(customer_id=customer.pk, changes={"status": "banned"}, now=NOW)
            waiting = pool.submit(issue)
            begun.wait(timeout=10)
            time.sleep(0.2)
            assert not waiting.done()
        refusal = waiting.result(timeout=30)

    assert isinstance(refusal, CustomerNotActive)


def test_credit_for_a_banned_customer_is_refused_by_the_wallet_that_was_read():
    customer = given_customer(status="banned")

    with refused(CustomerNotActive):
        issue_credit(wallet=wallet_of(customer), amount=money("5.00 GBP"), actor=API, now=NOW)
