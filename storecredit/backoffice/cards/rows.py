"""Cards as other pages list them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from giftcards.queries import GiftCard, shown_state
from storecredit.backoffice.cards.timeline import card_url
from storecredit.backoffice.cards.words import STATE_TAGS, day_text
from storecredit.backoffice.kit import money_text


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card in words."""

    label: str
    url: str
    value: str
    state: str
    state_tag: str
    good_through: str
    only_theirs: bool


def card_rows(cards: Iterable[GiftCard], now: datetime) -> list[CardRow]:
    """Cards whose account is at hand."""
    rows = []
    for card in cards:
        state = shown_state(card, now)
        rows.append(
            CardRow(
                label=card.masked_code,
                url=card_url(card.pk),
                value=money_text(card.account.balance_minor, card.account.currency),
                state=str(state.label),
                state_tag=STATE_TAGS[state],
                good_through=day_text(card.expires_on),
                only_theirs=card.customer_only,
            )
        )
    return rows
