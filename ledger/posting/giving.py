"""
What one person gives with nobody beside them: each posting that brings value into an account for such an actor is
counted before it is written, in its transaction, whichever door it comes by.

The books know nobody's limits. Whoever keeps them says by `count_by` how it is counted, and refuses by raising.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from moneyed import Money

from ledger.models import Actor
from ledger.money import from_minor
from ledger.posting.movements import LockedAccount, Movement

#: Takes the person, what they give in minor units by currency, whether it is test money, and the moment.
GivingCounter = Callable[[int, Mapping[str, int], bool, datetime], None]
#: Takes the person and how much of one entry they would have given back.
ReturnJudge = Callable[[int, Money], None]


@dataclass
class _Keeper:
    """Who keeps the limits of persons; without anybody there are none."""

    count: GivingCounter | None = None
    judge: ReturnJudge | None = None


_keeper = _Keeper()


def count_by(*, count: GivingCounter, judge: ReturnJudge) -> None:
    """
    Have what each person gives alone counted and judged so, from now on.

    :param count: raises if it is more than the person gives in a day.
    :param judge: raises if it is more of one entry than the person gives at once.
    """
    _keeper.count, _keeper.judge = count, judge


def count_given(*, actor: Actor, given_minor: Mapping[str, int], test_mode: bool, now: datetime) -> None:
    """
    Count what an actor is about to give, if a person gives it alone.

    :param given_minor: by currency, in minor units.
    :raises DomainError: if it is more than the person may give.
    """
    person_id = actor.gives_alone
    wanted = {currency: minor for currency, minor in sorted(given_minor.items()) if minor > 0}
    if person_id is not None and wanted and _keeper.count is not None:
        _keeper.count(person_id, wanted, test_mode, now)


def require_return(*, actor: Actor, back_minor: int, account: LockedAccount) -> None:
    """
    Of one entry one person gives back alone only so much that all that went back of it, whoever gave it, is no more
    than they give at once. Test money goes back as it likes.

    :param back_minor: all that will have gone back of it, in the account's minor units.
    :raises DomainError: if it is more than the person may give.
    """
    person_id = actor.gives_alone
    if person_id is not None and _keeper.judge is not None and not account.test_mode:
        _keeper.judge(person_id, from_minor(back_minor, account.currency))


def is_given_alone(movement: Movement) -> bool:
    """Whether a person brings this into an account with nobody beside them."""
    return movement.amount_minor > 0 and movement.actor.gives_alone is not None


def count_movements(movements: Iterable[Movement], accounts: Mapping[int, LockedAccount]) -> None:
    """
    Count what movements bring into locked accounts. What they take makes no room: who has given has given.

    :raises DomainError: as `count_given`.
    """
    alone = [movement for movement in movements if is_given_alone(movement)]
    if not alone:
        return
    sums: Counter[tuple[Actor, datetime, bool, str]] = Counter()
    for one in alone:
        sums[one.actor, one.now, accounts[one.account_id].test_mode, one.currency] += one.amount_minor
    for (actor, now, test_mode, currency), minor in sums.items():
        count_given(actor=actor, given_minor={currency: minor}, test_mode=test_mode, now=now)
