"""What can be asked of cards. Nothing in here writes."""

from giftcards.queries.cards import Card, get_card, get_card_by_id, get_card_of_account
from giftcards.queries.findings import list_checks, list_findings
from giftcards.queries.history import get_card_event, list_card_events, list_cards, list_newest_events

__all__ = [
    "Card",
    "get_card",
    "get_card_by_id",
    "get_card_event",
    "get_card_of_account",
    "list_card_events",
    "list_cards",
    "list_checks",
    "list_findings",
    "list_newest_events",
]
