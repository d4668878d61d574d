import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from moneyed import Money

from giftcards.operations import CardState
from giftcards.queries import Card
from ledger.money import from_minor
from ledger.operations import AccountStatus
from ledger.queries import Standing, StoreCredit
from storecredit.api.fields import (
    Choice,
    CurrencyCode,
    HeldCurrency,
    Integer,
    IsoMilliseconds,
    Metadata,
    Note,
    PlainArray,
    Text,
    TextOrNull,
    Url,
    wrong_member,
)
from storecredit.api.serializers import Serializer, Validated
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


class StoredCreditRedeem(Serializer):
    """Value to be taken from an account."""

    amount = Integer(min_value=1, max_value=MAX_AMOUNT_MINOR, help_text=f"What to take, at least 1. {MINOR}")
    currency = HeldCurrency(
        optional=True, help_text="ISO 4217 code in capitals; must be the account's. Left out: the account's."
    )
    location = Location(
        optional=True, help_text="Where it is redeemed: an id or an object of yours, kept with the balance."
    )
    contact = Text(
        max_length=500,
        min_length=1,
        optional=True,
        help_text="Ours: whose purchase it is, as the URL or the id of a contact. A gift card that belongs to a "
        "contact alone must be told.",
    )
    note = Note(optional=True, help_text="Ours: a note in the books, up to 500 characters; empty is the same as none.")
    metadata = Metadata(about="the balance event")

    def validate(self, attrs: Any) -> Any:
        """A contact is named by its URL or its id."""
        if attrs.get("contact") is not None and contact_id_of(attrs) is None:
            raise wrong_member("contact", "must be the URL or the id of a contact.")
        return attrs


def contact_id_of(order: Mapping[str, Any]) -> str | None:
    """The contact's id, also where its URL was sent."""
    found = _CONTACT.fullmatch(order.get("contact") or "")
    return found[1] if found else None


def money_of(order: Validated, *, currency: str) -> Money:
    """The amount, in the account's currency unless another was named."""
    return from_minor(order["amount"], order.get("currency") or currency)


def details_of(order: Validated) -> dict[str, Any]:
    """What the books keep beside their own columns."""
    said = {"location": order.get("location"), "contact": contact_id_of(order)}
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


class StoredCreditAccount(Serializer):
    """A gift card or a Member Credit."""

    id = Integer(source="account.id", help_text="Id of the account.")
    createdAt = IsoMilliseconds(source="account.created_at", help_text="When it was made, UTC.")
    updatedAt = IsoMilliseconds(source="account.changed_at", help_text="When it last changed, UTC.")
    contact = Url(
        source="contact_url",
        allow_null=True,
        help_text="Whose it is; null: its bearer's, or your key lacks `customers:read`.",
    )
    giftCard = Url(
        source="card_url",
        allow_null=True,
        help_text="The gift card; null for a Member Credit, or your key lacks `gift_cards:read`.",
    )
    balances = PlainArray(
        source="balance_urls",
        child=Url(),
        max_length=NEWEST_BALANCES,
        help_text="Its newest 100 balance events, newest first; none if your key may not read them.",
    )
    attachedMember = Url(
        source="member_url",
        allow_null=True,
        help_text="The contact without whom it cannot be redeemed; null if there is none, or your key lacks "
        "`customers:read`.",
    )
    type = Choice(
        source="account.type", choices=[GIFT_CARD, MEMBER_CREDIT], component="StoredCreditType", help_text="What it is."
    )
    currencyCode = CurrencyCode(source="account.currency", help_text="ISO 4217 code.")
    code = Text(help_text="The gift card's code as it was made; of a Member Credit its account number.")
    accountNumber = Text(
        source="account.number",
        help_text="Ours: the account's number, which `upstreamId` of a checkout's source takes.",
    )
    status = Choice(
        source="account.status",
        choices=STATUSES,
        component="StoredCreditStatus",
        help_text="`Fraudulent`: blocked. `Refunded`: voided. `Redeemed`: nothing is left to redeem.",
    )
    currentBalance = Integer(
        source="account.spendable_minor",
        min_value=0,
        help_text=f"What can be redeemed now: neither expired nor held. {MINOR}",
    )
    held = Integer(
        source="account.held_minor", min_value=0, help_text=f"Ours: set aside for purchases under way. {MINOR}"
    )
    startingBalance = Integer(
        source="account.starting_minor", min_value=0, help_text=f"What it was activated with. {MINOR}"
    )
    validFrom = IsoMilliseconds(source="account.valid_from", help_text="From when it can be redeemed, UTC.")
    expiresAt = IsoMilliseconds(
        source="account.last_second",
        allow_null=True,
        help_text="The last second at which it can be redeemed, UTC; null: for ever, or each credit by itself.",
    )


class Contact(Serializer):
    """A customer as a contact."""

    id = Text(source="document_id", help_text="Id of the contact.")
    createdAt = IsoMilliseconds(source="created_at", help_text="When it was made, UTC.")
    updatedAt = IsoMilliseconds(source="updated_at", help_text="When it last changed, UTC.")
    firstName = TextOrNull(source="first_name", help_text="First name; or null.")
    lastName = TextOrNull(source="last_name", help_text="Last name, or the company's name; or null.")
    emailAddress = TextOrNull(source="email", help_text="E-mail address; or null.")


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """
    An account beside what an answer knows of it: its code, and the addresses of what belongs to it.

    :param numbers: of its newest balances.
    :param url: gives the address of a path; None for a client that could follow none.
    """

    account: StoredAccount
    code: str
    numbers: Sequence[int]
    url: Callable[[str], str] | None
    contact_url: str | None

    @property
    def card_url(self) -> str | None:
        """Where the card is."""
        card = self.account.card
        return self.url(f"gift_cards/by_id/{card.id}") if self.url and card else None

    @property
    def balance_urls(self) -> list[str]:
        """Where its newest balances are."""
        return [self.url(f"balances/{number}") for number in self.numbers] if self.url else []

    @property
    def member_url(self) -> str | None:
        """Where the contact is without whom it cannot be redeemed."""
        return self.contact_url if self.account.is_attached else None


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
