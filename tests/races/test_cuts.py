"""Many post while time is closed: each entry lies in one cut, and nobody waits for long."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ledger import triggers
from ledger.errors import DatabaseBusy
from ledger.models import Account, Cut, CutFigure, CutSeal, Transaction
from ledger.operations import complete_cuts, spend_credit, take_cut
from ledger.queries import list_closings, verify_seals
from tests.ledger.attacks import run
from tests.races.together import together
from tests.scenarios import API, SYSTEM, given_credit, money

pytestmark = pytest.mark.django_db(transaction=True)

#: Tills whose clocks are behind.
BEHIND, FAR_BEHIND = timedelta(milliseconds=300), timedelta(minutes=1)


def spend_a_penny(account: Account, behind: timedelta = BEHIND) -> Transaction:
    return spend_credit(account_id=account.pk, amount=money("0.01 GBP"), actor=API, now=timezone.now() - behind)


def close() -> Cut:
    now = timezone.now()
    return take_cut(boundary=now, actor=SYSTEM, now=now)


def test_each_entry_lies_in_one_cut_whoever_posts_meanwhile():
    accounts = [given_credit("10.00 GBP", now=timezone.now()) for _ in range(4)]

    def spend(account: Account) -> Callable[[], list[Transaction]]:
        return lambda: [spend_a_penny(account) for _ in range(15)]

    def take_cuts() -> list[Cut]:
        cuts = []
        for _ in range(4):
            time.sleep(0.05)
            cuts.append(close())
            complete_cuts(now=timezone.now())
        return cuts

    together(*(spend(account) for account in accounts), take_cuts)
    last = close()
    complete_cuts(now=timezone.now())

    assert sum(CutSeal.objects.values_list("entries", flat=True)) == Transaction.objects.count() == 64
    closings = list_closings(number=last.number).values()
    balances = sum(Account.objects.values_list("balance_minor", flat=True))
    assert sum(figure.closing_minor for figure in closings) == balances == 4000 - 60
    assert sum(CutFigure.objects.values_list("count", flat=True)) == 64
    assert list(verify_seals()) == []


@pytest.mark.postgresql
def test_who_waited_behind_a_cut_is_dated_by_it():
    account = given_credit("10.00 GBP", now=timezone.now() - FAR_BEHIND)
    taken, posted = threading.Event(), threading.Event()

    def take() -> Cut:
        with transaction.atomic():
            cut = close()
            taken.set()
            # Long enough for the other to have begun its statement and to wait.
            posted.wait(0.5)
        return cut

    def post() -> Transaction:
        taken.wait(10)
        entry = spend_a_penny(account, FAR_BEHIND)
        posted.set()
        return entry

    outcome = together(take, post)

    cut = next(each for each in outcome.done if isinstance(each, Cut))
    entry = next(each for each in outcome.done if isinstance(each, Transaction))
    assert entry.created_at == cut.boundary
    assert Transaction.objects.get(pk=entry.pk).created_at == cut.boundary
    assert entry.details["clock"] < cut.boundary.isoformat()


@pytest.mark.postgresql
def test_a_cut_waits_for_who_is_posting_and_lets_others_by():
    busy, other = given_credit("10.00 GBP"), given_credit("10.00 GBP")
    posted, done = threading.Event(), threading.Event()

    def post_slowly() -> None:
        with transaction.atomic():
            spend_a_penny(busy)
            posted.set()
            done.wait(10)

    def take_and_spend() -> None:
        posted.wait(10)
        now = timezone.now()
        with pytest.raises(DatabaseBusy):
            take_cut(boundary=now, actor=SYSTEM, now=now, patience_seconds=0.3)
        spend_a_penny(other)
        done.set()

    together(post_slowly, take_and_spend)

    assert Cut.objects.count() == 0
    assert Transaction.objects.filter(type="REDEEM").count() == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("table", sorted(set(map(triggers.table_of, triggers.list_sealed()))))
def test_no_line_comes_into_a_sealed_history_while_a_cut_is_taken(table: str):
    """A line's number is drawn when it may come in: under a cut's lock the last one is the last."""
    held = threading.Event()
    let_go = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            run("SELECT pg_advisory_xact_lock(%s)", triggers.CUT_LOCK)
            held.set()
            let_go.wait(10)

    def insert() -> str:
        held.wait(10)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = 100")
                cursor.execute(f"INSERT INTO {table} SELECT * FROM {table} WHERE false")
        except Exception as error:
            return str(error)
        finally:
            let_go.set()
        return "came in"

    outcome = together(hold, insert)

    assert any("lock timeout" in str(each) for each in outcome.done)
