from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from ledger.operations import AccountKind, TransactionType
from ledger.queries import Account, Transaction
from storecredit.api.dialects import iso_milliseconds
from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import Body, Choice, Integer, IsoMoment, Maybe
from storecredit.api.openapi import Component, Schema
from storecredit.dialects.glu.serializers.accounts import MAX_AMOUNT_MINOR, MINOR
from storecredit.dialects.glu.serializers.location import show_location

#: How many balances a page has: of one account, and of all.
PAGE_SIZE: Final = 1000
LIST_PAGE_SIZE: Final = 100
_TYPES: Final = {
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
_WORDS: Final = (*dict.fromkeys(_TYPES.values()), "Refund")


class PageQuery(Body):
    page = Maybe(Integer("Which page, from 1 on; the first if left out.", minimum=1, maximum=1_000_000_000))


class BalanceQuery(Body):
    page = Maybe(Integer("Which page, from 1 on; the first if left out.", minimum=1, maximum=10_000))
    type = Maybe(Choice("Only balances of this type.", choices=_WORDS))
    after = Maybe(IsoMoment("Not before this: a date, or a date and time.", wire="happenedAt[after]"))
    before = Maybe(IsoMoment("Not after this: a date, or a date and time.", wire="happenedAt[before]"))
    more_than = Maybe(
        Integer(f"More than this. {MINOR}", minimum=-MAX_AMOUNT_MINOR, maximum=MAX_AMOUNT_MINOR, wire="amount[gt]")
    )
    at_least = Maybe(
        Integer(f"At least this. {MINOR}", minimum=-MAX_AMOUNT_MINOR, maximum=MAX_AMOUNT_MINOR, wire="amount[gte]")
    )
    less_than = Maybe(
        Integer(f"Less than this. {MINOR}", minimum=-MAX_AMOUNT_MINOR, maximum=MAX_AMOUNT_MINOR, wire="amount[lt]")
    )
    at_most = Maybe(
        Integer(f"At most this. {MINOR}", minimum=-MAX_AMOUNT_MINOR, maximum=MAX_AMOUNT_MINOR, wire="amount[lte]")
    )
    order = Maybe(
        Choice("Oldest or newest first; oldest if left out.", choices=("asc", "desc"), wire="order[happenedAt]")
    )
    account = Maybe(
        Integer(
            "Ours: only balances of the stored credit account with this id.",
            minimum=1,
            maximum=MAX_AMOUNT_MINOR,
            wire="storedCreditAccount",
        )
    )

    def condition(self) -> Q:
        """The balances that are asked for."""
        wanted = Q()
        if self.type is not None:
            wanted &= Q(type__in=[kind for kind, word in _TYPES.items() if word == self.type])
        for lookup, value in (
            ("created_at__gte", self.after),
            ("created_at__lte", self.before),
            ("amount_minor__gt", self.more_than),
            ("amount_minor__gte", self.at_least),
            ("amount_minor__lt", self.less_than),
            ("amount_minor__lte", self.at_most),
        ):
            if value is not None:
                wanted &= Q(**{lookup: value})
        return wanted

    @property
    def ordering(self) -> tuple[str, ...]:
        """The columns of the order that is asked for; entries are numbered as they are made."""
        if self.order is None:
            return ("number",)
        return ("created_at", "number") if self.order == "asc" else ("-created_at", "-number")


_MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
_BALANCE: Final[dict[str, Schema]] = {
    "id": {"type": "integer", "description": "Id of the balance event."},
    "createdAt": {**_MOMENT, "description": "When it was booked, UTC."},
    "updatedAt": {**_MOMENT, "description": "The same: a balance event never changes."},
    "type": {
        "type": "string",
        "enum": list(_WORDS),
        "description": "What happened. `Refund` is not given at present: what gives back is a `Reversal`.",
    },
    "amount": {"type": "integer", "description": f"Positive when it added, negative when it took. {MINOR}"},
    "location": {"type": "object", "description": "Where it happened, as it was sent; `{}` if it was not."},
    "happenedAt": {**_MOMENT, "description": "When it happened, UTC."},
    "expiresAt": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "Until when the credit that it brought in can be redeemed, UTC; null: for ever, or none.",
    },
    "reversed": {
        "type": ["object", "null"],
        "description": "The balance event that this one undoes, with the same members and its own `reversed` null; "
        "or null.",
    },
    "mewsPayment": {"type": "object", "description": "Always `{}`."},
    "attachedMember": {
        "type": ["string", "null"],
        "format": "uri",
        "description": "The contact without whom the account cannot be redeemed; null if there is none, or your key "
        "lacks `customers:read`.",
    },
    "storedCreditAccount": {
        "type": "object",
        "required": ["id", "code", "balances"],
        "properties": {
            "id": {"type": "integer", "description": "Id of the account."},
            "code": {
                "type": "string",
                "description": "Its code: whole where you named it or your key has `gift_cards:reveal`, else "
                "`****7QX2`; of a Member Credit its account number.",
            },
            "balances": {"type": "string", "format": "uri", "description": "The list of its balances."},
        },
        "description": "The account whose balance it is.",
    },
}
_BALANCE_SCHEMA: Final[Schema] = {"type": "object", "required": list(_BALANCE), "properties": _BALANCE}
BALANCE = Component("BalanceEvent", _BALANCE_SCHEMA)
BALANCES = Component(
    "BalanceEvents",
    {
        "type": "object",
        "required": ["balances"],
        "properties": {"balances": {"type": "array", "maxItems": PAGE_SIZE, "items": _BALANCE_SCHEMA}},
    },
)


@dataclass(frozen=True, slots=True)
class Links:
    """What an answer needs to know beyond the books: where it is served, and which codes the client may see."""

    url: Callable[[str], str]
    contact_url: Callable[[str], str | None]
    code_of: Callable[[Account], str]


def show_balances(entries: Iterable[Transaction], links: Links) -> Json:
    """A list of balances."""
    return Json(to_json({"balances": [_show_with_undone(entry, links) for entry in entries]}))


def show_balance(entry: Transaction, links: Links) -> Json:
    """One balance."""
    return Json(to_json(_show_with_undone(entry, links)))


def _show_with_undone(entry: Transaction, links: Links) -> dict[str, Any]:
    shown = _show(entry, getattr(entry, "credit_expires_at", None), links)
    undone = entry.reverses
    if undone is not None:
        shown["reversed"] = _show(undone, getattr(entry, "undone_credit_expires_at", None), links)
    return shown


def _show(entry: Transaction, expires_at: datetime | None, links: Links) -> dict[str, Any]:
    moment = iso_milliseconds(entry.created_at)
    account = entry.account
    # A card's credit lasts through the last second of a day; the books hold the moment after it.
    if expires_at is not None and account.kind == AccountKind.GIFT_CARD:
        expires_at -= timedelta(seconds=1)
    return {
        "id": entry.number,
        "createdAt": moment,
        "updatedAt": moment,
        "type": _TYPES[TransactionType(entry.type)],
        "amount": entry.amount_minor,
        "location": show_location(entry.details.get("location")),
        "happenedAt": moment,
        "expiresAt": iso_milliseconds(expires_at) if expires_at else None,
        "reversed": None,
        "mewsPayment": {},
        "attachedMember": _attached_member(account, links),
        "storedCreditAccount": {
            "id": account.pk,
            "code": links.code_of(account),
            "balances": links.url(f"balances?storedCreditAccount={account.pk}"),
        },
    }


def _attached_member(account: Account, links: Links) -> str | None:
    if account.kind == AccountKind.STORE_CREDIT:
        return links.contact_url(account.customer.document_id) if account.customer else None
    card = getattr(account, "card", None)
    return links.contact_url(card.customer.document_id) if card is not None and card.customer_only else None
