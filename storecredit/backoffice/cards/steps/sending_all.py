"""
The codes of a batch go to the recipients of its cards: each as it would from its own page, all in one review.

What cannot be sent is left out and named, and does not hold the others up. What went already is not sent again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from giftcards.operations import queue_delivery, require_sendable
from giftcards.queries import CardBatch, CodeDelivery, DeliveryState, GiftCard, list_batch_deliveries, list_unsent_cards
from ledger.errors import DomainError
from ledger.operations import Why
from storecredit.backoffice.cards.mailing import deliver, list_mail_languages
from storecredit.backoffice.cards.steps.batches import batch_url
from storecredit.backoffice.cards.steps.sending import NO_MAIL, REVEAL, SendForm
from storecredit.backoffice.cards.words import card_url
from storecredit.backoffice.kit import (
    Change,
    Fact,
    Link,
    LoggedStep,
    Outcome,
    Review,
    Shown,
    Table,
    number_text,
    reasons,
    state_tag,
)

#: So many go by one review. Those beyond it are asked for by the next one.
MOST_AT_ONCE: Final = 500
_NAMED = 20
#: While somebody waits. What is left then goes with the next run of the job.
_SENDING_SECONDS = 5
_COLOURS = {DeliveryState.QUEUED: "info", DeliveryState.SENT: "success", DeliveryState.FAILED: "danger"}


class SendBatch(LoggedStep):
    """Asks for a delivery of each card that has a recipient, in one transaction."""

    slug, label, icon, permission = "send-all", _("Send all codes"), "forward_to_inbox", "giftcards.send_code"
    form_class = SendForm
    explanation = _(
        "The recipient of each card gets its code by e-mail, and nobody else; you do not see it. To whom each went, "
        "and why, stays in its history. What cannot be sent is left out and named."
    )

    target: CardBatch

    def refusal(self) -> str:
        if not settings.MAIL_GOES_OUT:
            return str(NO_MAIL)
        if not list_unsent_cards(batch_id=self.target.pk).exists():
            return gettext("no card of it has a recipient whose code is still to be sent.")
        return ""

    def standing(self) -> list[Fact]:
        waiting = list_unsent_cards(batch_id=self.target.pk).count()
        facts = [Fact(gettext("To be sent"), _cards(waiting))]
        if waiting > MOST_AT_ONCE:
            said = gettext("%(count)s; the others afterwards") % {"count": number_text(MOST_AT_ONCE)}
            facts.append(Fact(gettext("At once"), said))
        return facts

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        sent: list[CodeDelivery] = []
        left_out: list[str] = []
        for card in _walk_unsent(self.target.pk):
            # Only what goes counts: those that cannot go stay where they are, and would be the first ones for ever.
            if len(sent) == MOST_AT_ONCE:
                break
            try:
                sent.append(self._send(card, data, now))
            except DomainError as error:
                left_out.append(f"{card.masked_code}: {error}")
        facts = [
            Fact(gettext("To"), _named([each.address for each in sent])),
            Fact(gettext("Language"), dict(list_mail_languages())[data["language"]]),
            Fact(gettext("Why"), data["why"]),
        ]
        facts += [Fact(gettext("Left out"), _named(left_out))] if left_out else []
        return Outcome(
            review=Review(changes=[Change(gettext("Codes"), gettext("not sent"), _cards(len(sent)))], facts=facts),
            url=batch_url(self.target.pk),
            message=_on_their_way(len(sent), len(left_out)),
            record=sent,
        )

    def _send(self, card: GiftCard, data: dict[str, Any], now: datetime) -> CodeDelivery:
        user: Any = self.request.user
        may_reveal = bool(user.has_perm(REVEAL))
        require_sendable(card=card, address=card.recipient_email, actor=self.actor, now=now, may_reveal=may_reveal)
        with transaction.atomic():
            return queue_delivery(
                card_id=card.pk,
                address=card.recipient_email,
                language=data["language"],
                actor=self.actor,
                now=now,
                may_reveal=may_reveal,
                why=Why(note=data["why"]),
            )

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        # Not before everything is committed: a mail cannot be taken back.
        until = monotonic() + _SENDING_SECONDS
        for delivery in outcome.record:
            if monotonic() > until:
                break
            deliver(delivery_id=delivery.pk, actor=self.actor, now=timezone.now())
        messages.success(self.request, outcome.message)
        return HttpResponseRedirect(outcome.url)


def _walk_unsent(batch_id: int) -> Iterator[GiftCard]:
    """Each card of a batch whose code is still to be sent, read in slices: what is sent of them changes the rest."""
    unsent = list_unsent_cards(batch_id=batch_id)
    slice_ = list(unsent[:MOST_AT_ONCE])
    while slice_:
        yield from slice_
        slice_ = list(unsent.filter(pk__gt=slice_[-1].pk)[:MOST_AT_ONCE])


def sending_table(batch: CardBatch) -> list[Table]:
    """How the sending of a batch's codes stands, and which did not go; nothing while none was asked for."""
    deliveries = list_batch_deliveries(batch_id=batch.pk)
    counts = {state: deliveries.filter(state=state).count() for state in DeliveryState}
    if not any(counts.values()):
        return []
    open_ones = deliveries.exclude(state=DeliveryState.SENT)[: MOST_AT_ONCE // 5]
    said = ", ".join(f"{number_text(count)} {state.label}" for state, count in counts.items() if count)
    return [
        Table(
            title=gettext("Codes sent by mail"),
            columns=(gettext("Card"), gettext("To"), gettext("State"), reasons(gettext("Why not"))),
            rows=[_row(delivery) for delivery in open_ones],
            empty=gettext("Everything that was to be sent went out."),
            beside=said,
            id="sending",
        )
    ]


def _row(delivery: CodeDelivery) -> list[Shown]:
    state = DeliveryState(delivery.state)
    return [
        Link(delivery.card.masked_code, card_url(delivery.card_id)),
        delivery.address,
        state_tag(str(state.label), {str(state.label): _COLOURS[state]}),
        delivery.failure,
    ]


def _cards(count: int) -> str:
    return ngettext("%(number)s card", "%(number)s cards", count) % {"number": number_text(count)}


def _named(words: Sequence[str]) -> str:
    more = len(words) - _NAMED
    said = [*words[:_NAMED], *([gettext("and %(count)s more") % {"count": number_text(more)}] if more > 0 else [])]
    return "\n".join(said) or "–"


def _on_their_way(sent: int, left_out: int) -> str:
    said = ngettext("%(number)s code is on its way.", "%(number)s codes are on their way.", sent)
    said = said % {"number": number_text(sent)}
    if not left_out:
        return said
    return f"{said} " + gettext("%(count)s left out.") % {"count": number_text(left_out)}
