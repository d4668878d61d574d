from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.operations import Actor, create_customer, operation, update_customer
from ledger.queries import Customer, find_transaction, list_customers
from storecredit.backoffice.demo.people import PEOPLE
from storecredit.backoffice.demo.steps import Stage
from storecredit.backoffice.demo.story import STORY

_FIRST_STEP = "demo:0"
_SHOP_OPENED_DAYS_AGO = 180


class DatabaseNotEmpty(Exception):
    """The database has customers of its own, among whom the demo's would get lost."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What there is: the number of the first demo customer, and what this run made."""

    first_customer: str
    customers: int
    steps: int


@operation
def load_demo(*, now: datetime, actors: Mapping[str, Actor], among_others: bool = False) -> DemoSummary:
    """
    Write the demo's customers and their histories, all of it or nothing; nothing if they are there.

    :param actors: who acts, by the names that the story uses.
    :param among_others: load also where there are other customers.
    :raises DatabaseNotEmpty: if there are, and it is not said to be right.
    """
    opening = find_transaction(key=_FIRST_STEP)
    if opening is not None:
        assert opening.account.customer is not None
        return DemoSummary(opening.account.customer.number, customers=0, steps=0)
    if not among_others and any(list_customers(test_mode=mode).exists() for mode in (False, True)):
        raise DatabaseNotEmpty
    customers = _create_customers(now)
    stage = Stage(
        now=now,
        numbers={handle: customer.number for handle, customer in customers.items()},
        test_handles=frozenset(person.handle for person in PEOPLE if person.test_mode),
        actors=dict(actors),
    )
    for place, step in enumerate(STORY):
        step.play(stage, f"demo:{place}")
    for person in PEOPLE:
        if person.status:
            update_customer(customer_id=customers[person.handle].pk, changes={"status": person.status}, now=now)
    return DemoSummary(customers[PEOPLE[0].handle].number, customers=len(PEOPLE), steps=len(STORY))


def _create_customers(now: datetime) -> dict[str, Customer]:
    opened = now - timedelta(days=_SHOP_OPENED_DAYS_AGO)
    return {
        person.handle: create_customer(
            now=opened + timedelta(hours=place),
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            phone=person.phone,
            entity_type="company" if person.company else "customer",
            test_mode=person.test_mode,
        )
        for place, person in enumerate(PEOPLE)
    }
