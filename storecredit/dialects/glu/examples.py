"""
Requests and the answers they really get; `tests/dialects/glu/test_examples.py` sends them.

Gift card GIFT-7QX2-0001 was given 100.00 GBP the day before, and 25.00 of it were redeemed. Ada Lovelace was given
40.00 GBP of store credit. Ids and account numbers are drawn by the service.
"""

from typing import Any, Final

from storecredit.api.schema import Exchange

CODE: Final = "GIFT-7QX2-0001"
CARD_ID: Final = "019eda1a-2b40-7c3e-9f05-6d1c3ab4e7f0"
ACCOUNT_ID: Final = 7
ACTIVATION: Final = 11
REDEMPTION: Final = 12
CREDIT_ID: Final = 8
CREDITED: Final = 13
NEXT: Final = 14
ACCOUNT_NUMBER: Final = "SC123456789015"
CARD_ACCOUNT_NUMBER: Final = "GC123456789015"
CONTACT_ID: Final = "k9876543210fedcba"
HOST: Final = "https://shop.example.com"
NOW_TEXT: Final = "2026-06-19T10:30:00.000Z"
DAY_BEFORE_TEXT: Final = "2026-06-18T09:00:00.000Z"
INSTANCE: Final = "urn:request:5f1d2c3b-7a6e-4d58-9c0b-1e2f3a4b5c6d"
_ROOT: Final = "/api/v1"
_URL: Final = f"{HOST}{_ROOT}"
_DAY_BEFORE: Final = {"createdAt": DAY_BEFORE_TEXT, "updatedAt": DAY_BEFORE_TEXT}

_CARD: Final[dict[str, Any]] = {
    "id": ACCOUNT_ID,
    **_DAY_BEFORE,
    "contact": None,
    "giftCard": f"{_URL}/gift_cards/by_id/{CARD_ID}",
    "balances": [f"{_URL}/balances/{REDEMPTION}", f"{_URL}/balances/{ACTIVATION}"],
    "attachedMember": None,
    "type": "Gift Card",
    "currencyCode": "GBP",
    "code": CODE,
    "accountNumber": CARD_ACCOUNT_NUMBER,
    "status": "Partially redeemed",
    "currentBalance": 7500,
    "held": 0,
    "startingBalance": 10000,
    "validFrom": DAY_BEFORE_TEXT,
    "expiresAt": "2027-06-30T23:59:59.000Z",
}
_CREDIT: Final[dict[str, Any]] = {
    "id": CREDIT_ID,
    **_DAY_BEFORE,
    "contact": f"{_URL}/contacts/{CONTACT_ID}",
    "giftCard": None,
    "balances": [f"{_URL}/balances/{CREDITED}"],
    "attachedMember": f"{_URL}/contacts/{CONTACT_ID}",
    "type": "Member Credit",
    "currencyCode": "GBP",
    "code": ACCOUNT_NUMBER,
    "accountNumber": ACCOUNT_NUMBER,
    "status": "Valid",
    "currentBalance": 4000,
    "held": 0,
    "startingBalance": 4000,
    "validFrom": DAY_BEFORE_TEXT,
    "expiresAt": None,
}
_REDEEMED: Final = {
    **_CARD,
    "updatedAt": NOW_TEXT,
    "balances": [f"{_URL}/balances/{NEXT}", *_CARD["balances"]],
    "currentBalance": 6250,
}
_CREDIT_REDEEMED: Final = {
    **_CREDIT,
    "updatedAt": NOW_TEXT,
    "balances": [f"{_URL}/balances/{NEXT}", *_CREDIT["balances"]],
    "currentBalance": 3000,
}


def _balance(number: int, type: str, amount: int, *, code: str, account_id: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        **_DAY_BEFORE,
        "type": type,
        "amount": amount,
        "location": {},
        "happenedAt": DAY_BEFORE_TEXT,
        "expiresAt": None,
        "reversed": None,
        "mewsPayment": {},
        "attachedMember": None,
        "storedCreditAccount": {
            "id": account_id,
            "code": code,
            "balances": f"{_URL}/balances?storedCreditAccount={account_id}",
        },
        **more,
    }


def _history(code: str) -> list[dict[str, Any]]:
    return [
        _balance(
            ACTIVATION, "Activation", 10000, code=code, account_id=ACCOUNT_ID, expiresAt="2027-06-30T23:59:59.000Z"
        ),
        _balance(REDEMPTION, "Redemption", -2500, code=code, account_id=ACCOUNT_ID, location={"id": 3}),
    ]


_CREDITED: Final = _balance(
    CREDITED,
    "Activation",
    4000,
    code=ACCOUNT_NUMBER,
    account_id=CREDIT_ID,
    attachedMember=f"{_URL}/contacts/{CONTACT_ID}",
)


def _error(status: int, title: str, detail: str, code: str) -> dict[str, Any]:
    return {
        "title": title,
        "detail": detail,
        "status": status,
        "type": "about:blank",
        "instance": INSTANCE,
        "code": code,
    }


_UNKNOWN: Final = _error(404, "Not Found", "There is no such stored credit account.", "card_not_found")
_SHORT: Final = _error(
    422, "Unprocessable Entity", "The stored credit account does not have enough credit.", "insufficient_credit"
)

LIST_CARD_BALANCES: Final = (
    Exchange(
        name="All of them",
        path=f"{_ROOT}/gift_cards/{CODE}/balances",
        status=200,
        answer={"balances": _history(CODE)},
    ),
    Exchange(name="Unknown code", path=f"{_ROOT}/gift_cards/NOBODYS-CARD/balances", status=404, answer=_UNKNOWN),
)
LIST_ACCOUNT_BALANCES: Final = (
    Exchange(
        name="Of a Member Credit",
        path=f"{_ROOT}/credit_accounts/{ACCOUNT_NUMBER}/balances",
        status=200,
        answer={"balances": [_CREDITED]},
    ),
)
_REDEEM: Final = {
    "amount": 1250,
    "currency": "GBP",
    "location": {"id": 3, "till": "7"},
    "metadata": {"order": "4711"},
}
_REDEEM_CARD: Final = Exchange(
    name="Redeemed",
    path=f"{_ROOT}/gift_cards/{CODE}/redeem",
    key="till-7-0002",
    body=_REDEEM,
    status=201,
    answer=_REDEEMED,
)
REDEEM_CARD: Final = (
    _REDEEM_CARD,
    _REDEEM_CARD.again(),
    Exchange(
        name="More than there is",
        path=f"{_ROOT}/gift_cards/{CODE}/redeem",
        body={"amount": 6251},
        status=422,
        answer=_SHORT,
    ),
    Exchange(
        name="Not an integer",
        path=f"{_ROOT}/gift_cards/{CODE}/redeem",
        body={"amount": "12.50"},
        status=400,
        answer=_error(400, "Bad Request", "amount must be a number, not a string.", "bad_request"),
    ),
)
REDEEM_ACCOUNT: Final = (
    Exchange(
        name="A Member Credit",
        path=f"{_ROOT}/credit_accounts/{ACCOUNT_NUMBER}/redeem",
        body={"amount": 1000},
        status=201,
        answer=_CREDIT_REDEEMED,
    ),
)
_READ_ACCOUNT: Final = Exchange(
    name="A gift card", path=f"{_ROOT}/stored_credit_accounts/{CODE}", status=200, answer=_CARD
)
READ_ACCOUNT: Final = (
    _READ_ACCOUNT,
    _READ_ACCOUNT.again("A Member Credit", path=f"{_ROOT}/stored_credit_accounts/{ACCOUNT_NUMBER}", answer=_CREDIT),
    Exchange(name="Unknown code", path=f"{_ROOT}/stored_credit_accounts/NOBODYS-CARD", status=404, answer=_UNKNOWN),
)
READ_CREDIT_ACCOUNT: Final = (
    Exchange(name="A gift card", path=f"{_ROOT}/credit_accounts/{CODE}", status=200, answer=_CARD),
)
LIST_BALANCES: Final = (
    Exchange(
        name="Redemptions of a day",
        path=f"{_ROOT}/balances?type=Redemption&happenedAt%5Bafter%5D=2026-06-18",
        status=200,
        answer={"balances": [_history("****0001")[1]]},
    ),
)
READ_BALANCE: Final = (
    Exchange(name="One of them", path=f"{_ROOT}/balances/{ACTIVATION}", status=200, answer=_history("****0001")[0]),
    Exchange(
        name="No such id",
        path=f"{_ROOT}/balances/999999999",
        status=404,
        answer=_error(404, "Not Found", "There is no such balance.", "balance_not_found"),
    ),
)
READ_CONTACT: Final = (
    Exchange(
        name="Ada",
        path=f"{_ROOT}/contacts/{CONTACT_ID}",
        status=200,
        answer={
            "id": CONTACT_ID,
            **_DAY_BEFORE,
            "firstName": "Ada",
            "lastName": "Lovelace",
            "emailAddress": "ada@example.com",
        },
    ),
)
