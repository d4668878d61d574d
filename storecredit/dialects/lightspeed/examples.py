"""
Requests and the answers they really get; `tests/dialects/lightspeed/test_examples.py` sends them.

Card GIFT-7QX2-0001 was given 100 GBP the day before, and 25 of it were redeemed. It was blocked before
it is unblocked. Ids are drawn at random.
"""

from http import HTTPStatus
from typing import Any, Final

from storecredit.api.schema import Exchange

CARD_ID: Final = "019eda1a-2b40-7c3e-9f05-6d1c3ab4e7f0"
REDEMPTION_ID: Final = "019eda1a-5c18-7d21-8a44-0f9b7c2d6e35"
ACTIVATION_ID: Final = "019eda1a-2b46-7a90-b1d8-5e4f3c2b1a09"
NEW_ID: Final = "019edf93-1c00-7f4b-a2c6-7b8d9e0f1a23"
ACCOUNT_NUMBER: Final = "GC123456789015"
NUMBER: Final = "GIFT-7QX2-0001"
NOW_TEXT: Final = "2026-06-19T10:30:00.000Z"
DAY_BEFORE_TEXT: Final = "2026-06-18T09:00:00.000Z"
_CARDS: Final = "/api/v1/gift_cards"
_CARD_PATH: Final = f"{_CARDS}/{NUMBER}"

_ACTIVATION: Final = {
    "id": ACTIVATION_ID,
    "amount": "100.00",
    "client_id": None,
    "created_at": DAY_BEFORE_TEXT,
    "source": "admin",
    "source_id": None,
    "type": "ACTIVATION",
    "user_id": "alice",
}
_REDEMPTION: Final = {
    "id": REDEMPTION_ID,
    "amount": "-25.00",
    "client_id": "till-7-0001",
    "created_at": DAY_BEFORE_TEXT,
    "source": "api",
    "source_id": None,
    "type": "REDEEMING",
    "user_id": "web shop",
}
_CARD: Final[dict[str, Any]] = {
    "id": CARD_ID,
    "number": NUMBER,
    "accountNumber": ACCOUNT_NUMBER,
    "balance": "75.00",
    "currency": "GBP",
    "created_at": DAY_BEFORE_TEXT,
    "expires_at": "2027-06-30T23:59:59.000Z",
    "status": "ACTIVE",
    "total_sold": "100.00",
    "total_redeemed": "25.00",
    "sale_id": None,
    "sale_source": None,
    "gift_card_transactions": [_REDEMPTION, _ACTIVATION],
}
_MASKED: Final = {**_CARD, "number": "****0001", "accountNumber": None}
_NOW_MADE: Final = {"created_at": NOW_TEXT, "source": "api", "source_id": None, "user_id": "till"}
_VOIDED: Final = {
    **_CARD,
    "balance": "0.00",
    "status": "VOIDED",
    "gift_card_transactions": [
        {"id": NEW_ID, "amount": "-75.00", "client_id": None, "type": "VOIDING", **_NOW_MADE},
        _REDEMPTION,
        _ACTIVATION,
    ],
}
_REDEEMED: Final = {"id": NEW_ID, "amount": "-10.00", "client_id": "till-7-0002", "type": "REDEEMING", **_NOW_MADE}
_RELOADED: Final = {"id": NEW_ID, "amount": "50.00", "client_id": "till-7-0003", "type": "RELOADING", **_NOW_MADE}
_REVERSED: Final = {"id": NEW_ID, "amount": "25.00", "client_id": None, "type": "REVERSING", **_NOW_MADE}


def _error(status: int, message: str, code: str) -> dict[str, str]:
    return {"error": HTTPStatus(status).phrase, "message": message, "code": code}


_NO_CARD: Final = _error(404, "There is no such gift card.", "card_not_found")


def _order(type: str, amount: str, client_id: str, **more: Any) -> dict[str, Any]:
    return {"type": type, "amount": amount, "client_id": client_id, **more}


_CREATE_TRANSACTION: Final = Exchange(
    name="Redeemed",
    path=f"{_CARD_PATH}/transactions",
    body=_order("REDEEMING", "-10.00", "till-7-0002"),
    status=201,
    answer={"data": _REDEEMED},
)
CREATE_TRANSACTION: Final = (
    _CREATE_TRANSACTION,
    _CREATE_TRANSACTION.again(status=200),
    Exchange(
        name="Reused",
        path=f"{_CARD_PATH}/transactions",
        body=_order("REDEEMING", "-11.00", "till-7-0002"),
        status=409,
        answer=_error(409, "This client_id was used before with different request details.", "idempotency_key_reused"),
    ),
    _CREATE_TRANSACTION.again(
        "Reloaded and extended",
        body=_order(
            "RELOADING",
            "50.00",
            "till-7-0003",
            expires_at="2028-06-30",
            time_zone="Europe/London",
            metadata={"campaign": "summer"},
        ),
        answer={"data": {**_RELOADED, "metadata": {"campaign": "summer"}}},
    ),
    Exchange(
        name="More than there is",
        path=f"{_CARD_PATH}/transactions",
        body=_order("REDEEMING", "-115.01", "till-7-0004"),
        status=422,
        answer=_error(422, "The gift card does not have enough credit.", "insufficient_credit"),
    ),
    Exchange(
        name="Wrong sign",
        path=f"{_CARD_PATH}/transactions",
        body=_order("REDEEMING", "10.00", "till-7-0005"),
        status=400,
        answer=_error(400, "amount must be negative for REDEEMING.", "bad_request"),
    ),
    Exchange(
        name="No such card",
        path=f"{_CARDS}/NOBODYS-CARD/transactions",
        body=_order("REDEEMING", "-10.00", "till-7-0006"),
        status=404,
        answer=_NO_CARD,
    ),
)
_LIST_CARDS: Final = Exchange(name="Newest first", path=f"{_CARDS}?page_size=1", status=200, answer={"data": [_MASKED]})
LIST_CARDS: Final = (
    _LIST_CARDS,
    _LIST_CARDS.again("By number", path=f"{_CARDS}?card_number={NUMBER}", answer={"data": [_CARD]}),
    _LIST_CARDS.again("Nothing found", path=f"{_CARDS}?status=EXPIRED", answer={"data": []}),
)
_ORDER: Final = {"amount": "20.00", "number": "SUMMER-2026-17", "currency": "GBP", "client_id": "sale-4711"}
_MADE: Final[dict[str, Any]] = {
    "id": NEW_ID,
    "number": "SUMMER-2026-17",
    "accountNumber": ACCOUNT_NUMBER,
    "balance": "20.00",
    "currency": "GBP",
    "created_at": NOW_TEXT,
    "expires_at": None,
    "status": "ACTIVE",
    "total_sold": "20.00",
    "total_redeemed": "0.00",
    "sale_id": None,
    "sale_source": None,
    "gift_card_transactions": [
        {"id": NEW_ID, "amount": "20.00", "client_id": "sale-4711", "type": "ACTIVATION", **_NOW_MADE}
    ],
}
_CREATE_CARD: Final = Exchange(name="New", path=_CARDS, body=_ORDER, status=201, answer={"data": _MADE})
CREATE_CARD: Final = (
    _CREATE_CARD,
    _CREATE_CARD.again(status=200),
    Exchange(
        name="Number taken",
        path=_CARDS,
        body={"amount": "20.00", "number": "gift7qx20001", "currency": "GBP"},
        status=422,
        answer=_error(422, "Another gift card has this number.", "card_number_taken"),
    ),
)
READ_CARD: Final = (
    Exchange(name="By number", path=f"{_CARDS}/by_number/{NUMBER}", status=200, answer={"data": _CARD}),
    Exchange(name="No such card", path=f"{_CARDS}/by_number/NOBODYS-CARD", status=404, answer=_NO_CARD),
)
READ_CARD_BY_ID: Final = (
    Exchange(name="By id", path=f"{_CARDS}/by_id/{CARD_ID}", status=200, answer={"data": _MASKED}),
    Exchange(name="No such id", path=f"{_CARDS}/by_id/{NEW_ID}", status=404, answer=_NO_CARD),
)
READ_BARE_CARD: Final = (Exchange(name="Bare", path=_CARD_PATH, status=200, answer=_CARD),)
READ_TRANSACTION: Final = (
    Exchange(
        name="The card of a redemption",
        path=f"{_CARDS}/transactions/{REDEMPTION_ID}",
        status=200,
        answer={"data": _MASKED},
    ),
)
_VOIDED_TWICE: Final = _error(422, "Card ****0001 is voided and cannot be voided.", "card_not_usable")
_VOID_CARD: Final = Exchange(name="Voided", path=f"{_CARDS}/by_number/{NUMBER}", status=200, answer={"data": _VOIDED})
VOID_CARD: Final = (
    _VOID_CARD,
    _VOID_CARD.again("Voided twice", status=422, answer=_VOIDED_TWICE),
)
VOID_CARD_BY_ID: Final = (
    Exchange(
        name="Voided",
        path=f"{_CARDS}/by_id/{CARD_ID}",
        status=200,
        answer={"data": {**_VOIDED, "number": "****0001", "accountNumber": None}},
    ),
)
VOID_BARE_CARD: Final = (Exchange(name="Voided", path=_CARD_PATH, status=200, answer=_VOIDED),)
_REVERSE_TRANSACTION: Final = Exchange(
    name="Reversed", path=f"{_CARDS}/transactions/{REDEMPTION_ID}", status=200, answer={"data": _REVERSED}
)
REVERSE_TRANSACTION: Final = (
    _REVERSE_TRANSACTION,
    _REVERSE_TRANSACTION.again(
        "Reversed twice",
        status=400,
        answer=_error(400, "The redemption has been reversed or refunded already.", "already_reversed"),
    ),
)
BLOCK_CARD: Final = (
    Exchange(
        name="Blocked",
        path=f"{_CARD_PATH}/block",
        body={"reason": "Reported as lost."},
        status=200,
        answer={"data": {**_CARD, "status": "INACTIVE"}},
    ),
)
_UNBLOCK_CARD: Final = Exchange(
    name="Unblocked",
    path=f"{_CARD_PATH}/unblock",
    body={"reason": "Found again."},
    status=200,
    answer={"data": _CARD},
)
UNBLOCK_CARD: Final = (
    _UNBLOCK_CARD,
    _UNBLOCK_CARD.again(
        "Not blocked",
        status=422,
        answer=_error(422, "Card ****0001 is active and cannot be unblocked.", "card_not_usable"),
    ),
)
