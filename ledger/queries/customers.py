from collections.abc import Collection

from ledger.errors import CustomerNotFound
from ledger.folding import fold_address
from ledger.models import Customer
from ledger.querysets import CustomerQuerySet
from ledger.text import fold_number

_LONGEST_IDENTIFIER = 64


def get_customer(*, identifier: str, test_mode: bool) -> Customer:
    """
    A customer by number, whatever its capitals, or document id; whom they were merged into, if they were.

    :raises CustomerNotFound: if nobody of this mode has it.
    """
    found = None
    if 0 < len(identifier) <= _LONGEST_IDENTIFIER and identifier.isprintable():
        found = Customer.objects.known_as(identifier, test_mode=test_mode).first()
    if found is None:
        raise CustomerNotFound(identifier=identifier)
    return found


def list_customers(*, test_mode: bool, search: str = "", status: str = "") -> CustomerQuerySet:
    """Customers of one mode, newest first, that match every word of `search` and have the status."""
    found: CustomerQuerySet = Customer.objects.filter(test_mode=test_mode).matching(search)
    return (found.filter(status=status) if status else found).order_by("-pk")


def find_customer_ids(*, numbers: Collection[str], test_mode: bool) -> dict[str, int]:
    """
    Which customers of this mode have these numbers, whatever their capitals. Numbers of nobody are left out, and one of
    somebody who was merged into another is that other's.
    """
    having = Customer.objects.filter(test_mode=test_mode).numbered(numbers).only("number", "twin", "merged_into_id")
    known = {customer.number: customer.merged_into_id or customer.pk for customer in having}
    folded = {fold_number(number): pk for number, pk in known.items()}
    found = {number: known.get(number, folded.get(fold_number(number))) for number in numbers}
    return {number: pk for number, pk in found.items() if pk is not None}


def find_customers_by_email(*, emails: Collection[str], test_mode: bool) -> dict[str, list[tuple[int, str]]]:
    """
    Id and number of everybody of this mode who has one of these addresses, by the address in small letters. Of those
    who were merged into another, that other.
    """
    wanted = {email.casefold() for email in emails}
    # Each address is a word by which its customer is found, so that an index leads there.
    words = {fold_address(email) for email in wanted}
    found: dict[str, list[tuple[int, str]]] = {email: [] for email in wanted}
    having = Customer.objects.filter(test_mode=test_mode, words__word__in=words).order_by("pk")
    columns = ("pk", "number", "merged_into_id", "merged_into__number", "email")
    for pk, number, other_id, other_number, email in having.values_list(*columns).distinct():
        known = found.get(email.casefold())
        one = (pk, number) if other_id is None else (other_id, other_number)
        if known is not None and one not in known:
            known.append(one)
    return found


def list_numbered(*, number: str) -> CustomerQuerySet:
    """The customers of both modes with this number, whatever its capitals."""
    found: CustomerQuerySet = Customer.objects.numbered([number])
    return found
