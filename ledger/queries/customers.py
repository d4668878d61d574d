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
    return {number: pk for number, (_, pk) in find_bearers(numbers=numbers, test_mode=test_mode).items()}


def find_bearers(*, numbers: Collection[str], test_mode: bool) -> dict[str, tuple[int, int]]:
    """
    As `find_customer_ids`, and in front whose number it was before any merger: what is known by a customer for ever is
    known by that one, whoever they have become.
    """
    having = Customer.objects.filter(test_mode=test_mode).numbered(numbers).only("number", "twin", "merged_into_id")
    known = {customer.number: (customer.pk, customer.merged_into_id or customer.pk) for customer in having}
    folded = {fold_number(number): ids for number, ids in known.items()}
    found = {number: known.get(number, folded.get(fold_number(number))) for number in numbers}
    return {number: ids for number, ids in found.items() if ids is not None}


def find_customers_by_email(*, emails: Collection[str], test_mode: bool) -> dict[str, list[tuple[int, str]]]:
    """
    Id and number of everybody of this mode who has one of these addresses, by the address in small letters. Of those
    who were merged into another, that other.
    """
    found = find_bearers_of_emails(emails=emails, test_mode=test_mode)
    return {email: list(dict.fromkeys((pk, number) for _, pk, number in ones)) for email, ones in found.items()}


def find_bearers_of_emails(*, emails: Collection[str], test_mode: bool) -> dict[str, list[tuple[int, int, str]]]:
    """As `find_customers_by_email`, each who has the address, and in front who they were before any merger."""
    wanted = {email.casefold() for email in emails}
    # Each address is a word by which its customer is found, so that an index leads there.
    words = {fold_address(email) for email in wanted}
    found: dict[str, list[tuple[int, int, str]]] = {email: [] for email in wanted}
    having = Customer.objects.filter(test_mode=test_mode, words__word__in=words).order_by("pk")
    columns = ("pk", "number", "merged_into_id", "merged_into__number", "email")
    for pk, number, other_id, other_number, email in having.values_list(*columns).distinct():
        if (known := found.get(email.casefold())) is not None:
            known.append((pk, pk, number) if other_id is None else (pk, other_id, other_number))
    return found


def list_numbered(*, number: str) -> CustomerQuerySet:
    """The customers of both modes with this number, whatever its capitals."""
    found: CustomerQuerySet = Customer.objects.numbered([number])
    return found
