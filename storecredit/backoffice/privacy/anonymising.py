"""Making a customer nobody: their words go from every room, and the books stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from ledger.errors import DomainError
from ledger.operations import Actor, CustomerStatus, erase_rows, lock_account_rows, operation
from ledger.queries import Account, Customer, find_rows_naming
from ledger.triggers.erasing import list_erasable, list_of_colleagues
from storecredit.backoffice.privacy.forgetting import Forgettable, find_forgettable, forget_person
from storecredit.backoffice.privacy.links import end_links
from storecredit.backoffice.privacy.persons import Person, find_person, has_personal_number
from storecredit.checkouts.queries import find_unfinished_of
from storecredit.credits.operations import require_nobody_waits_to_be_paid
from storecredit.credits.queries import CustomerRequest
from storecredit.finance.queries import has_waiting_correction


class NotYetAnonymous(DomainError):
    """A customer whom the shop still owes something, or who is about to buy something, is not made anonymous."""

    code = "not_yet_anonymous"


@dataclass(frozen=True, slots=True)
class Traces:
    """
    Where somebody is named who is to be made anonymous.

    :param erasable: by table the keys of rows of the histories, and in which columns.
    """

    person: Person
    erasable: Mapping[str, dict[Any, set[str]]]
    forgettable: Forgettable


def find_traces(*, customer_id: int) -> Traces:
    """
    Read every row that may name somebody: half a minute of a large shop's, for which nothing may be locked.

    :raises Customer.DoesNotExist: if there is none.
    """
    person = find_person(customer_id=customer_id)
    erasable = {table: _find_naming(table, list(columns), person) for table, columns in list_erasable().items()}
    return Traces(person, erasable, find_forgettable(person))


def _find_naming(table: str, columns: Sequence[str], person: Person) -> dict[Any, set[str]]:
    """The rows of a history that name somebody, and in which columns; what tells of a login is not about who buys."""
    of_a_login, words_of_it = list_of_colleagues().get(table, ("", ()))
    if not of_a_login:
        return find_rows_naming(table=table, columns=columns, naming=person.naming)
    others_where = f"NOT COALESCE(({of_a_login}), FALSE)"
    others = find_rows_naming(table=table, columns=columns, naming=person.naming, where=others_where)
    left = [name for name in columns if name not in words_of_it]
    return others | find_rows_naming(table=table, columns=left, naming=person.naming, where=of_a_login)


@operation
def anonymise(*, request: CustomerRequest, traces: Traces, actor: Actor, now: datetime) -> int:
    """
    Do what was approved: erase what a customer, and whoever was merged into them, is called or can be reached by.

    Money, dates, references and numbers stay. How many rows were erased, besides the customers' own.

    :param traces: as found before anything was locked; found anew where who it is has changed since.
    :param request: an approved request to make them anonymous, in the transaction that approves it.
    :param actor: whoever approved it.
    :raises NotYetAnonymous: while there is a balance, a hold, a card with a balance, a correction that waits or a
        purchase that is not over.
    :raises CustomerRequestRefused: while a credit request could still pay them.
    """
    person = find_person(customer_id=request.customer_id)
    _require_over(person)
    person = find_person(customer_id=request.customer_id)
    if person != traces.person:
        traces = find_traces(customer_id=request.customer_id)
    count = end_links(person, actor=actor, now=now)
    count += _erase_traces(traces, now)
    forget_person(person, traces.forgettable)
    for customer in reversed(person.customers):
        _erase_customer(customer, now)
    return count


def _require_over(person: Person) -> None:
    rows = person.list_rows()
    own = set(rows["ledger_account"].values_list("pk", flat=True))
    own |= set(rows["giftcards_giftcard"].values_list("account_id", flat=True))
    if own:
        lock_account_rows(account_ids=own)
    list(Customer.objects.filter(pk__in=person.ids).order_by("pk").select_for_update())
    for account in Account.objects.filter(pk__in=own).order_by("pk"):
        if account.balance_minor or account.held_minor:
            words = gettext_lazy("There is still credit on account %(account)s.")
            raise NotYetAnonymous(words, account=account.number)
    if has_waiting_correction(account_ids=own):
        raise NotYetAnonymous(gettext_lazy("A correction of their credit waits for somebody who decides it."))
    if find_unfinished_of(customer_ids=person.ids, emails=person.emails):
        raise NotYetAnonymous(gettext_lazy("A purchase of theirs is not over, or credit of it has not gone back."))
    for customer in person.customers:
        require_nobody_waits_to_be_paid(customer=customer)


def _erase_traces(traces: Traces, now: datetime) -> int:
    """What is theirs, and whatever else names them, in rows that never change otherwise."""
    rows, count = traces.person.list_rows(), 0
    for table, named in traces.erasable.items():
        ids = rows[table].values_list("pk", flat=True) if table in rows else ()
        count += erase_rows(table=table, ids=set(ids), named=named, customer_id=traces.person.ids[0], now=now)
    return count


def _erase_customer(customer: Customer, now: datetime) -> None:
    if has_personal_number(customer):
        customer.number = f"ANON-{customer.document_id}"
    customer.first_name = customer.last_name = customer.email = customer.phone = ""
    customer.status, customer.anonymised_at, customer.updated_at = CustomerStatus.ARCHIVED, now, now
    customer.save(
        update_fields=[
            *("number", "first_name", "last_name", "email", "phone", "status", "anonymised_at", "folded", "updated_at")
        ]
    )
