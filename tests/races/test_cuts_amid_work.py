"""Time is closed while everything is under way, files, sweeps, batches, mergers, holds: each entry lies in one cut."""

import copy
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from giftcards.operations import make_batch, plan_batch
from ledger.errors import DomainError
from ledger.models import Account, Cut, CutSeal, Transaction
from ledger.money import from_minor
from ledger.operations import complete_cuts, take_cut
from ledger.queries import verify_seals
from storecredit.finance.queries import sum_owed
from storecredit.finance.queries.journal import Days, list_lines, sum_accounts, sum_currencies
from tests.finance.any_shop import AnyShop
from tests.finance.test_any_history import require_exact
from tests.races.together import together
from tests.scenarios import STAFF, SYSTEM

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

_WORKERS, _DEEDS = 4, 40


class Worker(AnyShop):
    """One of several who work in the same shop at once, each deed a transaction of its own."""

    def __init__(self, shop: AnyShop, place: int) -> None:
        self.__dict__.update(copy.copy(shop.__dict__))
        self.random, self.cards, self.last, self.files = Random(place), [], None, 1000 * place

    def work(self) -> int:
        ways = [name for name in vars(AnyShop) if name.startswith("do_")] + ["do_batch"]
        done = 0
        for _ in range(_DEEDS):
            self._let_time_pass()
            try:
                getattr(self, self.random.choice(ways))()
            except DomainError:
                continue
            done += 1
        return done

    def do_batch(self) -> None:
        batch = plan_batch(name="Winter", amount=from_minor(5, "GBP"), size=7, actor=STAFF, now=self.now)
        make_batch(batch_id=batch.pk, actor=STAFF, now=self.now)


def cutting(shop: AnyShop, cuts: list[Cut]) -> Callable[[], None]:
    def cut() -> None:
        moment = shop.now
        for _ in range(12):
            time.sleep(0.1)
            moment += timedelta(hours=5)
            cuts.append(take_cut(boundary=moment, actor=SYSTEM, now=moment))
            complete_cuts(now=moment)

    return cut


def test_whatever_is_under_way_as_time_is_closed_lies_in_one_cut():
    shop = AnyShop(seed=5)
    cuts: list[Cut] = []

    outcome = together(*(Worker(shop, place).work for place in range(1, _WORKERS + 1)), cutting(shop, cuts))
    end = Transaction.objects.latest("created_at").created_at + timedelta(microseconds=1)
    cuts.append(
        take_cut(boundary=max(end, cuts[-1].boundary + timedelta(days=1)), actor=SYSTEM, now=end + timedelta(9))
    )
    complete_cuts(now=end)

    assert outcome.refused == []
    assert sum(done for done in outcome.done if done) > _DEEDS
    require_exact(cuts)
    assert sum(CutSeal.objects.values_list("entries", flat=True)) == Transaction.objects.count()
    assert list(verify_seals()) == []
    _require_balanced(cuts)


def _require_balanced(cuts: list[Any]) -> None:
    """The journals of the spans one by one book as much as that of all of them, and it is what is owed."""
    spans = [list_lines(Days(begin, [end])) for begin, end in zip([None, *cuts], cuts, strict=False)]
    whole = list_lines(Days(None, cuts))
    assert sum_accounts(line for span in spans for line in span) == sum_accounts(whole)
    debits, credits = (
        {
            currency: sum(each[side] for (of, _), each in sum_accounts(whole).items() if of == currency)
            for currency in sum_currencies(whole)
        }
        for side in (0, 1)
    )
    assert debits == credits == sum_currencies(whole)
    owed: dict[str, int] = dict.fromkeys(debits, 0)
    for kept, minor in sum_owed(cut=cuts[-1]).items():
        owed[kept.currency] += minor
    real = Account.objects.filter(test_mode=False)
    held = {
        currency: sum(real.filter(currency=currency).values_list("balance_minor", flat=True)) for currency in debits
    }
    assert owed == held
    assert {
        currency: sum(
            credit - debit
            for (of, account), (debit, credit) in sum_accounts(whole).items()
            if of == currency and account in ("2310", "2320")
        )
        for currency in debits
    } == held
