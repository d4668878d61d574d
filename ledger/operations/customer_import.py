"""
Customers from another system, in bulk: one statement for a thousand of them, and all of them or none.

A number names its customer for ever, so a row whose number is known updates that customer, and a file that was
imported before changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from ledger.errors import CustomerNumberTaken
from ledger.models import Actor, Customer, CustomerStatus, EntityType, NumberSeries
from ledger.operations.atomic import operation
from ledger.operations.customers import CHANGEABLE, SERIES
from ledger.text import fold_number
from storecredit.audit.operations import ActivityKind, Subject, record_activities

ROWS_AT_ONCE = 1000
_KNOWN = ("number", "document_id", *CHANGEABLE)
# Never emptied: a blank one leaves a known customer's as it is and gives a new customer the default.
_KEPT_IF_BLANK = {"entity_type": EntityType.CUSTOMER.value, "status": CustomerStatus.ACTIVE.value}
# Longer ones were not drawn from the series and would make it jump to where nobody can read it.
_DRAWN_NUMBER = re.compile(r"CUST-(\d{6,9})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as a file says it. Every row of one import has the same `values`, some of `CHANGEABLE`."""

    number: str
    values: Mapping[str, str]


class CustomerOutcome(StrEnum):
    """What became of a row. Customers who were merged or anonymised are passed over."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    PASSED_OVER = "passed over"


@dataclass
class CustomerImportSummary:
    """How many rows made a customer, changed one, said what was known, or were passed over."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    passed_over: int = 0

    def count(self, outcomes: Iterable[CustomerOutcome]) -> None:
        """Count rows by what became of them."""
        for outcome in outcomes:
            setattr(self, outcome.name.lower(), getattr(self, outcome.name.lower()) + 1)


@dataclass(frozen=True, slots=True)
class CustomerChanged:
    """A customer who was there before, and the names of what a row changed of them."""

    id: int
    number: str
    names: Sequence[str]


@operation
def import_customers(
    *,
    rows: Iterable[CustomerRow],
    now: datetime,
    test_mode: bool = False,
    on_changed: Callable[[Sequence[CustomerChanged]], None] = lambda changed: None,
    on_portion: Callable[[Mapping[str, CustomerOutcome]], None] = lambda outcomes: None,
) -> CustomerImportSummary:
    """
    Make the customers that do not exist, and change those that differ from their rows: all of them or none.

    Imported numbers of the form `CUST-000123` move the series on, so that new customers are numbered after them.

    :param rows: each number once, best in the numbers' order, so that two imports cannot wait for each other; read
        again from the start if the database reports a conflict.
    :param on_changed: called with those that each batch changes, in the transaction that does.
    :param on_portion: called with what became of each batch's rows, by the numbers that they name.
    :raises CustomerNumberTaken: if a number belongs to a customer of the other mode.
    """
    summary = CustomerImportSummary()
    highest = 0
    for batch in _batches(rows):
        changed, outcomes = _import_batch(batch, now, test_mode)
        summary.count(outcomes.values())
        on_changed(changed)
        on_portion(outcomes)
        drawn = (_DRAWN_NUMBER.fullmatch(row.number) for row in batch)
        highest = max(highest, *(int(match[1]) for match in drawn if match), 0)
    if highest:
        NumberSeries.objects.get_or_create(name=SERIES)
        NumberSeries.objects.filter(name=SERIES, last__lt=highest).update(last=highest)
    return summary


def tell_of_changed(changed: Sequence[CustomerChanged], *, actor: Actor, now: datetime) -> None:
    """Write down of each who was changed what was, and not to what, as where they are changed one by one."""
    told = ((Subject("ledger.customer", str(one.id), one.number), {"changed": list(one.names)}) for one in changed)
    record_activities(actor=actor, kind=ActivityKind.CHANGED, now=now, told=told)


def preview_customer_import(
    *, rows: Iterable[CustomerRow], test_mode: bool = False
) -> tuple[CustomerImportSummary, list[CustomerRow]]:
    """What `import_customers` would do, and the rows whose numbers belong to customers of the other mode."""
    summary = CustomerImportSummary()
    taken: list[CustomerRow] = []
    for batch in _batches(rows):
        known = _read_known(batch)
        theirs = {row.number for row in batch if row.number in known and known[row.number].test_mode != test_mode}
        taken += [row for row in batch if row.number in theirs]
        outcomes = (_outcome_of(row, known.get(row.number)) for row in batch if row.number not in theirs)
        summary.count(outcomes)
    return summary, taken


def _import_batch(
    batch: Sequence[CustomerRow], now: datetime, test_mode: bool
) -> tuple[list[CustomerChanged], dict[str, CustomerOutcome]]:
    known = _read_known(batch, locked=True)
    for number, customer in known.items():
        if customer.test_mode != test_mode:
            raise CustomerNumberTaken(number=number)
    outcomes = {row.number: _outcome_of(row, known.get(row.number)) for row in batch}
    changes = _list_changes(batch, known, outcomes)
    if not changes:
        return [], outcomes
    by_number = {customer.number: customer for customer in known.values()}
    told = ((by_number.get(values["number"]), values) for values in changes)
    changed = [
        CustomerChanged(each.pk, each.number, [name for name in _KNOWN if getattr(each, name) != values[name]])
        for each, values in told
        if each is not None
    ]
    Customer.objects.bulk_create(
        (Customer(**values, test_mode=test_mode, created_at=now, updated_at=now) for values in changes),
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=[*batch[0].values, "folded", "updated_at"],
    )
    # Somebody may have made one of them in the other mode since they were read.
    numbers = [values["number"] for values in changes]
    for number in Customer.objects.filter(number__in=numbers, test_mode=not test_mode).values_list("number", flat=True):
        raise CustomerNumberTaken(number=number)
    return changed, outcomes


def _read_known(batch: Sequence[CustomerRow], *, locked: bool = False) -> dict[str, Customer]:
    """The customers that there are, by their rows' numbers."""
    numbers = [row.number for row in batch]
    customers = Customer.objects.numbered(numbers)
    if locked:
        customers = customers.order_by("pk").select_for_update()
    written = {customer.number: customer for customer in customers}
    folded = {fold_number(number): customer for number, customer in written.items() if not customer.twin}
    found = {number: written.get(number) or folded.get(fold_number(number)) for number in numbers}
    return {number: customer for number, customer in found.items() if customer is not None}


def _outcome_of(row: CustomerRow, customer: Customer | None) -> CustomerOutcome:
    if customer is None:
        return CustomerOutcome.CREATED
    if customer.merged_into_id is not None or customer.anonymised_at is not None:
        return CustomerOutcome.PASSED_OVER
    values = _complete(row.values, customer)
    differs = any(getattr(customer, name) != value for name, value in values.items())
    return CustomerOutcome.UPDATED if differs else CustomerOutcome.UNCHANGED


def _list_changes(
    batch: Sequence[CustomerRow], known: Mapping[str, Customer], outcomes: Mapping[str, CustomerOutcome]
) -> list[dict[str, str]]:
    """All that is known of each customer to be written, for the words by which they are found are made of all of it."""
    changes: list[dict[str, str]] = []
    for row in batch:
        if outcomes[row.number] not in {CustomerOutcome.CREATED, CustomerOutcome.UPDATED}:
            continue
        customer = known.get(row.number)
        # A known customer keeps the number as it was first written.
        known_values = {name: getattr(customer, name) for name in _KNOWN} if customer else {"number": row.number}
        changes.append(known_values | _complete(row.values, customer))
    return changes


def _complete(values: Mapping[str, str], customer: Customer | None) -> dict[str, str]:
    kept = {
        name: str(getattr(customer, name)) if customer else default
        for name, default in _KEPT_IF_BLANK.items()
        if values.get(name) == ""
    }
    return {**values, **kept}


def _batches(rows: Iterable[CustomerRow]) -> Iterator[list[CustomerRow]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, ROWS_AT_ONCE)):
        yield batch
