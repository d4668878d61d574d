from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ledger.operations import AccountKind, TransactionType
from ledger.queries import Account, Transaction, metadata_of
from storecredit.api.fields import Choice, FreeObject, Integer, IsoMilliseconds, ShownMetadata, Text, Url
from storecredit.api.serializers import Serializer
from storecredit.dialects.glu.serializers.accounts import MINOR
from storecredit.dialects.glu.serializers.location import show_location

#: How many balances a page has: of one account, and of all.
PAGE_SIZE: Final = 1000
LIST_PAGE_SIZE: Final = 100
TYPES: Final = {
    TransactionType.ISSUE: "Activation",
    TransactionType.LOAD: "Topup",
    TransactionType.REDEEM: "Redemption",
    TransactionType.REVERSE: "Reversal",
    TransactionType.REFUND: "Reversal",
    TransactionType.ADJUST: "Adjustment",
    TransactionType.TRANSFER: "Transfer",
    TransactionType.EXPIRE: "Expiry",
    TransactionType.VOID: "Cancellation",
    TransactionType.IMPORT: "Import",
}
#: The vendor's `Refund` is a name that no balance has here: giving back is a `Reversal`.
TYPE_WORDS: Final = (*dict.fromkeys(TYPES.values()), "Refund")
#: A card's credit lasts through the last second of a day; the books hold the moment after it.
CARD_CREDIT_LASTS_UNTIL: Final = timedelta(seconds=-1)


class BalancedAccount(Serializer):
    """The account whose balance it is."""

    id = Integer(source="account.pk", help_text="Id of the account.")
    code = Text(
        help_text="Its code as it was made: whole where you named it or your key has `gift_cards:reveal`, else "
        "`****7QX2`; of a Member Credit its account number."
    )
    balances = Url(help_text="The list of its balances.")


class BalanceEvent(Serializer):
    """A change of an account's balance."""

    id = Integer(source="entry.number", help_text="Id of the balance event.")
    createdAt = IsoMilliseconds(source="entry.created_at", help_text="When it was booked, UTC.")
    updatedAt = IsoMilliseconds(source="entry.created_at", help_text="The same: a balance event never changes.")
    type = Choice(
        choices=TYPE_WORDS,
        component="BalanceEventType",
        help_text="What happened. `Refund` is not given at present: what gives back is a `Reversal`.",
    )
    amount = Integer(source="entry.amount_minor", help_text=f"Positive when it added, negative when it took. {MINOR}")
    location = FreeObject(help_text="Where it happened, as it was sent; `{}` if it was not.")
    happenedAt = IsoMilliseconds(source="entry.created_at", help_text="When it happened, UTC.")
    expiresAt = IsoMilliseconds(
        source="expires_at",
        allow_null=True,
        help_text="Until when the credit that it brought in can be redeemed, UTC; null: for ever, or none.",
    )
    mewsPayment = FreeObject(source="payment", help_text="Always `{}`.")
    attachedMember = Url(
        source="member_url",
        allow_null=True,
        help_text="The contact without whom the account cannot be redeemed; null if there is none, or your key lacks "
        "`customers:read`.",
    )
    storedCreditAccount = BalancedAccount(source="*", help_text="The account whose balance it is.")
    metadata = ShownMetadata(about="the balance event")

    def get_fields(self) -> dict[str, Any]:
        """With the event that this one undoes, which is another of its kind; in the vendor's order."""
        fields = super().get_fields()
        undone = BalanceEvent(
            source="undone",
            allow_null=True,
            help_text="The balance event that this one undoes, its own `reversed` null; or null.",
        )
        names = list(fields)
        place = names.index("mewsPayment")
        ordered = {name: fields[name] for name in names[:place]} | {"reversed": undone}
        return ordered | {name: fields[name] for name in names[place:]}


class BalanceEvents(Serializer):
    """One page of balance events."""

    balances = BalanceEvent(many=True, max_length=PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class Links:
    """What an answer needs to know beyond the books: where it is served, and which codes the client may see."""

    url: Callable[[str], str]
    contact_url: Callable[[str], str | None]
    code_of: Callable[[Account], str]


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the books as a balance event."""

    entry: Transaction
    credit_expires_at: datetime | None
    links: Links
    undone: "Event | None" = None

    @property
    def account(self) -> Account:
        """Whose balance it is."""
        return self.entry.account

    @property
    def type(self) -> str:
        """What happened, in the vendor's words."""
        return TYPES[TransactionType(self.entry.type)]

    @property
    def location(self) -> dict[str, Any]:
        """Where it happened."""
        return show_location(self.entry.details.get("location"))

    @property
    def metadata(self) -> dict[str, Any]:
        """What a client keeps with it."""
        return metadata_of(self.entry)

    @property
    def expires_at(self) -> datetime | None:
        """The last moment of the credit that it brought in."""
        if self.credit_expires_at is not None and self.account.kind == AccountKind.GIFT_CARD:
            return self.credit_expires_at + CARD_CREDIT_LASTS_UNTIL
        return self.credit_expires_at

    @property
    def payment(self) -> dict[str, Any]:
        """The vendor's payments at a property management system, of which there are none here."""
        return {}

    @property
    def member_url(self) -> str | None:
        """Where the contact is without whom the account cannot be redeemed."""
        if self.account.kind == AccountKind.STORE_CREDIT:
            customer = self.account.customer
            return self.links.contact_url(customer.document_id) if customer else None
        card = getattr(self.account, "card", None)
        return self.links.contact_url(card.customer.document_id) if card is not None and card.customer_only else None

    @property
    def code(self) -> str:
        """The account's code, as far as the client may see it."""
        return self.links.code_of(self.account)

    @property
    def balances(self) -> str:
        """Where the account's balances are."""
        return self.links.url(f"balances?storedCreditAccount={self.account.pk}")


def events_of(entries: Iterable[Transaction], links: Links) -> list[Event]:
    """Entries as balance events, each with the one that it undoes."""
    return [event_of(entry, links) for entry in entries]


def event_of(entry: Transaction, links: Links) -> Event:
    """An entry as a balance event, with the one that it undoes."""
    undone = None
    if entry.reverses is not None:
        undone = Event(entry.reverses, getattr(entry, "undone_credit_expires_at", None), links)
    return Event(entry, getattr(entry, "credit_expires_at", None), links, undone)
