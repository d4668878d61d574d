"""What can be done with many cards at once: each is the step that a card's own page has."""

from collections.abc import Iterable, Sequence
from time import monotonic
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import GiftCard, shown_state
from storecredit.backoffice.cards.mailing import deliver
from storecredit.backoffice.cards.steps import BlockCard, ExtendCard, SendCode, UnblockCard
from storecredit.backoffice.cards.words import STATE_COLOURS, owner_text
from storecredit.backoffice.kit import (
    MOST_AT_ONCE,
    BulkStep,
    Column,
    Shown,
    day_text,
    moments,
    money_text,
    numbers,
    phrase,
    staff_actor,
    state_tag,
    styled,
)

#: While somebody waits. What is left then goes with the next run of the job.
_SENDING_SECONDS = 5


class BulkCardStep(BulkStep):
    """Takes a step with many cards."""

    def columns(self) -> Sequence[Column | str]:
        return moments(gettext("Card")), numbers(gettext("On the card")), gettext("Whose")

    def load(self, ids: Iterable[UUID]) -> list[GiftCard]:
        cards = GiftCard.objects.select_related("account", "customer")
        return list(cards.filter(pk__in=list(ids)[:MOST_AT_ONCE]).order_by("pk"))

    def amount_of(self, target: GiftCard) -> str:
        return money_text(target.account.balance_minor, target.account.currency)

    def payee_of(self, target: GiftCard) -> str:
        return owner_text(target)

    def standing_of(self, target: GiftCard) -> Shown:
        state = state_tag(str(shown_state(target, timezone.now()).label), STATE_COLOURS)
        return phrase(state, styled("quiet small", day_text(target.expires_on)))


class BlockCards(BulkCardStep):
    step_class, slug, label, danger = BlockCard, "block-many", _("Block"), True
    explanation = _(
        "Nobody can spend or reload these cards until they are unblocked. Each is blocked on its own: if one is "
        "refused, the others are blocked all the same."
    )


class UnblockCards(BulkCardStep):
    step_class, slug, label = UnblockCard, "unblock-many", _("Unblock")
    explanation = _(
        "These cards can be spent and reloaded again. Each is unblocked on its own: if one is refused, the others are "
        "unblocked all the same."
    )


class ExtendCards(BulkCardStep):
    step_class, slug, label = ExtendCard, "extend-many", _("Extend")
    explanation = _(
        "Move the last day of these cards to a later one. What is on them lives as long. Each is extended on its own: "
        "if one is refused, the others are extended all the same."
    )


class SendCodes(BulkCardStep):
    step_class, slug, label = SendCode, "send-many", _("Send code")
    explanation = _(
        "The recipient of each card gets its code by e-mail, and nobody else. Each is sent on its own: if one is "
        "refused, the others are sent all the same."
    )

    def payee_of(self, target: GiftCard) -> str:
        return target.recipient_email or super().payee_of(target)

    def finish(self) -> None:
        until = monotonic() + _SENDING_SECONDS
        for outcome in self.outcomes:
            if monotonic() > until:
                return
            deliver(delivery_id=outcome.record.pk, actor=staff_actor(self.request), now=timezone.now())
