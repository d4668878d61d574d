"""What the API's description says about each path."""

from typing import Final

from storecredit.api.openapi import Described
from storecredit.dialects.glu.serializers import examples
from storecredit.dialects.glu.serializers.accounts import ACCOUNT, CONTACT, RedeemIn
from storecredit.dialects.glu.serializers.balances import BALANCE, BALANCES, BalanceQuery, PageQuery

_CARD: Final = {"code": "The gift card's code. Case and hyphens do not matter where it has no other signs."}
_ACCOUNT: Final = {
    "code": "The gift card's code, or the account number of a Member Credit. Each is found with the scope for its kind "
    "alone: `gift_cards:…` or `store_credit:…`."
}
_MISSES: Final = "Over the client's rate, or it named too many unknown codes: then no code is looked up for it."
_NOBODY: Final = {404: "Nothing that your key may see has this code.", 429: _MISSES}
_LINK: Final = {"Link": 'The first, previous and next page, as `<…>; rel="next"` (RFC 8288).'}
_IN_PAGES: Final = "Oldest first, at most 1000 to a page; the header `Link` leads to the others."
_NOT_REDEEMED: Final = {
    **_NOBODY,
    409: "The Idempotency-Key was reused with different request details.",
    422: "Not enough credit, another currency, not redeemable in its state, to be redeemed whole or by its own contact "
    "alone, or `contact` names nobody.",
}
_REDEEMED: Final = {201: ("The account after it, also when it is answered again.", ACCOUNT)}
_TAKES: Final = "Takes the amount from what can be redeemed: soonest expiry first."

LIST_CARD_BALANCES: Final = Described(
    summary="Retrieve the balance events for a gift card",
    about=f"All balance changes of the gift card. {_IN_PAGES}",
    path=_CARD,
    query=PageQuery,
    answers={200: ("One page of balance events.", BALANCES)},
    headers=_LINK,
    refusals=_NOBODY,
    examples=examples.LIST_CARD_BALANCES,
)
LIST_ACCOUNT_BALANCES: Final = Described(
    summary="Retrieve the balance events of a credit account",
    about=f"All balance changes of the gift card or Member Credit. {_IN_PAGES}",
    path=_ACCOUNT,
    query=PageQuery,
    answers={200: ("One page of balance events.", BALANCES)},
    headers=_LINK,
    refusals=_NOBODY,
    examples=examples.LIST_ACCOUNT_BALANCES,
)
REDEEM_CARD: Final = Described(
    summary="Redeem a gift card",
    about=_TAKES,
    path=_CARD,
    body=RedeemIn,
    key_required=False,
    answers=_REDEEMED,
    refusals=_NOT_REDEEMED,
    examples=examples.REDEEM_CARD,
)
REDEEM_ACCOUNT: Final = Described(
    summary="Redeem a credit account",
    about=_TAKES,
    path=_ACCOUNT,
    body=RedeemIn,
    key_required=False,
    answers=_REDEEMED,
    refusals=_NOT_REDEEMED,
    examples=examples.REDEEM_ACCOUNT,
)
READ_ACCOUNT: Final = Described(
    summary="Retrieve a stored credit account by its code",
    about="Its balance, status and validity period.",
    path=_ACCOUNT,
    answers={200: ("The stored credit account.", ACCOUNT)},
    refusals=_NOBODY,
    examples=examples.READ_ACCOUNT,
)
READ_CREDIT_ACCOUNT: Final = Described(
    summary="Retrieve a credit account by its code",
    about="The same as a stored credit account, by the vendor's later name.",
    path=_ACCOUNT,
    answers={200: ("The stored credit account.", ACCOUNT)},
    refusals=_NOBODY,
    examples=examples.READ_CREDIT_ACCOUNT,
)
LIST_BALANCES: Final = Described(
    summary="Retrieve balance events of all accounts",
    about="Of gift cards with `gift_cards:read`, of Member Credits with `store_credit:read`. At most 100 to a page; "
    "the header `Link` leads to the others.",
    query=BalanceQuery,
    answers={200: ("One page of balance events.", BALANCES)},
    headers=_LINK,
    examples=examples.LIST_BALANCES,
)
READ_BALANCE: Final = Described(
    summary="Retrieve a balance event",
    path={"number": "Id of the balance event."},
    answers={200: ("The balance event.", BALANCE)},
    refusals={404: "No account that your key may see has a balance event with this id."},
    examples=examples.READ_BALANCE,
)
READ_CONTACT: Final = Described(
    summary="Retrieve a contact",
    path={"contact": "Id of the contact, or its customer number."},
    answers={200: ("The contact.", CONTACT)},
    refusals={404: "There is no such contact."},
    examples=examples.READ_CONTACT,
)
