"""However many decide at once, a request ends in one state and is paid out once, or not at all."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection

import giftcards.queries
import ledger.queries
import storecredit.credits.queries
from giftcards.models import GiftCard
from giftcards.models.codes import newest_key_name
from ledger.models import Transaction
from storecredit.credits.errors import ApproverLimitExceeded, FileTaken, RequestChanged
from storecredit.credits.models import CreditRequest, CreditRequestBatch
from storecredit.credits.operations import (
    approve_batch,
    approve_request,
    cancel_request,
    expire_requests,
    fail_request,
    import_requests,
    reject_request,
    request_credits,
    rotate_request_numbers,
)
from tests.credits.batches import given_batch, lines, requests_of, states_of
from tests.credits.requests import (
    ORDER,
    change_request,
    given_approver,
    given_person,
    given_policy,
    given_request,
    history_of,
    party_of,
    row_of,
    wanted,
)
from tests.giftcards.cards import given_card
from tests.races.together import together
from tests.scenarios import NOW, SYSTEM, days, given_customer, wallet_of

pytestmark = pytest.mark.django_db(transaction=True)

MONTH = timedelta(days=30)
PAIRS = 4
_PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _the_books_are_clean() -> Iterator[None]:
    yield
    for domain in (ledger.queries, giftcards.queries, storecredit.credits.queries):
        assert list(domain.list_findings()) == []


def approve(request_id: UUID, person: User) -> Any:
    return approve_request(request_id=request_id, party=party_of(person), now=NOW)


# A thousand rounds


def given_requests(count: int, asker: User) -> list[UUID]:
    """So many pending requests of 1.00 USD: for cards to be made, one card that is there, and one customer."""
    card, customer = given_card("1.00 USD"), given_customer()
    kinds: list[dict[str, Any]] = [
        {},
        {"card_id": card.id},
        {"kind": "STORE_CREDIT", "attributes": {"customerId": customer.number}},
    ]
    asked = request_credits(
        order=ORDER,
        wanted=[wanted("1.00 USD", **kinds[place % 3]) for place in range(count)],
        party=party_of(asker),
        now=NOW,
    )
    return [decision.request.pk for decision in asked]


def race(rounds: Sequence[tuple[Callable[[], Any], Callable[[], Any]]]) -> list[tuple[bool, bool]]:
    """
    Each round's two jobs at once, several rounds beside each other; for each round which of the two was done.

    Every thread keeps its connection, and meets its opponent at a barrier before each round. Now the one and now the
    other comes a moment later, so that both win some.
    """
    results: list[list[bool]] = [[False, False] for _ in rounds]
    marks = [threading.Barrier(2) for _ in range(PAIRS)]

    def run(pair: int, side: int) -> None:
        moments = random.Random(2 * pair + side)
        try:
            for place in range(pair, len(rounds), PAIRS):
                marks[pair].wait(timeout=_PATIENCE_SECONDS)
                if place // PAIRS % 2 == side:
                    time.sleep(moments.uniform(0, 0.004))
                try:
                    rounds[place][side]()
                    results[place][side] = True
                except RequestChanged:
                    pass
        except BaseException:
            marks[pair].abort()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2 * PAIRS) as pool:
        for future in [pool.submit(run, pair, side) for pair in range(PAIRS) for side in (0, 1)]:
            future.result(timeout=10 * _PATIENCE_SECONDS)
    return [(first, second) for first, second in results]


def require_one_state_each(count: int) -> None:
    alice, dave = given_person("alice"), given_approver("dave")
    bobs = [given_approver(f"bob {place}", "1000.00 USD") for place in range(PAIRS)]
    carols = [given_approver(f"carol {place}", "1000.00 USD") for place in range(PAIRS)]
    ids = given_requests(count, alice)
    before = Transaction.objects.count()
    against: list[Callable[[UUID, int], Any]] = [
        lambda request_id, pair: approve(request_id, carols[pair]),
        lambda request_id, pair: cancel_request(
            request_id=request_id, party=party_of(alice), now=NOW, may_decide=False
        ),
        lambda request_id, pair: fail_request(request_id=request_id, party=party_of(dave), now=NOW),
        lambda request_id, pair: reject_request(request_id=request_id, party=party_of(dave), now=NOW),
    ]
    ends = ["CONFIRMED", "CANCELED", "FAILED", "CANCELED"]
    kinds = [place // PAIRS % 4 for place in range(count)]
    rounds = [
        (
            partial(approve, request_id, bobs[place % PAIRS]),
            partial(against[kinds[place]], request_id, place % PAIRS),
        )
        for place, request_id in enumerate(ids)
    ]

    results = race(rounds)

    assert all(first != second for first, second in results)
    stored = {request.pk: request for request in CreditRequest.objects.filter(pk__in=ids)}
    for request_id, kind, (approved, _) in zip(ids, kinds, results, strict=True):
        assert stored[request_id].status == ("CONFIRMED" if approved else ends[kind])
    confirmed = sum(request.status == "CONFIRMED" for request in stored.values())
    keys = Counter(Transaction.objects.filter(key__startswith="credit-request:").values_list("key", flat=True))
    paid = {f"credit-request:{request.pk.hex}" for request in stored.values() if request.status == "CONFIRMED"}
    assert (set(keys), Transaction.objects.count()) == (paid, before + confirmed)
    assert {len(history_of(stored[request_id])) for request_id in ids[:50]} == {2}
    for kind in range(4):
        won = Counter(approved for its, (approved, _) in zip(kinds, results, strict=True) if its == kind)
        assert count < 200 or min(won[True], won[False]) > 0, f"one side always won against {ends[kind]}"


@pytest.mark.postgresql
def test_two_hundred_races_end_in_one_state_each_and_pay_once():
    require_one_state_each(200)


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_thousand_races_end_in_one_state_each_and_pay_once():
    require_one_state_each(1000)


@pytest.mark.sqlite
def test_they_do_so_on_sqlite_too():
    require_one_state_each(40)


def test_of_twelve_that_decide_one_request_at_once_one_does():
    people = [given_approver(f"approver {place}") for place in range(8)]
    alice = given_person("alice")
    request = given_request("1.00 USD", by=alice)
    fail = partial(fail_request, request_id=request.pk, party=party_of(people[0]), now=NOW)
    cancel = partial(cancel_request, request_id=request.pk, party=party_of(alice), now=NOW, may_decide=False)

    outcomes = together(*[partial(approve, request.pk, person) for person in people], fail, fail, cancel, cancel)

    assert (len(outcomes.done), outcomes.count(RequestChanged)) == (1, 11)
    assert Transaction.objects.count() == (1 if row_of(request).status == "CONFIRMED" else 0)


def test_two_of_three_approvals_at_once_complete_what_needs_two():
    given_policy(second="0.50")
    request = given_request("1.00 USD", by=given_person("alice"))
    people = [given_approver(f"approver {place}") for place in range(3)]

    outcomes = together(*[partial(approve, request.pk, person) for person in people])

    assert (len(outcomes.done), outcomes.count(RequestChanged)) == (2, 1)
    assert sorted(decision.approvals_missing for decision in outcomes.done) == [0, 1]
    assert (row_of(request).status, Transaction.objects.count()) == ("CONFIRMED", 1)


def test_ten_approvals_of_one_person_at_once_stay_within_their_day():
    bob = given_approver("bob", "30.00 USD", per_day="100.00 USD")
    requests = [given_request("30.00 USD") for _ in range(10)]

    outcomes = together(*[partial(approve, request.pk, bob) for request in requests])

    assert (len(outcomes.done), outcomes.count(ApproverLimitExceeded)) == (3, 7)
    assert Transaction.objects.count() == 3


def test_an_approval_that_saw_another_payee_is_refused_or_pays_the_one_it_saw():
    first, second = given_customer(), given_customer()
    bob = given_approver("bob")
    request = given_request("1.00 USD", kind="STORE_CREDIT", attributes={"customerId": first.number})

    outcomes = together(
        partial(approve_request, request_id=request.pk, party=party_of(bob), now=NOW, version=1),
        partial(
            change_request,
            request_id=request.pk,
            party=party_of(request.requested_by),  # type: ignore[arg-type]  # a person asked
            now=NOW,
            attributes={"customerId": second.number},
        ),
    )

    assert (len(outcomes.done), outcomes.count(RequestChanged)) == (1, 1)
    assert wallet_of(second, "USD").account_id is None
    paid = wallet_of(first, "USD").account_id is not None
    assert (row_of(request).status, row_of(request).version) == (("CONFIRMED", 1) if paid else ("PENDING", 2))


# Time-outs, batches, keys


def test_what_is_approved_while_it_times_out_is_one_or_the_other():
    people = [given_approver(f"approver {place}") for place in range(4)]
    requests = [given_request("1.00 USD") for _ in range(12)]
    sweep = partial(expire_requests, actor=SYSTEM, now=days(30), older_than=MONTH)

    outcomes = together(
        sweep, sweep, *[partial(approve, request.pk, people[place % 4]) for place, request in enumerate(requests)]
    )

    states = Counter(row_of(request).status for request in requests)
    canceled = sum(done for done in outcomes.done if isinstance(done, int))
    assert states == Counter({"CANCELED": canceled, "CONFIRMED": 12 - canceled})
    assert (outcomes.count(RequestChanged), Transaction.objects.count()) == (canceled, 12 - canceled)
    assert {len(history_of(request)) for request in requests} == {2}


def test_a_batch_is_approved_once_or_void_whatever_happens_beside_it():
    bob, carol, dave = (given_approver(name) for name in ("bob", "carol", "dave"))
    for _ in range(4):
        batch = given_batch("1.00 USD", "2.00 USD", "3.00 USD", by=given_person(f"asker {User.objects.count()}"))
        before = Transaction.objects.count()
        last = requests_of(batch)[2]

        together(
            partial(approve_batch, batch_id=batch.pk, party=party_of(bob), now=NOW),
            partial(approve_batch, batch_id=batch.pk, party=party_of(carol), now=NOW),
            partial(approve, last.pk, dave),
            partial(expire_requests, actor=SYSTEM, now=days(30), older_than=MONTH),
        )

        states, status = states_of(batch), CreditRequestBatch.objects.get(pk=batch.pk).status
        assert status in {"APPROVED", "VOID"}
        assert (status == "APPROVED") == (states == ["CONFIRMED"] * 3 and row_of(last).decided_by != dave)
        assert Transaction.objects.count() - before == states.count("CONFIRMED")


def test_one_file_at_once_is_taken_once():
    alice = given_person("alice")
    take = partial(
        import_requests, name="x.csv", file_digest="a" * 64, lines=lines({}, {}), party=party_of(alice), now=NOW
    )

    outcomes = together(*[take] * 6)

    assert (len(outcomes.done), outcomes.count(FileTaken)) == (1, 5)
    assert CreditRequest.objects.count() == 2


def test_keys_are_rotated_while_requests_are_decided(settings):
    settings.CODE_KEYS = ["the-first-key-of-the-tests-which-hides-nothing-at-all"]
    people = [given_approver(f"approver {place}") for place in range(3)]
    requests = [
        given_request("1.00 USD", attributes={"giftCardNumber": f"SUMMER-2026-{place:03}"}) for place in range(12)
    ]
    settings.CODE_KEYS = ["the-second-key-of-the-tests-which-hides-nothing-at-all", *settings.CODE_KEYS]

    outcomes = together(
        rotate_request_numbers,
        rotate_request_numbers,
        *[partial(approve, request.pk, people[place % 3]) for place, request in enumerate(requests[:9])],
    )

    assert (len(outcomes.done), outcomes.refused) == (11, [])
    assert {row_of(request).number_key for request in requests[9:]} == {newest_key_name()}
    assert {row_of(request).open_number() for request in requests[9:]} == {
        f"SUMMER-2026-{place:03}" for place in (9, 10, 11)
    }
    assert GiftCard.objects.count() == 9
