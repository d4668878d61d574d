"""The checks of what cards are against what their histories tell, and of every code against its card."""

from collections.abc import Callable, Iterator
from uuid import UUID

from giftcards.models import GiftCard
from giftcards.models.codes import find_fault
from ledger.queries import Check, Finding

_CARDS_AT_ONCE = 1000
#: What can change of a card, and where a line of its history tells it.
_TOLD = {
    "state": "state_after",
    "valid_from": "valid_from",
    "expires_on": "expires_on",
    "time_zone": "time_zone",
    "expires_at": "expires_at",
    "lives_again": "lives_again",
    "must_redeem_whole": "must_redeem_whole",
    "reloadable": "reloadable",
    "customer_id": "customer_id",
    "customer_only": "customer_only",
    "recipient_name": "recipient_name",
    "recipient_email": "recipient_email",
    "replaced_by_id": "replaced_by_id",
}


def _differs(card: str, told: str) -> str:
    return f"(c.{card} <> e.{told} OR (c.{card} IS NULL) <> (e.{told} IS NULL))"


_DIFFERENCES = " || ".join(
    f"CASE WHEN {_differs(card, told)} THEN ' {card.removesuffix('_id')}' ELSE '' END" for card, told in _TOLD.items()
)

CHECKS_OF_TELLINGS = (
    Check(
        "card_told",
        10,
        "Each card is what its history tells",
        "card",
        f"SELECT a.number AS id, a.number AS account, {_DIFFERENCES} AS differences "
        "FROM (SELECT card_id, MAX(id) AS id FROM giftcards_cardevent WHERE tells_card GROUP BY card_id) newest "
        "JOIN giftcards_cardevent e ON e.id = newest.id JOIN giftcards_giftcard c ON c.id = newest.card_id "
        "JOIN ledger_account a ON a.id = c.account_id "
        f"WHERE {' OR '.join(_differs(card, told) for card, told in _TOLD.items())}",
        "has otherwise than its history tells:{differences}",
    ),
    Check(
        "card_untold",
        10,
        "Each card's history tells what the card is",
        "card",
        "SELECT a.number AS id, a.number AS account FROM giftcards_giftcard c JOIN ledger_account a "
        "ON a.id = c.account_id WHERE EXISTS (SELECT 1 FROM giftcards_cardevent e WHERE e.card_id = c.id) "
        "AND NOT EXISTS (SELECT 1 FROM giftcards_cardevent e WHERE e.card_id = c.id AND e.tells_card)",
        "has a history that does not tell what it is",
    ),
    Check(
        "card_seal",
        10,
        "Each card is found by the code that it was made with",
        "card",
        "SELECT a.number AS id, a.number AS account FROM giftcards_giftcard c "
        "JOIN ledger_account a ON a.id = c.account_id "
        "LEFT JOIN giftcards_codesealing s ON s.id = (SELECT MAX(x.id) FROM giftcards_codesealing x "
        "WHERE x.card_id = c.id) LEFT JOIN giftcards_cardevent b ON b.id = (SELECT MIN(x.id) "
        "FROM giftcards_cardevent x WHERE x.card_id = c.id AND x.code_digest IS NOT NULL) "
        "WHERE c.code_digest <> COALESCE(s.code_digest, b.code_digest) OR c.code_key <> s.code_key "
        "OR c.code_cipher <> s.code_cipher",
        "is found by another code than it was made with, or has another seal",
    ),
)
#: Not one of the checks that run each time: it opens every code.
CODES = ("card_codes", 10, "Each code opens, finds its card and ends as the card says")


def count_codes(*, using: str = "default") -> int:
    """How many codes `list_code_findings` would open."""
    return GiftCard.objects.using(using).count()


def list_code_findings(
    *, using: str = "default", on_portion: Callable[[int], None] = lambda opened: None
) -> Iterator[Finding]:
    """
    Open every code and compare what the card is found by and its last four characters with it.

    :param on_portion: called after each portion with how many codes have been opened so far.
    """
    opened, last = 0, UUID(int=0)
    waiting = GiftCard.objects.using(using).select_related("account").order_by("pk")
    while cards := list(waiting.filter(pk__gt=last)[:_CARDS_AT_ONCE]):
        for card in cards:
            if fault := find_fault(card.sealed_code):
                number = card.account.number
                yield Finding(CODES[1], CODES[0], number, f"card {number}", fault)
        opened, last = opened + len(cards), cards[-1].pk
        on_portion(opened)
