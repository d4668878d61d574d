"""
The states in which staff sees cards: what a user of the card meets now, and whether there is anything on it.

Each card is in exactly one of them at any moment.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from giftcards.models import CardState, GiftCard
from giftcards.querysets import GiftCardQuerySet


class ShownState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PENDING = "pending", _("Not yet valid")
    SPENT = "spent", _("Spent")
    BLOCKED = "blocked", _("Blocked")
    EXPIRED = "expired", _("Expired")
    VOIDED = "voided", _("Voided")


def shown_state(card: GiftCard, now: datetime) -> ShownState:
    """The state of a card whose account is at hand."""
    state = card.state_at(now)
    if state == CardState.ACTIVE and not card.account.balance_minor:
        return ShownState.SPENT
    return ShownState(state.value.lower())


def narrow_to_state(cards: GiftCardQuerySet, state: ShownState, now: datetime) -> GiftCardQuerySet:
    """The cards of which `shown_state` says so."""
    return cards.filter(is_shown_as(state, now))


def is_shown_as(state: ShownState, now: datetime) -> Q:
    """The condition under which `shown_state` says so."""
    return _CONDITIONS[state](now)


def _over(now: datetime) -> Q:
    return Q(expires_at__isnull=False, expires_at__lte=now)


def _running(now: datetime) -> Q:
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=now)
    return Q(state=CardState.ACTIVE) & begun & ~_over(now)


_CONDITIONS: Mapping[ShownState, Callable[[datetime], Q]] = {
    ShownState.ACTIVE: lambda now: _running(now) & Q(account__balance_minor__gt=0),
    ShownState.SPENT: lambda now: _running(now) & Q(account__balance_minor=0),
    ShownState.PENDING: lambda now: (
        Q(state=CardState.PENDING) | (Q(state=CardState.ACTIVE, valid_from__gt=now) & ~_over(now))
    ),
    ShownState.BLOCKED: lambda now: Q(state=CardState.BLOCKED),
    ShownState.EXPIRED: lambda now: Q(state=CardState.EXPIRED) | (Q(state=CardState.ACTIVE) & _over(now)),
    ShownState.VOIDED: lambda now: Q(state=CardState.VOIDED),
}
