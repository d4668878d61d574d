from ledger.errors import CustomerNotFound
from ledger.models import Customer
from ledger.querysets import CustomerQuerySet

_LONGEST_IDENTIFIER = 64


def get_customer(*, identifier: str, test_mode: bool) -> Customer:
    """
    A customer by number or document id.

    :raises CustomerNotFound: if nobody of this mode has it.
    """
    found = None
    if 0 < len(identifier) <= _LONGEST_IDENTIFIER and identifier.isprintable():
        customers = Customer.objects.filter(test_mode=test_mode)
        found = customers.filter(number=identifier).first() or customers.filter(document_id=identifier).first()
    if found is None:
        raise CustomerNotFound(identifier=identifier)
    return found


def list_customers(*, test_mode: bool, search: str = "", status: str = "") -> CustomerQuerySet:
    """Customers of one mode, newest first, that match every word of `search` and have the status."""
    found: CustomerQuerySet = Customer.objects.filter(test_mode=test_mode).matching(search)
    return (found.filter(status=status) if status else found).order_by("-pk")
