from collections.abc import Iterable
from typing import Any, ClassVar, Final

from ledger.queries import AccountBalance, Customer
from ledger.text import TextKind
from storecredit.api.fields import Body, Choice, Email, Maybe, Text
from storecredit.api.fields.times import epoch_milliseconds
from storecredit.api.json_text import Json, to_json
from storecredit.api.openapi import Schema
from storecredit.api.paging import PageQuery
from storecredit.dialects.tiquo.serializers.credit import major
from storecredit.dialects.tiquo.serializers.envelope import (
    CURRENCY_CODE,
    DOCUMENT_ID,
    MILLISECONDS,
    answer,
    answer_list,
    record,
    said,
)

ENTITY_TYPES: Final = ("customer", "company")
STATUSES: Final = ("active", "inactive", "banned", "archived")


class CustomerChange(Body):
    """What can be changed about a customer. A member that is not there is left alone; null empties a text."""

    email = Maybe(Email("E-mail address."))
    first_name = Maybe(Text("First name.", max_length=200, kind=TextKind.NAME, wire="firstName"))
    last_name = Maybe(Text("Last name, or the company's name.", max_length=200, kind=TextKind.NAME, wire="lastName"))
    phone = Maybe(Text("Telephone number, as it is dialled.", max_length=64))
    entity_type = Maybe(Choice("What the customer is.", choices=ENTITY_TYPES, wire="entityType"), null=False)
    status = Maybe(Choice("`banned` and `archived` customers are given no new credit.", choices=STATUSES), null=False)

    changeable: ClassVar[tuple[str, ...]] = ("email", "first_name", "last_name", "phone", "entity_type", "status")

    def changes(self) -> dict[str, str]:
        """The members that were sent, by the names that the books use."""
        return {name: getattr(self, name) or "" for name in self.changeable if name in self.sent}


class CustomerIn(CustomerChange):
    """A customer to be made."""

    customer_number = Maybe(
        Text(
            "Number of the customer in your systems; left out, the next `CUST-000001`. It never changes.",
            max_length=64,
            pattern=r"(?!k[0-9a-z]{16}$)[!-.0-~]{1,64}",
            said="1 to 64 printable ASCII characters without blanks and slashes, and must not look like a document id",
            wire="customerNumber",
        )
    )


class CustomerQuery(PageQuery):
    search = Maybe(Text("Words that the number, name, e-mail address or telephone number holds.", max_length=200))
    status = Maybe(Choice("Only customers of this status.", choices=STATUSES))


_TEXT: Final[Schema] = {"type": ["string", "null"]}
_CUSTOMER: Final[dict[str, Schema]] = {
    "id": said(DOCUMENT_ID, "Document id of the customer."),
    "customerNumber": {"type": "string", "maxLength": 64, "description": "Number of the customer."},
    "entityType": {"type": "string", "enum": list(ENTITY_TYPES), "description": "What the customer is."},
    "firstName": said(_TEXT, "First name; or null.", maxLength=200),
    "lastName": said(_TEXT, "Last name, or the company's name; or null.", maxLength=200),
    "displayName": {"type": "string", "description": "Both names, else the e-mail address, else the number."},
    "email": said(_TEXT, "E-mail address; or null.", maxLength=254),
    "phone": said(_TEXT, "Telephone number; or null.", maxLength=64),
    "status": {"type": "string", "enum": list(STATUSES), "description": "What the customer may be given."},
    "createdAt": said(MILLISECONDS, "When the customer was made, in milliseconds since 1970-01-01T00:00:00Z."),
    "updatedAt": said(MILLISECONDS, "When the customer was last changed, in milliseconds since 1970-01-01T00:00:00Z."),
}
_ACCOUNT: Final[dict[str, Schema]] = {
    "number": {"type": "string", "description": "Number of the account."},
    "currency": CURRENCY_CODE,
    "balance": {"type": "number", "minimum": 0, "description": "What can be spent now, in major units."},
    "held": {"type": "number", "minimum": 0, "description": "Set aside for purchases under way, in major units."},
    "nextExpiry": {
        "type": ["integer", "null"],
        "description": "When the next of its credit expires, in milliseconds since 1970-01-01T00:00:00Z; or null.",
    },
}
CUSTOMER = answer(
    "Customer",
    record(
        {
            **_CUSTOMER,
            "storeCreditAccounts": {
                "type": "array",
                "items": record(_ACCOUNT),
                "description": "Ours: one account a currency, by currency.",
            },
        }
    ),
)
CUSTOMERS = answer_list("Customers", record(_CUSTOMER))


def show_customer(customer: Customer, accounts: Iterable[AccountBalance]) -> Json:
    """One customer with the accounts that hold their store credit."""
    shown = [
        {
            "number": account.number,
            "currency": account.currency,
            "balance": major(account.spendable_minor, account.currency),
            "held": major(account.held_minor, account.currency),
            "nextExpiry": epoch_milliseconds(account.next_expiry) if account.next_expiry else None,
        }
        for account in accounts
    ]
    return Json(to_json({**_show(customer), "storeCreditAccounts": shown}))


def show_customers(customers: Iterable[Customer]) -> Json:
    """A list of customers."""
    return Json(to_json([_show(customer) for customer in customers]))


def _show(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.document_id,
        "customerNumber": customer.number,
        "entityType": customer.entity_type,
        "firstName": customer.first_name or None,
        "lastName": customer.last_name or None,
        "displayName": customer.display_name,
        "email": customer.email or None,
        "phone": customer.phone or None,
        "status": customer.status,
        "createdAt": epoch_milliseconds(customer.created_at),
        "updatedAt": epoch_milliseconds(customer.updated_at),
    }
