"""
What is wrong with cards and their histories, row by row. As in the ledger, each check is one portable statement.
"""

from collections.abc import Callable, Collection, Iterator

from django.db.models import Q

from giftcards.models import CardMetadatum, CardWord, GiftCard
from giftcards.queries.newest import NEWEST_EVENT_ID
from giftcards.queries.tellings import CHECKS_OF_TELLINGS
from ledger.queries import (
    Check,
    CheckOfMetadata,
    CheckOfWords,
    Finding,
    is_asked,
    name_checks,
    run_check_of_metadata,
    run_check_of_words,
    run_checks,
)

#: As the trigger that writes the lines has it.
_PUT_ON = (
    "(amount_minor > 0 AND kind IN ('ISSUE', 'LOAD', 'IMPORT', 'ADJUST', 'TRANSFER')) "
    "OR (kind = 'REFUND' AND spend_id IS NULL) "
    "OR (kind = 'REVERSE' AND undone_minor > 0 AND (undone_type <> 'REFUND' OR spend_id IS NULL))"
)
_PURCHASED = "kind = 'REDEEM' OR (kind IN ('REFUND', 'REVERSE') AND spend_id IS NOT NULL)"

CHECKS = (
    Check(
        "card_history",
        1,
        "Each entry of a card stands in its history, once",
        "card",
        "SELECT a.number AS id, a.number AS account, t.number AS entry FROM ledger_transaction t "
        "JOIN giftcards_giftcard c ON c.account_id = t.account_id JOIN ledger_account a ON a.id = c.account_id "
        "LEFT JOIN giftcards_cardevent e ON e.transaction_id = t.id AND e.card_id = c.id "
        "AND e.amount_minor = t.amount_minor AND e.balance_after_minor = t.balance_after_minor WHERE e.id IS NULL",
        "lacks the line of transaction {entry}, or has another",
    ),
    Check(
        "card_balance",
        3,
        "Each card's history ends in its balance",
        "card",
        "SELECT a.number AS id, a.number AS account, a.currency, a.balance_minor, "
        "COALESCE(e.balance_after_minor, 0) AS told_minor FROM giftcards_giftcard c "
        f"JOIN ledger_account a ON a.id = c.account_id LEFT JOIN giftcards_cardevent e ON e.id = {NEWEST_EVENT_ID} "
        "WHERE a.balance_minor <> COALESCE(e.balance_after_minor, 0)",
        "has {balance_minor}; its history ends in {told_minor}",
    ),
    Check(
        "card_totals",
        3,
        "What was put on each card and what its purchases took adds up from its history",
        "card",
        "SELECT a.number AS id, a.number AS account, a.currency, "
        "x.sold AS adds_up_minor, e.sold_after_minor AS told_minor, "
        "x.redeemed AS spent_minor, e.redeemed_after_minor AS told_spent_minor FROM ("
        "SELECT card_id, MAX(id) AS newest, "
        f"SUM(CASE WHEN {_PUT_ON} THEN amount_minor ELSE 0 END) AS sold, "
        f"-SUM(CASE WHEN {_PURCHASED} THEN amount_minor ELSE 0 END) AS redeemed FROM ("
        "SELECT e.id, e.card_id, e.kind, e.amount_minor, undone.type AS undone_type, "
        "undone.amount_minor AS undone_minor, spend.id AS spend_id FROM giftcards_cardevent e "
        "LEFT JOIN ledger_transaction t ON t.id = e.transaction_id "
        "LEFT JOIN ledger_transaction undone ON undone.id = t.reverses_id "
        "LEFT JOIN ledger_transaction spend ON spend.account_id = t.account_id AND spend.type = 'REDEEM' "
        "AND spend.id = CASE WHEN undone.type = 'REFUND' THEN undone.reverses_id ELSE undone.id END) lines "
        "GROUP BY card_id) x JOIN giftcards_cardevent e ON e.id = x.newest "
        "JOIN giftcards_giftcard c ON c.id = x.card_id JOIN ledger_account a ON a.id = c.account_id "
        "WHERE e.sold_after_minor <> x.sold OR e.redeemed_after_minor <> x.redeemed",
        "was given {adds_up_minor} and spent {spent_minor}; its history ends in {told_minor} and {told_spent_minor}",
    ),
    Check(
        "card_without_history",
        10,
        "Each card has a beginning",
        "card",
        "SELECT a.number AS id, a.number AS account FROM giftcards_giftcard c JOIN ledger_account a "
        "ON a.id = c.account_id WHERE NOT EXISTS (SELECT 1 FROM giftcards_cardevent e WHERE e.card_id = c.id)",
        "has no history",
    ),
    Check(
        "card_account",
        8,
        "Each card's account is open, frozen or closed as the card's state says",
        "card",
        "SELECT a.number AS id, a.number AS account, c.state, a.status FROM giftcards_giftcard c "
        "JOIN ledger_account a ON a.id = c.account_id WHERE a.kind <> 'GIFT_CARD' "
        "OR (c.state = 'VOIDED') <> (a.status = 'CLOSED') OR (c.state = 'BLOCKED') <> (a.status = 'FROZEN')",
        "is {state} and its account {status}",
    ),
    Check(
        "card_lots",
        5,
        "All that is on a card ends with the card",
        "lot",
        "SELECT l.id, a.number AS account, a.currency, l.remaining_minor FROM ledger_lot l "
        "JOIN giftcards_giftcard c ON c.account_id = l.account_id JOIN ledger_account a ON a.id = l.account_id "
        "WHERE l.remaining_minor > 0 AND (l.expires_at <> c.expires_at "
        "OR (l.expires_at IS NULL) <> (c.expires_at IS NULL))",
        "of card {account} has {remaining_minor} and does not end with the card",
    ),
    Check(
        "account_without_card",
        3,
        "Each gift card account has its card",
        "account",
        "SELECT a.number AS id, a.number AS account FROM ledger_account a LEFT JOIN giftcards_giftcard c "
        "ON c.account_id = a.id WHERE a.kind = 'GIFT_CARD' AND c.id IS NULL AND a.sequence > 0",
        "belongs to no card",
    ),
    Check(
        "card_batches",
        2,
        "Each batch has made as many cards as it says",
        "batch",
        "SELECT b.name AS id, b.made, COUNT(c.id) AS cards FROM giftcards_cardbatch b LEFT JOIN giftcards_giftcard c "
        "ON c.batch_id = b.id GROUP BY b.id, b.name, b.made HAVING b.made <> COUNT(c.id)",
        "says {made} were made; there are {cards}",
    ),
    *CHECKS_OF_TELLINGS,
)


WORDS_OF_CARDS = CheckOfWords(
    "card_words",
    "Each card is found by what is written of its recipient",
    GiftCard,
    CardWord,
    "card_id",
    lambda card: f"gift card {card.pk}",
)


METADATA_OF_CARDS = CheckOfMetadata(
    "card_metadata",
    "Each card is found by its metadata",
    GiftCard,
    CardMetadatum,
    "card_id",
    Q(metadata__isnull=False),
    lambda card: card.metadata,
    lambda card: f"gift card {card.pk}",
)


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [*name_checks("giftcards", CHECKS), WORDS_OF_CARDS.listed, METADATA_OF_CARDS.listed]


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """
    Everything that is wrong with the cards of one database, as of one moment.

    :param on_check: called after each check with its name and how much it found.
    :param only: the names of the checks that run; None: all.
    """
    yield from run_checks("giftcards", CHECKS, using=using, on_check=on_check, only=only)
    if is_asked(WORDS_OF_CARDS.name, only):
        yield from run_check_of_words(WORDS_OF_CARDS, using=using, on_check=on_check)
    if is_asked(METADATA_OF_CARDS.name, only):
        yield from run_check_of_metadata(METADATA_OF_CARDS, using=using, on_check=on_check)
