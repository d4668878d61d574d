"""Which lines of credit may be used, and by whom."""

from datetime import datetime

from giftcards.errors import CardNotUsable, MustRedeemWhole
from giftcards.operations import CardState
from giftcards.queries import Card, get_card_of_account
from ledger.errors import AccountNotOpen, CurrencyMismatch
from ledger.guessing import count_miss
from ledger.operations import AccountKind, AccountStatus
from ledger.queries import Account, get_account_balance
from storecredit.checkouts.errors import UpstreamUnknown
from storecredit.checkouts.queries.lines import find_line


def require_open_line(*, upstream_id: str, currency: str, test_mode: bool, now: datetime) -> Account:
    """
    The open account of this mode that a line is called by its own number or its gift card's.

    :raises UpstreamUnknown: if there is none.
    :raises CurrencyMismatch: if it is kept in another currency.
    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    account = find_line(upstream_id=upstream_id, test_mode=test_mode, now=now)
    if account is None or account.status != AccountStatus.OPEN:
        count_miss(upstream_id)
        raise UpstreamUnknown(upstream_id=upstream_id)
    if account.currency != currency:
        count_miss(upstream_id)
        raise CurrencyMismatch(account_number=account.number, account_currency=account.currency, currency=currency)
    return account


def require_spendable_line(*, account_id: int, amount_minor: int, now: datetime) -> None:
    """
    Refuse a line whose own rules forbid to set this amount aside. Its account must be locked.

    :raises AccountNotOpen: if it is frozen or closed.
    :raises CardNotUsable: if it is a gift card that is not active at `now`.
    :raises MustRedeemWhole: if it is a card to be spent in one piece, and `amount_minor` is another.
    """
    balance = get_account_balance(account_id=account_id, now=now)
    card = card_behind(account_id=account_id, kind=balance.kind, now=now)
    if card is not None and card.state != CardState.ACTIVE:
        raise CardNotUsable(card=card.masked_code, state=card.state.label, verb="redeemed")
    if balance.status != AccountStatus.OPEN:
        raise AccountNotOpen(account_number=balance.number, status=balance.status)
    if card is not None and card.must_redeem_whole and balance.spendable_minor > amount_minor:
        raise MustRedeemWhole(card=card.masked_code, available=card.spendable)


def spendable_minor(*, account_id: int, now: datetime) -> int:
    """What a line can pay at `now`, in minor units: nothing while it is not open, or a card that is not active."""
    balance = get_account_balance(account_id=account_id, now=now)
    card = card_behind(account_id=account_id, kind=balance.kind, now=now)
    if balance.status != AccountStatus.OPEN or (card is not None and card.state != CardState.ACTIVE):
        return 0
    return balance.spendable_minor


def why_not_for_anybody(card: Card, *, asked_minor: int, available_minor: int) -> str:
    """
    Why a card may not pay for a buyer whom nobody here knows, as at the vendor's checkout; empty: it may.

    :param available_minor: all that could be taken from it, in minor units.
    """
    if card.customer_only:
        return "The gift card may be spent by its customer alone."
    if card.must_redeem_whole and asked_minor < available_minor:
        return "The gift card is spent in one piece."
    return ""


def card_behind(*, account_id: int, kind: str, now: datetime) -> Card | None:
    """The gift card that an account stands behind, None for store credit."""
    return get_card_of_account(account_id=account_id, now=now) if kind == AccountKind.GIFT_CARD else None


def customer_of_line(account: Account, now: datetime) -> tuple[int | None, bool]:
    """Whose line it is, and whether nobody else may spend it."""
    card = card_behind(account_id=account.pk, kind=account.kind, now=now)
    if card is not None:
        return card.customer_id, card.customer_only
    return account.customer_id, False
