from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ledger import queries
from ledger.money import CURRENCIES
from ledger.queries import AccountBalance
from storecredit.api.fields import BookedAmount, Choice, CurrencyCode, Email, Name, Text, TextOrNull, wrong_member
from storecredit.api.serializers import Serializer, Validated
from storecredit.dialects.tiquo.serializers.credit import ENTITY_TYPES
from storecredit.dialects.tiquo.serializers.envelope import Answer, DocumentId, Milliseconds, Page

STATUSES: Final = ("active", "inactive", "banned", "archived")
_CHANGEABLE: Final = ("email", "first_name", "last_name", "phone", "entity_type", "status")


class CustomerFields(Serializer):
    """What can be said about a customer. A member that is not there is left alone; null empties a text."""

    email = Email(optional=True, help_text="E-mail address.")
    firstName = Name(source="first_name", max_length=200, optional=True, help_text="First name.")
    lastName = Name(source="last_name", max_length=200, optional=True, help_text="Last name, or the company's name.")
    phone = Text(max_length=64, optional=True, help_text="Telephone number, as it is dialled.")
    entityType = Choice(source="entity_type", choices=ENTITY_TYPES, required=False, help_text="What the customer is.")
    status = Choice(
        choices=STATUSES,
        component="CustomerStatus",
        required=False,
        help_text="`banned` and `archived` customers are given no new credit.",
    )


class CustomerUpdate(CustomerFields):
    """What is changed about a customer. A member that is not there is left alone; null empties a text."""

    def to_internal_value(self, data: Any) -> Validated:
        """The members. One that is documented and cannot be changed is refused, not ignored."""
        if isinstance(data, dict) and "customerNumber" in data:
            raise wrong_member("customerNumber", "never changes: leave it out.")
        return super().to_internal_value(data)


class CustomerCreate(CustomerFields):
    """A customer to be made."""

    customerNumber = Text(
        source="customer_number",
        max_length=64,
        pattern=r"(?!k[0-9a-z]{16}$)[!-.0-~]{1,64}",
        said="1 to 64 printable ASCII characters without blanks and slashes, and must not look like a document id",
        optional=True,
        help_text="Number of the customer in your systems; left out, the next `CUST-000001`. It never changes.",
    )


class Customer(Serializer):
    """A customer."""

    id = DocumentId(source="document_id", help_text="Document id of the customer.")
    customerNumber = Text(source="number", max_length=64, help_text="Number of the customer.")
    entityType = Choice(source="entity_type", choices=ENTITY_TYPES, help_text="What the customer is.")
    firstName = TextOrNull(source="first_name", max_length=200, help_text="First name; or null.")
    lastName = TextOrNull(source="last_name", max_length=200, help_text="Last name, or the company's name; or null.")
    displayName = Text(source="display_name", help_text="Both names, else the e-mail address, else the number.")
    email = TextOrNull(max_length=254, help_text="E-mail address; or null.")
    phone = TextOrNull(max_length=64, help_text="Telephone number; or null.")
    status = Choice(choices=STATUSES, component="CustomerStatus", help_text="What the customer may be given.")
    createdAt = Milliseconds(source="created_at", help_text="When the customer was made")
    updatedAt = Milliseconds(source="updated_at", help_text="When the customer was last changed")


class StoreCreditAccount(Serializer):
    """The account that holds a customer's store credit in one currency."""

    number = Text(help_text="Number of the account.")
    currency = CurrencyCode(help_text="ISO 4217 code.")
    balance = BookedAmount(minor="spendable_minor", minimum=0, help_text="What can be spent now, in major units.")
    held = BookedAmount(minor="held_minor", minimum=0, help_text="Set aside for purchases under way, in major units.")
    nextExpiry = Milliseconds(
        source="next_expiry", allow_null=True, help_text="When the next of its credit expires, or null"
    )


class CustomerWithAccounts(Customer):
    """A customer with the accounts that hold their store credit."""

    storeCreditAccounts = StoreCreditAccount(
        source="accounts",
        many=True,
        max_length=len(CURRENCIES),
        help_text="Ours: one account a currency, by currency.",
    )


class CustomerAnswer(Answer):
    """The customer."""

    data = CustomerWithAccounts()


class CustomerPage(Page):
    """One page of customers."""

    data = Customer(many=True, max_length=100)


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer beside their accounts."""

    customer: queries.Customer
    accounts: Iterable[AccountBalance]

    def __getattr__(self, name: str) -> Any:
        """What the customer says of themself."""
        return getattr(self.customer, name)


def changes_of(order: Validated) -> dict[str, str]:
    """The members that were sent, by the names that the books use."""
    return {name: order[name] or "" for name in _CHANGEABLE if name in order}
