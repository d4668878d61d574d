import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from moneyed import Money

from giftcards.operations import CardState
from giftcards.queries import Card
from ledger.money import from_minor
from ledger.operations import AccountStatus
from ledger.queries import Customer, Standing, StoreCredit
from ledger.text import TextKind
from storecredit.api.cards import NUMBER_HERE
from storecredit.api.dialects import iso_milliseconds
from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import Body, HeldCurrency, Integer, Maybe, Text
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import Fault, FaultKind
from storecredit.dialects.glu.serializers.location import Location

GIFT_CARD: Final = "Gift Card"
MEMBER_CREDIT: Final = "Member Credit"
#: How many of its balances an account lists.
NEWEST_BALANCES: Final = 100
MAX_AMOUNT_MINOR: Final = 2**53 - 1
_CONTACT: Final = re.compile(r"(?:\S*/contacts/)?([^\s/?#]{1,64})")
STATUSES: Final = (
    "Valid",
    "Not yet valid",
    "Partially redeemed",
    "Redeemed",
    "Expired",
    "Fraudulent",
    "Refunded",
)
MINOR: Final = "An integer in the currency's minor unit: 1250 is 12.50 GBP, 1250 JPY or 1.250 KWD."


class RedeemIn(Body):
    """Value to be taken from an account."""

    amount = Integer(f"What to take, at least 1. {MINOR}", minimum=1, maximum=MAX_AMOUNT_MINOR)
    currency = Maybe(HeldCurrency("ISO 4217 code in capitals; must be the account's. Left out: the account's."))
    location = Maybe(Location("Where it is redeemed: an id or an object of yours, kept with the balance."))
    contact = Maybe(
        Text(
            "Ours: whose purchase it is, as the URL or the id of a contact. A gift card that belongs to a contact "
            "alone must be told.",
            max_length=500,
            min_length=1,
        )
    )
    note = Maybe(Text("Ours: a note in the books, up to 500 characters.", max_length=500, kind=TextKind.NOTE))

    def check(self) -> Iterable[Fault]:
        """A contact is named by its URL or its id."""
        if self.contact is not None and not _CONTACT.fullmatch(self.contact):
            yield Fault(FaultKind.VALUE, "contact must be the URL or the id of a contact.", member="contact")

    @property
    def contact_id(self) -> str | None:
        """The contact's id, also where its URL was sent."""
        found = _CONTACT.fullmatch(self.contact or "")
        return found[1] if found else None

    def money(self, currency: str) -> Money:
        """The amount, in the account's currency unless another was named."""
        return from_minor(self.amount, self.currency or currency)

    @property
    def details(self) -> dict[str, Any]:
        """What the books keep beside their own columns."""
        said = {"location": self.location, "contact": self.contact_id}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """A gift card or a customer's store credit, as this API sees both. Amounts in minor units."""

    id: int
    number: str
    type: str
    currency: str
    status: str
    created_at: datetime
    changed_at: datetime
    spendable_minor: int
    held_minor: int
    starting_minor: int
    valid_from: datetime
    last_second: datetime | None
    customer_id: int | None
    contact_id: str | None
    is_attached: bool
    card: Card | None

    @classmethod
    def of_card(cls, card: Card) -> "StoredAccount":
        """A gift card."""
        return cls(
            id=card.account_id,
            number=card.account_number,
            type=GIFT_CARD,
            currency=card.currency,
            status=_card_status(card.state, card.spendable_minor, card.redeemed_minor),
            created_at=card.created_at,
            changed_at=card.changed_at,
            spendable_minor=card.spendable_minor,
            held_minor=card.held_minor,
            starting_minor=card.starting_minor,
            valid_from=card.valid_from or card.created_at,
            last_second=card.last_second,
            customer_id=card.customer_id,
            contact_id=card.customer_document_id,
            is_attached=card.customer_only,
            card=card,
        )

    @classmethod
    def of_store_credit(cls, credit: StoreCredit) -> "StoredAccount":
        """A customer's store credit in one currency."""
        return cls(
            id=credit.account_id,
            number=credit.number,
            type=MEMBER_CREDIT,
            currency=credit.currency,
            status=_credit_status(credit.status, credit.spendable_minor),
            created_at=credit.created_at,
            changed_at=credit.changed_at,
            spendable_minor=credit.spendable_minor,
            held_minor=credit.held_minor,
            starting_minor=credit.starting_minor,
            valid_from=credit.created_at,
            last_second=None,
            customer_id=credit.customer_id,
            contact_id=credit.customer_document_id,
            is_attached=True,
            card=None,
        )

    def after_redemption(self, standing: Standing, now: datetime) -> "StoredAccount":
        """The account after something was taken from it at `now`."""
        spendable_minor = standing.spendable_minor
        if self.card is not None:
            status = _card_status(CardState.ACTIVE, spendable_minor, 1)
        else:
            status = _credit_status(AccountStatus.OPEN, spendable_minor)
        return replace(
            self, status=status, spendable_minor=spendable_minor, held_minor=standing.held_minor, changed_at=now
        )


_URL: Final[Schema] = {"type": "string", "format": "uri"}
_MAYBE_URL: Final[Schema] = {"type": ["string", "null"], "format": "uri"}
_MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
_MAYBE_MOMENT: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
_ACCOUNT: Final[dict[str, Schema]] = {
    "id": {"type": "integer", "description": "Id of the account."},
    "createdAt": {**_MOMENT, "description": "When it was made, UTC."},
    "updatedAt": {**_MOMENT, "description": "When it last changed, UTC."},
    "contact": {**_MAYBE_URL, "description": "Whose it is; null: its bearer's, or your key lacks `customers:read`."},
    "giftCard": {
        **_MAYBE_URL,
        "description": "The gift card; null for a Member Credit, or your key lacks `gift_cards:read`.",
    },
    "balances": {
        "type": "array",
        "maxItems": NEWEST_BALANCES,
        "items": _URL,
        "description": "Its newest 100 balance events, newest first; none if your key may not read them.",
    },
    "attachedMember": {
        **_MAYBE_URL,
        "description": "The contact without whom it cannot be redeemed; null if there is none, or your key lacks "
        "`customers:read`.",
    },
    "type": {"type": "string", "enum": [GIFT_CARD, MEMBER_CREDIT], "description": "What it is."},
    "currencyCode": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."},
    "code": {"type": "string", "description": "The code as you named it; of a Member Credit its account number."},
    "accountNumber": {
        "type": "string",
        "description": "Ours: the account's number, which `upstreamId` of a checkout's source takes.",
    },
    "status": {
        "type": "string",
        "enum": list(STATUSES),
        "description": "`Fraudulent`: blocked. `Refunded`: voided. `Redeemed`: nothing is left to redeem.",
    },
    "currentBalance": {
        "type": "integer",
        "minimum": 0,
        "description": f"What can be redeemed now: neither expired nor held. {MINOR}",
    },
    "held": {
        "type": "integer",
        "minimum": 0,
        "description": f"Ours: set aside for purchases under way. {MINOR}",
    },
    "startingBalance": {"type": "integer", "minimum": 0, "description": f"What it was activated with. {MINOR}"},
    "validFrom": {**_MOMENT, "description": "From when it can be redeemed, UTC."},
    "expiresAt": {
        **_MAYBE_MOMENT,
        "description": "The last second at which it can be redeemed, UTC; null: for ever, or each credit by itself.",
    },
}
ACCOUNT = Component("StoredCreditAccount", {"type": "object", "required": list(_ACCOUNT), "properties": _ACCOUNT})
_CONTACT_SCHEMA: Final[dict[str, Schema]] = {
    "id": {"type": "string", "description": "Id of the contact."},
    "createdAt": {**_MOMENT, "description": "When it was made, UTC."},
    "updatedAt": {**_MOMENT, "description": "When it last changed, UTC."},
    "firstName": {"type": ["string", "null"], "description": "First name; or null."},
    "lastName": {"type": ["string", "null"], "description": "Last name, or the company's name; or null."},
    "emailAddress": {"type": ["string", "null"], "description": "E-mail address; or null."},
}
CONTACT = Component("Contact", {"type": "object", "required": list(_CONTACT_SCHEMA), "properties": _CONTACT_SCHEMA})


def show_account(
    account: StoredAccount, numbers: Sequence[int], *, url: Callable[[str], str] | None, contact_url: str | None
) -> Json:
    """An account, with a mark in the place of its code; `url` None leaves out the addresses of what belongs to it."""
    return Json(
        to_json(
            {
                "id": account.id,
                "createdAt": iso_milliseconds(account.created_at),
                "updatedAt": iso_milliseconds(account.changed_at),
                "contact": contact_url,
                "giftCard": url(f"gift_cards/by_id/{account.card.id}") if url and account.card else None,
                "balances": [url(f"balances/{number}") for number in numbers] if url else [],
                "attachedMember": contact_url if account.is_attached else None,
                "type": account.type,
                "currencyCode": account.currency,
                "code": NUMBER_HERE,
                "accountNumber": account.number,
                "status": account.status,
                "currentBalance": account.spendable_minor,
                "held": account.held_minor,
                "startingBalance": account.starting_minor,
                "validFrom": iso_milliseconds(account.valid_from),
                "expiresAt": iso_milliseconds(account.last_second) if account.last_second else None,
            }
        )
    )


def show_contact(customer: Customer) -> Json:
    """A customer as a contact."""
    return Json(
        to_json(
            {
                "id": customer.document_id,
                "createdAt": iso_milliseconds(customer.created_at),
                "updatedAt": iso_milliseconds(customer.updated_at),
                "firstName": customer.first_name or None,
                "lastName": customer.last_name or None,
                "emailAddress": customer.email or None,
            }
        )
    )


def _card_status(state: CardState, spendable_minor: int, redeemed_minor: int) -> str:
    match state:
        case CardState.PENDING:
            return "Not yet valid"
        case CardState.BLOCKED:
            return "Fraudulent"
        case CardState.VOIDED:
            return "Refunded"
        case CardState.EXPIRED:
            return "Expired"
    if not spendable_minor:
        return "Redeemed"
    return "Partially redeemed" if redeemed_minor > 0 else "Valid"


def _credit_status(status: str, spendable_minor: int) -> str:
    if status == AccountStatus.FROZEN:
        return "Fraudulent"
    if status == AccountStatus.CLOSED:
        return "Refunded"
    return "Valid" if spendable_minor else "Redeemed"
