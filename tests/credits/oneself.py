"""Somebody at the back office who is a customer themself, and what each door says to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from ledger.errors import OwnCustomer
from ledger.models import Account, Customer
from ledger.operations import (
    Actor,
    Why,
)
from tests.credits.requests import (
    party_of,
)
from tests.scenarios import (
    refused,
)

WORDS = "This is about yourself as a customer: somebody else has to do it."
WHY = Why(note="because")


@dataclass
class Stage:
    """Bob, who is a customer, what is his as one, and an account and a card that are not."""

    bob: User
    customer: Customer
    account: Account
    other: Account
    card: Any
    foreign: Any
    actor: Actor

    @property
    def party(self) -> Any:
        return party_of(self.bob)


def words_of(stage: Stage, doors: dict[str, Callable[[Stage], Callable[[], Any]]]) -> dict[str, str]:
    """What each door says, each from the same beginning; nothing moves at any."""
    said = {}
    for door, prepare in doors.items():
        with transaction.atomic():
            do = prepare(stage)
            with refused(OwnCustomer) as caught:
                do()
            said[door] = str(caught.value)
            transaction.set_rollback(True)
    return said
