"""Whatever comes at once, the books end as if one had come after the other."""

import multiprocessing
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from ledger.errors import (
    AlreadyReversed,
    CreditAlreadySpent,
    HoldNotOpen,
    InsufficientCredit,
    MovementKeyUsed,
    NotReversible,
    RefundExceedsSpend,
)
from ledger.models import Account, Customer, Hold, Transaction
from ledger.money import from_minor
from ledger.operations import (
    AccountKind,
    TransactionType,
    Why,
    add_credit,
    adjust_credit,
    capture_hold,
    corrections,
    create_customer,
    expire_credit,
    extend_hold,
    issue_credit,
    open_account,
    place_hold,
    refund_spend,
    release_hold,
    release_timed_out_holds,
    reverse_transaction,
    spend_credit,
    transfer_credit,
)
from ledger.queries import list_findings
from ledger.queries.undoing import find_other_side
from tests.ledger.attacks import broken_rule, post_by_hand
from tests.races.together import together
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    days,
    entries_of,
    given_account,
    given_credit,
    given_customer,
    given_hold,
    given_spend,
    given_transfer,
    held_in,
    history_of,
    money,
    spendable_in,
    wallet_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _the_books_are_clean() -> Iterator[None]:
    yield
    assert list(list_findings()) == []


def spend(account: Account, amount: str = "10.00 GBP", **more: Any) -> Transaction:
    return spend_credit(account_id=account.pk, amount=money(amount), actor=API, now=NOW, **more)


def test_fifty_spend_ten_of_a_hundred_and_ten_succeed():
    account = given_credit("100.00 GBP")

    outcomes = together(*[partial(spend, account)] * 50)

    assert (len(outcomes.done), outcomes.count(InsufficientCredit)) == (10, 40)
    assert history_of(account) == [("ISSUE", "100.00"), *[("REDEEM", "-10.00")] * 10]
    assert balance_of(account) == "0.00"


def test_they_do_so_from_several_lots_too():
    account = given_account()
    for day in range(25):
        given_credit("4.00 GBP", to=account, expires_at=days(1 + day % 5))

    outcomes = together(*[partial(spend, account)] * 30)

    assert (len(outcomes.done), outcomes.count(InsufficientCredit)) == (10, 20)
    assert balance_of(account) == "0.00"


def test_four_processes_spend_what_there_is_and_no_more():
    account = given_credit("100.00 GBP")
    fork = multiprocessing.get_context("fork")
    mark, results = fork.Barrier(4), fork.Queue()
    connections.close_all()

    processes = [fork.Process(target=_spend_in_a_process, args=(account, 12, mark, results)) for _ in range(4)]
    for process in processes:
        process.start()
    counts = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(timeout=60)

    assert all(isinstance(count, tuple) for count in counts), counts
    assert [sum(column) for column in zip(*counts, strict=True)] == [10, 38]
    assert history_of(account) == [("ISSUE", "100.00"), *[("REDEEM", "-10.00")] * 10]


def test_one_movement_key_moves_money_once_on_whichever_account():
    accounts = [given_credit("100.00 GBP") for _ in range(4)]

    outcomes = together(*[partial(spend, account, why=Why(key="order-1")) for account in accounts * 5])

    assert (len(outcomes.done), outcomes.count(MovementKeyUsed)) == (1, 19)
    assert sorted(balance_of(account) for account in accounts) == ["100.00", "100.00", "100.00", "90.00"]


def test_one_key_of_an_issue_gives_credit_once():
    customer = given_customer()
    wallet = wallet_of(customer)
    issue = partial(issue_credit, wallet=wallet, amount=money("5.00 GBP"), actor=API, now=NOW, why=Why(key="issue-1"))

    outcomes = together(*[issue] * 12)

    assert (len(outcomes.done), outcomes.count(MovementKeyUsed)) == (1, 11)
    assert balance_of(Account.objects.get()) == "5.00"


def test_first_credits_at_once_open_one_account():
    customer = given_customer()
    wallet = wallet_of(customer)

    outcomes = together(*[partial(issue_credit, wallet=wallet, amount=money("5.00 GBP"), actor=API, now=NOW)] * 10)

    assert len(outcomes.done) == 10
    assert balance_of(Account.objects.get()) == "50.00"


def test_ten_that_open_an_account_open_the_same():
    customer = given_customer()
    open_it = partial(open_account, kind=AccountKind.STORE_CREDIT, currency="GBP", now=NOW, customer_id=customer.pk)

    outcomes = together(*[open_it] * 10)

    assert set(outcomes.done) == {Account.objects.get().pk}


def test_new_customers_never_draw_one_number():
    given_customer(number="CUST-000004")

    outcomes = together(*[partial(create_customer, now=NOW)] * 10)

    assert len(outcomes.done) == 10
    assert len(set(Customer.objects.values_list("number", flat=True))) == 11


@pytest.mark.parametrize("seed", [1, 2])
def test_credits_debits_and_reversals_at_random_leave_clean_books(seed: int):
    accounts = [given_credit("50.00 GBP") for _ in range(5)]

    outcomes = together(*[partial(_do_anything, random.Random(f"{seed}:{thread}"), accounts) for thread in range(8)])

    assert len(outcomes.done) == 8
    assert Transaction.objects.count() == 5 + sum(outcomes.done)
    for account in accounts:
        entries = entries_of(account)
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        assert (
            balance_of(account)
            == spendable_in(account)
            == str(from_minor(sum(entry.amount_minor for entry in entries), "GBP").amount)
        )


def test_transfers_in_opposite_directions_never_wait_for_each_other_for_ever():
    one, other = given_credit("100.00 GBP"), given_credit("100.00 GBP")

    def move(source: Account, target: Account) -> None:
        for _ in range(10):
            transfer_credit(source_id=source.pk, target_id=target.pk, amount=money("1.00 GBP"), actor=STAFF, now=NOW)

    outcomes = together(*[partial(move, one, other), partial(move, other, one)] * 3)

    assert len(outcomes.done) == 6
    assert (balance_of(one), balance_of(other)) == ("100.00", "100.00")


def test_a_hold_ends_once_whatever_races():
    account = given_credit("100.00 GBP")
    holds = [given_hold("10.00 GBP", account=account, expires_at=days(0.4)) for _ in range(6)]

    for hold in holds:
        outcomes = together(
            partial(capture_hold, hold_id=hold.pk, actor=API, now=NOW),
            partial(capture_hold, hold_id=hold.pk, actor=API, now=NOW),
            partial(release_hold, hold_id=hold.pk, actor=API, now=NOW),
            partial(extend_hold, hold_id=hold.pk, expires_at=days(0.5), actor=API, now=NOW),
            partial(_time_out, hold, days(0.9)),
        )
        hold.refresh_from_db()
        captures = [result for result in outcomes.done if isinstance(result, Transaction)]
        assert hold.status in {"CAPTURED", "RELEASED", "EXPIRED"}
        assert len(captures) == (1 if hold.status == "CAPTURED" else 0)
        assert {type(refusal) for refusal in outcomes.refused} <= {HoldNotOpen}

    captured = Hold.objects.filter(status="CAPTURED").count()
    assert held_in(account) == "0.00"
    assert balance_of(account) == str(100 - 10 * captured) + ".00"


def test_holds_never_set_aside_more_than_there_is():
    account = given_credit("100.00 GBP")
    place = partial(
        place_hold, account_id=account.pk, amount=money("30.00 GBP"), expires_at=days(1), actor=API, now=NOW
    )

    jobs: list[Callable[[], Any]] = [place, partial(spend, account, "30.00 GBP")]

    outcomes = together(*jobs * 6)

    assert (len(outcomes.done), outcomes.count(InsufficientCredit)) == (3, 9)
    assert spendable_in(account) == "10.00"


def test_one_hold_key_holds_once_on_whichever_account():
    accounts = [given_credit("100.00 GBP") for _ in range(4)]
    place = partial(
        place_hold, amount=money("30.00 GBP"), expires_at=days(1), actor=API, now=NOW, why=Why(key="checkout-1")
    )

    outcomes = together(*[partial(place, account_id=account.pk) for account in accounts * 3])

    assert (len(outcomes.done), outcomes.count(MovementKeyUsed)) == (1, 11)
    assert sorted(held_in(account) for account in accounts) == ["0.00", "0.00", "0.00", "30.00"]


def test_sweeps_at_once_book_each_lot_once():
    accounts = [given_credit("10.00 GBP", expires_at=days(1)) for _ in range(6)]
    given_credit("5.00 GBP", to=accounts[0], expires_at=days(1))

    outcomes = together(*[partial(expire_credit, actor=SYSTEM, now=days(1))] * 4)

    assert sum(summary.lots for summary in outcomes.done) == 7
    assert sum(summary.amount_minor.get("GBP", 0) for summary in outcomes.done) == 6500
    assert {balance_of(account) for account in accounts} == {"0.00"}


def test_a_sweep_and_a_spend_in_time_do_not_take_the_same_credit():
    account = given_credit("100.00 GBP", expires_at=days(1))

    outcomes = together(*[partial(spend, account)] * 8, partial(expire_credit, actor=SYSTEM, now=days(1)))

    spent = sum(isinstance(result, Transaction) for result in outcomes.done)
    assert spent + outcomes.count(InsufficientCredit) == 8
    assert balance_of(account) == "0.00"


def test_one_spend_is_reversed_or_refunded_up_to_what_it_took():
    account, other = given_credit("100.00 GBP"), given_account()
    bought = given_spend("50.00 GBP", account=account)
    refund = partial(refund_spend, transaction_id=bought.pk, amount=money("20.00 GBP"), actor=STAFF, now=NOW)
    reverse = partial(reverse_transaction, transaction_id=bought.pk, actor=STAFF, now=NOW, why=Why(note="why"))

    outcomes = together(*[refund, partial(refund, to_account_id=other.pk), reverse] * 4)

    given_back = sum(entry.amount_minor for entry in outcomes.done)
    assert given_back in {4000, 5000}
    assert outcomes.count(RefundExceedsSpend) + outcomes.count(AlreadyReversed) == 12 - len(outcomes.done)
    assert balance_of(account) == str(
        from_minor(5000 + given_back - Account.objects.get(pk=other.pk).balance_minor, "GBP").amount
    )


def test_refunds_by_hand_onto_two_accounts_see_each_other():
    account, other = given_credit("100.00 GBP"), given_account()
    bought = given_spend("50.00 GBP", account=account)

    def give_back(to: Account, number: int) -> str:
        undoes: dict[str, Any] = {"type": "REFUND", "counter_account": "SALES", "reverses_id": bought.pk.hex}
        try:
            with transaction.atomic():
                post_by_hand(to, 3000, number=number, **undoes)
        except IntegrityError as error:
            return broken_rule(error)
        return "posted"

    outcomes = together(partial(give_back, account, 9001), partial(give_back, other, 9002))

    assert sorted(outcomes.done) == ["ledger_transaction_undoes_once", "posted"]


def _time_out(hold: Hold, now: Any) -> int:
    return release_timed_out_holds(actor=SYSTEM, now=now)


def _do_anything(draw: random.Random, accounts: list[Account]) -> int:
    """So many operations at random, and how many of them were posted."""
    posted = 0
    own: list[Transaction] = []
    for _ in range(12):
        account = draw.choice(accounts)
        amount = from_minor(draw.randint(1, 2500), "GBP")
        operations: list[Callable[[], Any]] = [
            partial(add_credit, account_id=account.pk, amount=amount, type=TransactionType.LOAD, actor=STAFF, now=NOW),
            partial(spend_credit, account_id=account.pk, amount=amount, actor=STAFF, now=NOW),
            partial(adjust_credit, account_id=account.pk, amount=-amount, actor=STAFF, now=NOW, why=Why(note="why")),
        ]
        if own:
            target = draw.choice(own)
            operations.append(
                partial(reverse_transaction, transaction_id=target.pk, actor=STAFF, now=NOW, why=Why(note="why"))
            )
        try:
            own.append(draw.choice(operations)())
            posted += 1
        except (InsufficientCredit, AlreadyReversed, NotReversible, CreditAlreadySpent):
            pass
    return posted


def _spend_in_a_process(account: Account, times: int, mark: Any, results: Any) -> None:
    """A process's own work: its connection is its own, for the parent closed all before it forked."""
    try:
        mark.wait(timeout=30)
        done = 0
        for _ in range(times):
            try:
                spend(account)
                done += 1
            except InsufficientCredit:
                pass
        results.put((done, times - done))
    except BaseException as error:
        results.put(repr(error))
        raise
    finally:
        connections.close_all()


@pytest.mark.postgresql
@pytest.mark.parametrize("run", range(4))
def test_a_move_reversed_from_both_sides_at_once_is_reversed_once(monkeypatch: pytest.MonkeyPatch, run: int):
    source = given_credit("10.00 GBP", expires_at=days(5))
    target = given_credit("3.00 GBP")
    legs = given_transfer("4.00 GBP", source=source, target=target)
    # Each has found both sides standing, and has locked nothing, when the other has too.
    met = threading.Barrier(2)

    def found(**named: Any) -> Transaction | None:
        other = find_other_side(**named)
        met.wait(timeout=10)
        return other

    monkeypatch.setattr(corrections, "find_other_side", found)
    outcomes = together(
        *[
            partial(reverse_transaction, transaction_id=leg.pk, actor=STAFF, now=NOW, why=Why(note="by mistake"))
            for leg in legs
        ]
    )

    assert (len(outcomes.done), outcomes.count(AlreadyReversed)) == (1, 1)
    assert history_of(source) == [("ISSUE", "10.00"), ("TRANSFER", "-4.00"), ("REVERSE", "4.00")]
    assert history_of(target) == [("ISSUE", "3.00"), ("TRANSFER", "4.00"), ("REVERSE", "-4.00")]
    assert (spendable_in(source), spendable_in(target)) == ("10.00", "3.00")
