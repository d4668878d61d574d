"""Cards as other pages list them."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.html import format_html
from django.utils.translation import gettext

from giftcards.queries import GiftCard, shown_state
from storecredit.backoffice.cards.words import STATE_COLOURS, card_link
from storecredit.backoffice.kit import Table, day_text, moments, money_text, numbers, stacked, state_tag, strong


def cards_table(cards: Iterable[GiftCard], now: datetime) -> Table:
    """Cards whose account is at hand."""
    return Table(
        title=gettext("Gift cards"),
        id="gift-cards",
        columns=(
            moments(gettext("Card")),
            gettext("State"),
            numbers(gettext("On the card")),
            moments(gettext("Good through")),
        ),
        rows=[
            [
                stacked(
                    format_html('<span class="card-number">{}</span>', card_link(card)),
                    gettext("nobody else may spend it") if card.customer_only else "",
                ),
                state_tag(str(shown_state(card, now).label), STATE_COLOURS),
                strong(money_text(card.account.balance_minor, card.account.currency)),
                day_text(card.expires_on),
            ]
            for card in cards
        ],
        empty=gettext("No gift card belongs to this customer."),
    )
