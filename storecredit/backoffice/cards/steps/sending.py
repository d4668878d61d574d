"""A card's code is sent to its recipient by e-mail, and whom a card is for is changed."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giftcards.errors import AddressNotKept, RecipientChangedBySender
from giftcards.operations import CardState, change_recipient, queue_delivery
from giftcards.queries import (
    Card,
    CodeDelivery,
    DeliveryState,
    GiftCard,
    find_delivery_under_way,
    list_deliveries,
    require_may_send,
)
from ledger.operations import Why
from storecredit.backoffice.cards.mailing import CardMail, deliver, list_mail_languages, write_preview
from storecredit.backoffice.cards.steps.base import Decision
from storecredit.backoffice.cards.steps.forms import set_choices
from storecredit.backoffice.kit import Change, DomainForm, Fact, Outcome, WhyForm, moment_text

REVEAL = "giftcards.reveal_code"
NO_MAIL = gettext_lazy("no mail goes out from here: EMAIL_URL is not set.")
_SENT_SHOWN = 3


class SendForm(WhyForm):
    """In which language a code is sent, and why."""

    error_fields = {"address_unfit": "address", "address_not_kept": "address"}

    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"))
    field_order = ["address", "language", "why"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "language", list_mail_languages())


class SendAnywhereForm(SendForm):
    """For those who may see codes anyway: also to which address."""

    address = forms.EmailField(label=gettext_lazy("To"), max_length=254)


class SendCode(Decision):
    slug, label, icon, permission = "send", gettext_lazy("Send code"), "forward_to_inbox", "giftcards.send_code"
    form_class = SendForm
    review_template = "backoffice/cards/send_review.html"
    possible_in = frozenset({CardState.ACTIVE, CardState.PENDING})
    explanation = gettext_lazy(
        "The recipient gets the code by e-mail; you do not see it. To whom it went, and why, stays in the history."
    )
    done = gettext_lazy("Card %(card)s is on its way.")
    mail: CardMail
    to: str

    @property
    def may_reveal(self) -> bool:
        user: Any = self.request.user
        return bool(user.has_perm(REVEAL))

    def refusal(self) -> str:
        if not settings.MAIL_GOES_OUT:
            return str(NO_MAIL)
        if refusal := super().refusal():
            return refusal
        if under_way := find_delivery_under_way(card_id=self.target.pk):
            return _("a mail with it is on its way to %(address)s.") % {"address": under_way.address}
        if not self.target.recipient_email and not self.may_reveal:
            return _("it has no recipient with an e-mail address.")
        try:
            require_may_send(
                card=self.target, address=self.target.recipient_email, actor=self.actor, may_reveal=self.may_reveal
            )
        except (RecipientChangedBySender, AddressNotKept) as error:
            return str(error)
        return ""

    def standing(self) -> list[Fact]:
        sent = list_deliveries(card_id=self.target.pk).filter(state=DeliveryState.SENT)[:_SENT_SHOWN]
        return [
            *self.card_facts(),
            Fact(_("Recipient"), _recipient_words(self.target)),
            *(Fact(_("Sent before"), _sent_words(each)) for each in sent),
        ]

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        if self.may_reveal:
            return SendAnywhereForm(data, initial={"address": self.target.recipient_email})
        return SendForm(data)

    def decide(self, data: dict[str, Any], now: datetime) -> CodeDelivery:
        self.mail = write_preview(row=self.target, card=self.seen, language=data["language"])
        self.to = str(data.get("address") or self.target.recipient_email)
        return queue_delivery(
            card_id=self.target.pk,
            address=self.to,
            language=data["language"],
            actor=self.actor,
            now=now,
            may_reveal=self.may_reveal,
            why=Why(note=data["why"]),
        )

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [Change(_("Code"), self.target.masked_code, self.to)]

    def facts(self, data: dict[str, Any]) -> list[Fact]:
        warning = [Fact(_("But"), _("This is not the card's recipient."))]
        return [
            *(warning if self.to != self.target.recipient_email else []),
            Fact(_("Language"), dict(list_mail_languages())[data["language"]]),
            Fact(_("Subject"), self.mail.subject),
            Fact(_("Mail"), self.mail.text.strip()),
        ]

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label} ({self.to}): {data['why']}"

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        # Not before everything is committed: a mail cannot be taken back.
        delivery: CodeDelivery = outcome.record
        tried = deliver(delivery_id=delivery.pk, actor=self.actor, now=timezone.now())
        told = {"address": delivery.address}
        if tried is not None and tried.state == DeliveryState.SENT:
            messages.success(self.request, _("The code was sent to %(address)s.") % told)
        else:
            messages.warning(
                self.request,
                _("The mail to %(address)s could not be sent yet. It is tried again by itself.") % told,
            )
        return HttpResponseRedirect(outcome.url)


class RecipientForm(WhyForm):
    """Whom a card is for."""

    error_fields = {"address_unfit": "email"}

    recipient_name = forms.CharField(required=False, max_length=200, label=gettext_lazy("For whom"))
    email = forms.EmailField(required=False, max_length=254, label=gettext_lazy("Their e-mail"))
    field_order = ["recipient_name", "email", "why"]


class ChangeRecipient(Decision):
    slug, label, icon, permission = "recipient", gettext_lazy("Recipient"), "contact_mail", "giftcards.assign_card"
    form_class = RecipientForm
    possible_in = frozenset({CardState.ACTIVE, CardState.PENDING, CardState.BLOCKED})
    explanation = gettext_lazy(
        "Say whom the card is for, and where its code is sent. Unless you may see codes, somebody else has to send it "
        "to whom you chose."
    )
    done = gettext_lazy("Card %(card)s has another recipient.")

    def refusal(self) -> str:
        if refusal := super().refusal():
            return refusal
        if under_way := find_delivery_under_way(card_id=self.target.pk):
            return _("a mail with its code is on its way to %(address)s.") % {"address": under_way.address}
        return ""

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        card = self.target
        return RecipientForm(data, initial={"recipient_name": card.recipient_name, "email": card.recipient_email})

    def decide(self, data: dict[str, Any], now: datetime) -> GiftCard:
        self.before = _recipient_words(self.target)
        changed = change_recipient(
            card_id=self.target.pk,
            name=data["recipient_name"],
            email=data["email"],
            actor=self.actor,
            now=now,
            why=Why(note=data["why"]),
        )
        self.after = _recipient_words(changed)
        return changed

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [Change(_("Recipient"), self.before, self.after)]


def _recipient_words(card: GiftCard) -> str:
    return ", ".join(filter(None, [card.recipient_name, card.recipient_email])) or _("nobody named")


def _sent_words(delivery: CodeDelivery) -> str:
    assert delivery.ended_at is not None
    return f"{moment_text(delivery.ended_at)} · {delivery.address}"
