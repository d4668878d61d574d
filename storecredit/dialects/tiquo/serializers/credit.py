from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from moneyed import Money
from rest_framework.exceptions import ValidationError

from ledger.money import CURRENCIES
from ledger.operations import TransactionType
from ledger.queries import Transaction, Wallet, metadata_of
from storecredit.api.fields import (
    Amount,
    BookedAmount,
    Boolean,
    Choice,
    Currency,
    CurrencyCode,
    HeldCurrency,
    Integer,
    Metadata,
    Moment,
    Name,
    Note,
    ShownMetadata,
    StrictField,
    Text,
    TextOrNull,
    find_too_fine,
)
from storecredit.api.json_text import Json, to_json
from storecredit.api.serializers import Serializer, Validated
from storecredit.dialects.tiquo.serializers.envelope import Answer, DocumentId, Milliseconds, Page

MAX_AMOUNT: Final = 1_000_000
ENTITY_TYPES: Final = ("customer", "company")
TYPES: Final = {
    TransactionType.ISSUE: "issued",
    TransactionType.LOAD: "issued",
    TransactionType.REDEEM: "redeemed",
    TransactionType.REFUND: "refunded",
    TransactionType.ADJUST: "adjusted",
    TransactionType.EXPIRE: "expired",
    TransactionType.VOID: "reversed",
    TransactionType.TRANSFER: "transferred",
    TransactionType.IMPORT: "imported",
}
#: A reversal is called by what it undoes: of a spend it gives back, of a credit it takes back.
TYPE_WORDS: Final = tuple(dict.fromkeys(TYPES.values()))


class StoreCreditDebit(Serializer):
    """Credit to be spent."""

    currency: StrictField = HeldCurrency(help_text="ISO 4217 code in capitals, for example GBP.")
    amount = Amount(
        above=0,
        maximum=MAX_AMOUNT,
        decimals=2,
        help_text="Positive amount in major units of the currency, up to 1000000; up to 2 decimals, and no more than "
        "the currency has.",
    )
    note = Note(optional=True, help_text="Note in the books, up to 500 characters; empty is the same as none.")
    reasonCode = Text(
        source="reason_code", max_length=32, min_length=1, optional=True, help_text="Ours: code of an active reason."
    )
    category = Name(max_length=64, optional=True, help_text="Ours: a label of your own, kept with the transaction.")
    reference = Text(max_length=255, optional=True, help_text="Ours: an order or document that this belongs to.")
    metadata = Metadata(about="the transaction")

    def validate(self, attrs: Any) -> Any:
        """An amount may not be finer than its currency."""
        if wrongs := find_too_fine({"amount": attrs["amount"]}, attrs["currency"], most=2):
            raise ValidationError(wrongs)
        return attrs


class StoreCreditIssue(StoreCreditDebit):
    """Credit to be added."""

    currency = Currency(help_text="ISO 4217 code in capitals, for example GBP.")
    expiresAt = Moment(
        source="expires_at",
        end_of_day=True,
        optional=True,
        help_text="Ours: until when the credit can be spent: epoch milliseconds, or a date whose last moment in the "
        "shop's time zone is meant. Must be in the future. Left out: the reason's own life, else for ever.",
    )


class BalanceInCurrency(Serializer):
    """What a customer can spend in one currency."""

    currency = CurrencyCode(help_text="ISO 4217 code.")
    balance = BookedAmount(
        minor="spendable_minor", minimum=0, help_text="What can be spent now, in major units: neither expired nor held."
    )

    class Meta:
        ref_name = "StoreCreditBalance"


class StoreCreditBalances(Serializer):
    """What a customer can spend, by currency."""

    customerId = DocumentId(
        source="document_id", help_text="Document id of the customer, also where the path has the number."
    )
    customerNumber = Text(source="number", max_length=64, help_text="Number of the customer.")
    balances = BalanceInCurrency(many=True, max_length=len(CURRENCIES), help_text="One entry a currency, by currency.")
    totalCurrencies = Integer(source="total", min_value=0, help_text="How many entries there are.")


class Booked(Serializer):
    """What every transaction shows of itself."""

    id = DocumentId(source="transaction.document_id", help_text="Document id of the transaction.")
    entityType = Choice(source="wallet.entity_type", choices=ENTITY_TYPES, help_text="What the customer is.")
    customerId = DocumentId(
        source="wallet.document_id", help_text="Document id of the customer, also where the path has the number."
    )
    currency = CurrencyCode(source="transaction.currency", help_text="ISO 4217 code.")
    type = Choice(choices=TYPE_WORDS, component="StoreCreditType", help_text="What happened.")
    amount = BookedAmount(
        minor="transaction.amount_minor",
        currency="transaction.currency",
        help_text="In major units; negative when credit was taken.",
    )
    balanceAfter = BookedAmount(
        minor="transaction.balance_after_minor",
        currency="transaction.currency",
        help_text="The balance in this currency afterwards, in major units.",
    )
    note = TextOrNull(source="transaction.note", max_length=500, help_text="The note; null without one.")
    metadata = ShownMetadata(about="the transaction")


class KeptMovement(Booked):
    """A movement as it is kept: all but the mark that tells a first answer from a repeated one."""

    idempotencyKey = Text(source="key", max_length=255, help_text="The key of the request.")
    createdAt = Milliseconds(source="transaction.created_at", help_text="When it was booked")


class StoreCreditMovement(KeptMovement):
    """The transaction that a request made."""

    idempotentReplay = Boolean(source="is_replay", help_text="Whether this answer is given again.")


class StoreCreditTransaction(Booked):
    """One entry of a customer's history."""

    createdAt = Milliseconds(source="transaction.created_at", help_text="When it was booked")
    reference = TextOrNull(source="transaction.reference", max_length=255, help_text="Order or document; or null.")
    reasonCode = TextOrNull(source="transaction.reason_id", help_text="Code of the reason; null without one.")
    expiresAt = Milliseconds(
        source="first_expiry",
        allow_null=True,
        help_text="Until when the credit that this brought in can be spent; null where for ever, or where it brought "
        "none in",
    )


class StoreCreditBalancesAnswer(Answer):
    """The balances."""

    data = StoreCreditBalances()


class StoreCreditMovementAnswer(Answer):
    """The movement."""

    data = StoreCreditMovement()


class StoreCreditTransactionAnswer(Answer):
    """One transaction."""

    data = StoreCreditTransaction()


class StoreCreditTransactionPage(Page):
    """One page of transactions."""

    data = StoreCreditTransaction(many=True, max_length=100)


@dataclass(frozen=True, slots=True)
class Movement:
    """A transaction beside the customer whose it is."""

    transaction: Transaction
    wallet: Wallet
    key: str = ""

    @property
    def type(self) -> str:
        """What happened, in the vendor's words."""
        if self.transaction.type == TransactionType.REVERSE:
            return "refunded" if self.transaction.amount_minor > 0 else "reversed"
        return TYPES[TransactionType(self.transaction.type)]

    @property
    def metadata(self) -> dict[str, Any]:
        """What a client keeps with it."""
        return metadata_of(self.transaction)

    @property
    def first_expiry(self) -> datetime | None:
        """When the first of the credit expires that this brought in."""
        return min((lot.expires_at for lot in self.transaction.lots.all() if lot.expires_at), default=None)


def money_of(order: Validated) -> Money:
    """The amount and its currency as one."""
    return Money(order["amount"], order["currency"])


def details_of(order: Mapping[str, Any]) -> dict[str, Any]:
    """What the books keep beside their own columns."""
    return {"category": order["category"]} if order.get("category") else {}


def balances_of(wallets: list[Wallet]) -> dict[str, Any]:
    """What a customer can spend; a wallet without currency stands for a customer without accounts."""
    kept = [wallet for wallet in wallets if wallet.currency]
    return {
        "document_id": wallets[0].document_id,
        "number": wallets[0].number,
        "balances": kept,
        "total": len(kept),
    }


def show_movement(transaction: Transaction, wallet: Wallet, key: str) -> Json:
    """The transaction that a request made, as it is kept."""
    return KeptMovement.shared().to_text(Movement(transaction, wallet, key))


def mark_replay(movement: Json, *, replayed: bool) -> Json:
    """A kept movement as it goes out."""
    return Json(f'{movement[:-1]},"idempotentReplay":{to_json(replayed)}}}')


def movements_of(transactions: Iterable[Transaction], wallet: Wallet) -> list[Movement]:
    """Transactions beside the customer whose they are."""
    return [Movement(transaction, wallet) for transaction in transactions]
