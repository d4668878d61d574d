"""The lock under which a card is changed: its account's first, as everywhere, and then its own."""

from uuid import UUID

from django.db import connection

from giftcards.errors import CardNotFound
from giftcards.models import GiftCard

_LOCK = {
    # One way there and back. The account is locked as the join asks for it, and only what is joined is locked next;
    # a card that somebody has changed meanwhile is read again as its lock is taken.
    "postgresql": """
        WITH a AS MATERIALIZED (
            SELECT id FROM ledger_account
             WHERE id = (SELECT account_id FROM giftcards_giftcard WHERE id = %s) FOR NO KEY UPDATE)
        SELECT c.* FROM a JOIN giftcards_giftcard c ON c.account_id = a.id FOR NO KEY UPDATE OF c""",
    # One writer at a time: whoever reads in a transaction here has locked everything.
    "sqlite": "SELECT * FROM giftcards_giftcard WHERE id = %s",
}


def lock_card(*, card_id: UUID) -> GiftCard:
    """
    Make whatever else would change or move a card wait until the present transaction ends, and read it as it is now.

    :raises CardNotFound: if there is none.
    """
    for card in GiftCard.objects.raw(_LOCK[connection.vendor], [card_id.hex]):
        return card
    raise CardNotFound
