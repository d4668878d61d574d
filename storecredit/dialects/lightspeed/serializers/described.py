"""What the API's description says about each path."""

from typing import Final

from storecredit.api.openapi import Described
from storecredit.dialects.lightspeed.serializers import examples
from storecredit.dialects.lightspeed.serializers.cards import (
    CARD,
    CARD_IN_DATA,
    CARDS,
    BlockIn,
    CardIn,
    CardQuery,
    UnblockIn,
)
from storecredit.dialects.lightspeed.serializers.transactions import TRANSACTION, TransactionIn

_NUMBER: Final = {"number": "The card's number. Case and hyphens do not matter where it has no other signs."}
_CARD_ID: Final = {"card": "Id of the card."}
_TRANSACTION_ID: Final = {"transaction": "Id of the transaction."}
_MISSES: Final = "Over the client's rate, or too many unknown card numbers: then none is looked up for the client."
_NO_CARD: Final = {404: "No card has this number.", 429: _MISSES}
_NO_ID: Final = {404: "No card has this id."}
_NO_TRANSACTION: Final = {404: "No card has a transaction with this id."}
_REUSED: Final = "the Idempotency-Key was reused with different request details."
_KEY_REUSED: Final = {409: f"{_REUSED[0].upper()}{_REUSED[1:]}"}
_VOIDED: Final = {200: ("The card after it, also when it is answered again.", CARD_IN_DATA)}
_VOIDED_TWICE: Final = {422: "The card is voided already, or a purchase under way holds some of its value."}
_VOIDS: Final = "Takes all value from the card for good: its balance is 0 and its status `VOIDED`."

CREATE_TRANSACTION: Final = Described(
    summary="Create a gift card transaction",
    about="`REDEEMING` takes an amount from the card's balance, `RELOADING` adds one. Safe from double submits by "
    "`client_id`; the header Idempotency-Key is not taken here.",
    path=_NUMBER,
    body=TransactionIn,
    answers={
        201: ("The transaction was made.", TRANSACTION),
        200: ("This `client_id` was sent before: the earlier transaction again.", TRANSACTION),
    },
    headers={"Idempotent-Replayed": "`true` on an answer that is given again."},
    refusals={
        **_NO_CARD,
        403: "The key lacks the scope, or its owner the right; or a reload is above what the client may "
        "issue, at once or in a day.",
        409: "The `client_id` was reused with different request details.",
        422: "Not enough credit; or the card is voided, expired, blocked, not yet valid, not reloadable, for its own "
        "customer alone or to be redeemed whole. The `client_id` is not used up.",
    },
    examples=examples.CREATE_TRANSACTION,
)
LIST_CARDS: Final = Described(
    summary="List gift cards",
    about="Newest first. Numbers are masked without the scope `gift_cards:reveal`, but for the one that is asked for.",
    query=CardQuery,
    answers={200: ("One page of cards.", CARDS)},
    refusals={429: _MISSES},
    examples=examples.LIST_CARDS,
)
CREATE_CARD: Final = Described(
    summary="Create a gift card",
    about="Makes a card with its first value on it. Its number is told here, whole.",
    body=CardIn,
    key_required=False,
    answers={
        201: ("The card was made.", CARD_IN_DATA),
        200: ("This was asked before: the original answer again.", CARD_IN_DATA),
    },
    refusals={
        403: "The key lacks the scope, or its owner the right; or the amount is above what the client "
        "may issue, at once or in a day.",
        409: f"The `client_id` or {_REUSED}",
        422: "Another card has this number, `customerId` names no customer, or no card could hold the amount.",
    },
    examples=examples.CREATE_CARD,
)
READ_CARD: Final = Described(
    summary="Get a gift card by its number",
    path=_NUMBER,
    answers={200: ("The card.", CARD_IN_DATA)},
    refusals=_NO_CARD,
    examples=examples.READ_CARD,
)
VOID_CARD: Final = Described(
    summary="Void a gift card by its number",
    about=_VOIDS,
    path=_NUMBER,
    key_required=False,
    answers=_VOIDED,
    refusals={**_NO_CARD, **_VOIDED_TWICE, **_KEY_REUSED},
    examples=examples.VOID_CARD,
)
READ_CARD_BY_ID: Final = Described(
    summary="Get a gift card by its id",
    path=_CARD_ID,
    answers={200: ("The card.", CARD_IN_DATA)},
    refusals=_NO_ID,
    examples=examples.READ_CARD_BY_ID,
)
VOID_CARD_BY_ID: Final = Described(
    summary="Void a gift card by its id",
    about=_VOIDS,
    path=_CARD_ID,
    key_required=False,
    answers=_VOIDED,
    refusals={**_NO_ID, **_VOIDED_TWICE, **_KEY_REUSED},
    examples=examples.VOID_CARD_BY_ID,
)
READ_BARE_CARD: Final = Described(
    summary="Get a gift card, in the older form",
    path=_NUMBER,
    answers={200: ("The card, bare.", CARD)},
    refusals=_NO_CARD,
    examples=examples.READ_BARE_CARD,
)
VOID_BARE_CARD: Final = Described(
    summary="Void a gift card, in the older form",
    about=_VOIDS,
    path=_NUMBER,
    key_required=False,
    answers={200: ("The card after it, bare, also when it is answered again.", CARD)},
    refusals={**_NO_CARD, **_VOIDED_TWICE, **_KEY_REUSED},
    examples=examples.VOID_BARE_CARD,
)
READ_TRANSACTION: Final = Described(
    summary="Get the gift card of a transaction",
    path=_TRANSACTION_ID,
    answers={200: ("The card of that transaction.", CARD_IN_DATA)},
    refusals=_NO_TRANSACTION,
    examples=examples.READ_TRANSACTION,
)
REVERSE_TRANSACTION: Final = Described(
    summary="Reverse a redemption",
    about="Gives back the whole of a `REDEEMING`, once.",
    path=_TRANSACTION_ID,
    key_required=False,
    answers={200: ("The `REVERSING`, also when it is answered again.", TRANSACTION)},
    refusals={
        **_NO_TRANSACTION,
        400: "It is no redemption, was reversed or refunded already, or its card is blocked or voided.",
        **_KEY_REUSED,
    },
    examples=examples.REVERSE_TRANSACTION,
)
BLOCK_CARD: Final = Described(
    summary="Block a gift card",
    about="Stops the card from being redeemed and reloaded until it is unblocked.",
    ours=True,
    path=_NUMBER,
    body=BlockIn,
    key_required=False,
    answers={200: ("The card after it, also when it is answered again.", CARD_IN_DATA)},
    refusals={**_NO_CARD, 422: "The card is blocked already, voided or expired.", **_KEY_REUSED},
    examples=examples.BLOCK_CARD,
)
UNBLOCK_CARD: Final = Described(
    summary="Unblock a gift card",
    about="Lets a blocked card be redeemed and reloaded again.",
    ours=True,
    path=_NUMBER,
    body=UnblockIn,
    key_required=False,
    answers={200: ("The card after it, also when it is answered again.", CARD_IN_DATA)},
    refusals={**_NO_CARD, 422: "The card is not blocked.", **_KEY_REUSED},
    examples=examples.UNBLOCK_CARD,
)
