from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from ledger.errors import CustomerIsAnother, CustomerNotFound, CustomerNumberTaken
from ledger.models import Customer, CustomerStatus, EntityType, NumberSeries
from ledger.operations.atomic import operation
from ledger.text import is_document_id, to_nfc

SERIES = "customer"
#: What may be changed about a customer. The number never is.
CHANGEABLE = ("email", "first_name", "last_name", "phone", "entity_type", "status")


@operation
def create_customer(
    *,
    now: datetime,
    number: str | None = None,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
    entity_type: str = EntityType.CUSTOMER,
    status: str = CustomerStatus.ACTIVE,
    test_mode: bool = False,
) -> Customer:
    """
    A new customer, under the given number or the next free one (`CUST-000001` …).

    :raises CustomerNumberTaken: if another customer has the number, whatever its capitals, or it looks like a
        document id.
    :raises TextUnfit: if a text holds what nobody sees, or the e-mail address is none.
    """
    customer = Customer(
        number=number or "",
        email=email,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        entity_type=entity_type,
        status=status,
        test_mode=test_mode,
        created_at=now,
        updated_at=now,
    )
    for name in ("number", "email", "first_name", "last_name", "phone"):
        setattr(customer, name, to_nfc(getattr(customer, name)))
    if number:
        # A document id finds its customer wherever a number does, so no number may look like one.
        if is_document_id(number) or not _insert(customer):
            raise CustomerNumberTaken(number=number)
        return customer
    customer.number = _next_number()
    while not _insert(customer):
        customer.number = _next_number()
    return customer


@operation
def update_customer(*, customer_id: int, changes: Mapping[str, str], now: datetime) -> Customer:
    """
    Change a customer's e-mail, names, phone, kind or status. The number never changes.

    :raises CustomerNotFound: if there is none.
    :raises CustomerIsAnother: if they were merged into another, or made anonymous.
    :raises TextUnfit: if a text holds what nobody sees, or the e-mail address is none.
    """
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"Not changeable: {', '.join(sorted(unknown))}")
    # No key is changed, so that nobody who gives them credit meanwhile has to wait.
    customer = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).first()
    if customer is None:
        raise CustomerNotFound(identifier=str(customer_id))
    if customer.merged_into_id is not None or customer.anonymised_at is not None:
        raise CustomerIsAnother(number=customer.number)
    for name, value in changes.items():
        setattr(customer, name, to_nfc(value))
    customer.updated_at = now
    customer.save(update_fields=[*changes, "folded", "updated_at"])
    return customer


def _next_number() -> str:
    NumberSeries.objects.get_or_create(name=SERIES)
    with connection.cursor() as cursor:
        # The row is the lock: two new customers never draw one number.
        cursor.execute("UPDATE ledger_numberseries SET last = last + 1 WHERE name = %s RETURNING last", [SERIES])
        return f"CUST-{cursor.fetchall()[0][0]:06d}"


def _insert(customer: Customer) -> bool:
    """False if the number is taken; without an error, which would end the transaction on PostgreSQL."""
    customer.folded = customer.fold_words()
    fields = [field for field in Customer._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(getattr(customer, str(field.attname)), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ledger_customer ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id",
            values,
        )
        rows = cursor.fetchall()
    if rows:
        customer.pk = rows[0][0]
        customer._state.adding = False
        customer._state.db = connection.alias
    return bool(rows)
