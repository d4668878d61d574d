"""Lines of credit by what a shop calls them: an account's number, or the number that stands on a gift card."""

from datetime import datetime

from giftcards.errors import CardNotFound
from giftcards.queries import get_card
from ledger.guessing import look_up
from ledger.queries import Account, find_account, get_account, is_number_of


def find_line(*, upstream_id: str, test_mode: bool, now: datetime) -> Account | None:
    """
    The account of this mode that a line of credit is, None if there is none.

    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    return look_up(upstream_id, lambda: _find_line(upstream_id, test_mode, now))


def name_line(*, account: Account, upstream_id: str) -> str:
    """What may be kept and shown of how a line was named: as it was sent, but never a card's number."""
    return upstream_id if is_number_of(text=upstream_id, account=account) else account.number


def _find_line(upstream_id: str, test_mode: bool, now: datetime) -> Account | None:
    account = find_account(number=upstream_id, test_mode=test_mode)
    if account is not None:
        return account
    try:
        card = get_card(code=upstream_id, test_mode=test_mode, now=now)
    except CardNotFound:
        return None
    return get_account(account_id=card.account_id)
