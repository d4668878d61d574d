from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q
from moneyed import Money

from ledger.money import decimals
from ledger.operations import TransactionType
from ledger.queries import Transaction, Wallet
from ledger.text import TextKind
from storecredit.api.fields import Amount, Body, Choice, Currency, HeldCurrency, Maybe, Moment, Text
from storecredit.api.fields.money import count_decimals
from storecredit.api.fields.times import epoch_milliseconds
from storecredit.api.json_text import Json, to_json
from storecredit.api.openapi import Schema
from storecredit.api.paging import PageQuery
from storecredit.api.problems import Fault, FaultKind
from storecredit.dialects.tiquo.serializers.envelope import (
    CURRENCY_CODE,
    DOCUMENT_ID,
    MILLISECONDS,
    answer,
    answer_list,
    record,
    said,
)

MAX_AMOUNT: Final = 1_000_000
_TYPES: Final = {
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
_FILTERS: Final = {
    word: Q(type__in=[kind for kind, shown in _TYPES.items() if shown == word])
    for word in dict.fromkeys(_TYPES.values())
}
_FILTERS["refunded"] |= Q(type=TransactionType.REVERSE, amount_minor__gt=0)
_FILTERS["reversed"] |= Q(type=TransactionType.REVERSE, amount_minor__lt=0)


class MoneyIn(Body):
    """An amount in a currency, and what may be said about it."""

    currency = Currency("ISO 4217 code in capitals, for example GBP.")
    amount = Amount(
        "Positive amount in major units of the currency, up to 1000000; up to 2 decimals, and no more than the "
        "currency has.",
        above=0,
        maximum=MAX_AMOUNT,
        decimals=2,
    )
    note = Maybe(Text("Note in the books, up to 500 characters.", max_length=500, kind=TextKind.NOTE))
    reason_code = Maybe(Text("Ours: code of an active reason.", max_length=32, min_length=1, wire="reasonCode"))
    category = Maybe(Text("Ours: a label of your own, kept with the transaction.", max_length=64, kind=TextKind.NAME))
    reference = Maybe(Text("Ours: an order or document that this belongs to.", max_length=255))

    def check(self) -> Iterable[Fault]:
        """An amount may not be finer than its currency."""
        places = min(2, decimals(self.currency))
        if count_decimals(self.amount) > places:
            yield Fault(
                FaultKind.VALUE, f"amount must have at most {places} decimals in {self.currency}.", member="amount"
            )

    @property
    def money(self) -> Money:
        """The amount and its currency as one."""
        return Money(self.amount, self.currency)

    @property
    def details(self) -> dict[str, Any]:
        """What the books keep beside their own columns."""
        return {"category": self.category} if self.category else {}


class CreditIn(MoneyIn):
    """Credit to be added."""

    expires_at = Maybe(
        Moment(
            "Ours: until when the credit can be spent: epoch milliseconds, or a date whose last moment in the shop's "
            "time zone is meant. Must be in the future. Left out: the reason's own life, else for ever.",
            end_of_day=True,
            wire="expiresAt",
        )
    )


class DebitIn(MoneyIn):
    """Credit to be spent."""

    currency = HeldCurrency("ISO 4217 code in capitals, for example GBP.")


class BalanceQuery(Body):
    currency = Maybe(HeldCurrency("Only this currency, with balance 0 if the customer has none in it."))


class TransactionQuery(PageQuery):
    type = Maybe(Choice("Only transactions of this type.", choices=_FILTERS))
    currency = Maybe(HeldCurrency("Only transactions in this currency."))
    created_from = Maybe(Moment("Not before this: epoch milliseconds or a date.", end_of_day=False, wire="createdFrom"))
    created_to = Maybe(
        Moment("Not after this: epoch milliseconds, or a date including that day.", end_of_day=True, wire="createdTo")
    )

    def condition(self) -> Q:
        """The transactions that are asked for."""
        wanted = _FILTERS[self.type] if self.type else Q()
        if self.currency:
            wanted &= Q(currency=self.currency)
        if self.created_from:
            wanted &= Q(created_at__gte=self.created_from)
        if self.created_to:
            wanted &= Q(created_at__lte=self.created_to)
        return wanted


_AMOUNT_OUT: Final[Schema] = {"type": "number", "description": "In major units; negative when credit was taken."}
_TRANSACTION: Final[dict[str, Schema]] = {
    "id": said(DOCUMENT_ID, "Document id of the transaction."),
    "entityType": {"type": "string", "enum": ["customer", "company"], "description": "What the customer is."},
    "customerId": said(DOCUMENT_ID, "Document id of the customer, also where the path has the number."),
    "currency": CURRENCY_CODE,
    "type": {"type": "string", "enum": list(_FILTERS), "description": "What happened."},
    "amount": _AMOUNT_OUT,
    "balanceAfter": {"type": "number", "description": "The balance in this currency afterwards, in major units."},
    "note": {"type": ["string", "null"], "maxLength": 500, "description": "The note; null without one."},
}
_CREATED: Final[Schema] = said(MILLISECONDS, "When it was booked, in milliseconds since 1970-01-01T00:00:00Z.")
MOVEMENT = answer(
    "StoreCreditMovement",
    record(
        {
            **_TRANSACTION,
            "idempotencyKey": {"type": "string", "maxLength": 255, "description": "The key of the request."},
            "createdAt": _CREATED,
            "idempotentReplay": {"type": "boolean", "description": "Whether this answer is given again."},
        }
    ),
)
TRANSACTIONS = answer_list(
    "StoreCreditTransactions",
    record(
        {
            **_TRANSACTION,
            "createdAt": _CREATED,
            "reference": {"type": ["string", "null"], "maxLength": 255, "description": "Order or document; or null."},
            "reasonCode": {"type": ["string", "null"], "description": "Code of the reason; null without one."},
            "expiresAt": {
                "type": ["integer", "null"],
                "description": "Until when the credit that this brought in can be spent, in milliseconds since "
                "1970-01-01T00:00:00Z; null: for ever, or it brought none in.",
            },
        }
    ),
)
BALANCES = answer(
    "StoreCreditBalances",
    record(
        {
            "customerId": said(DOCUMENT_ID, "Document id of the customer, also where the path has the number."),
            "customerNumber": {"type": "string", "maxLength": 64, "description": "Number of the customer."},
            "balances": {
                "type": "array",
                "items": record(
                    {
                        "currency": CURRENCY_CODE,
                        "balance": {
                            "type": "number",
                            "minimum": 0,
                            "description": "What can be spent now, in major units: neither expired nor held.",
                        },
                    }
                ),
                "description": "One entry a currency, by currency.",
            },
            "totalCurrencies": {"type": "integer", "minimum": 0, "description": "How many entries there are."},
        }
    ),
)


def show_balances(wallets: list[Wallet]) -> Json:
    """What a customer can spend; a wallet without currency stands for a customer without accounts."""
    shown = [
        {"currency": wallet.currency, "balance": major(wallet.spendable_minor, wallet.currency)}
        for wallet in wallets
        if wallet.currency
    ]
    return Json(
        to_json(
            {
                "customerId": wallets[0].document_id,
                "customerNumber": wallets[0].number,
                "balances": shown,
                "totalCurrencies": len(shown),
            }
        )
    )


def show_movement(transaction: Transaction, wallet: Wallet, key: str) -> Json:
    """The transaction that a request made, but for the mark that tells a first answer from a repeated one."""
    shown = _show(transaction, entity_type=wallet.entity_type, document_id=wallet.document_id)
    return Json(to_json({**shown, "idempotencyKey": key, "createdAt": epoch_milliseconds(transaction.created_at)}))


def mark_replay(movement: Json, *, replayed: bool) -> Json:
    """Say whether the answer is given again."""
    return Json(f'{movement[:-1]},"idempotentReplay":{to_json(replayed)}}}')


def show_transactions(transactions: Iterable[Transaction], *, entity_type: str, document_id: str) -> Json:
    """A customer's transactions as a list."""
    return Json(
        to_json(
            [
                {
                    **_show(transaction, entity_type=entity_type, document_id=document_id),
                    "createdAt": epoch_milliseconds(transaction.created_at),
                    "reference": transaction.reference or None,
                    "reasonCode": transaction.reason_id,
                    "expiresAt": _first_expiry(transaction),
                }
                for transaction in transactions
            ]
        )
    )


def major(amount_minor: int, currency: str) -> Decimal:
    """Minor units as the exact amount in major units."""
    return Decimal(amount_minor).scaleb(-decimals(currency))


def _show(transaction: Transaction, *, entity_type: str, document_id: str) -> dict[str, Any]:
    currency = transaction.currency
    return {
        "id": transaction.document_id,
        "entityType": entity_type,
        "customerId": document_id,
        "currency": currency,
        "type": _name_type(transaction),
        "amount": major(transaction.amount_minor, currency),
        "balanceAfter": major(transaction.balance_after_minor, currency),
        "note": transaction.note or None,
    }


def _name_type(transaction: Transaction) -> str:
    if transaction.type == TransactionType.REVERSE:
        return "refunded" if transaction.amount_minor > 0 else "reversed"
    return _TYPES[TransactionType(transaction.type)]


def _first_expiry(transaction: Transaction) -> int | None:
    moments = [lot.expires_at for lot in transaction.lots.all() if lot.expires_at]
    return epoch_milliseconds(min(moments)) if moments else None
