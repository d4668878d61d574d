"""
The mail that brings a card's code to its recipient: written in one of the languages that have templates, and sent.

`templates/mail/gift_card` holds three files for each language: its subject, its text, and the same as HTML. Another
language begins with three more.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language_info

from giftcards.operations import Letter, claim_delivery, settle_delivery
from giftcards.queries import Card, CodeDelivery, GiftCard, list_due_deliveries
from ledger.operations import Actor
from ledger.wording import amount_text
from storecredit.backoffice.cards.words import group_code
from storecredit.backoffice.kit import day_text, in_the_shop
from storecredit.mail import MailNotSent, send_mail
from storecredit.settings.environment import BASE_DIR

_FOLDER = "mail/gift_card"
_DUE_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class CardMail:
    """A mail as it stands. It may hold a code, and so it stands in no repr."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


def list_mail_languages() -> list[tuple[str, str]]:
    """The languages that a mail can be written in, the shop's first, each under the name that its speakers give it."""
    folder = BASE_DIR / "templates" / _FOLDER
    codes = sorted(path.name.removesuffix(".subject.txt") for path in folder.glob("*.subject.txt"))
    named = [(code, get_language_info(code)["name_local"].capitalize()) for code in codes]
    return sorted(named, key=lambda each: each[0] != settings.DEFAULT_LANGUAGE)


def write_preview(*, row: GiftCard, card: Card, language: str) -> CardMail:
    """The mail as it would be now, with the code covered."""
    return _write(row, card.spendable, f"····-····-····-{row.last_four}", language)


def deliver(*, delivery_id: int, actor: Actor, now: datetime) -> CodeDelivery | None:
    """Attempt a delivery, and say what became of it; None if it is not due, or its card cannot be sent any more."""
    letter = claim_delivery(delivery_id=delivery_id, actor=actor, now=now)
    if letter is None:
        return None
    mail = _write_letter(letter)
    failure = ""
    try:
        send_mail(to=letter.address, subject=mail.subject, text=mail.text, html=mail.html)
    except MailNotSent as error:
        failure = str(error)
    return settle_delivery(
        delivery_id=delivery_id, attempt=letter.attempt, actor=actor, now=timezone.now(), failure=failure
    )


def deliver_due(*, actor: Actor, now: datetime) -> list[CodeDelivery]:
    """Attempt those that are due, those due longest first, each once."""
    due = list_due_deliveries(now=now, at_most=_DUE_AT_ONCE)
    tried = [deliver(delivery_id=delivery_id, actor=actor, now=now) for delivery_id in due]
    return [delivery for delivery in tried if delivery is not None]


def _write_letter(letter: Letter) -> CardMail:
    return _write(letter.card, letter.value, group_code(letter.code), letter.language)


def _write(card: GiftCard, value: Any, code: str, language: str) -> CardMail:
    # Its templates may have gone since it was asked for.
    known = [each for each, _ in list_mail_languages()]
    language = language if language in known else known[0]
    with translation.override(language):
        told = {
            "shop": settings.SHOP_NAME,
            "name": card.recipient_name,
            "value": amount_text(value),
            "code": code,
            "valid_from": day_text(in_the_shop(card.valid_from).date()) if card.valid_from else "",
            "good_through": day_text(card.expires_on) if card.expires_on else "",
            "is_whole": card.must_redeem_whole,
            "is_test": card.test_mode,
        }
        subject = render_to_string(f"{_FOLDER}/{language}.subject.txt", told)
        return CardMail(
            # What stands in a header is one line, whatever the shop is called.
            subject=" ".join(subject.split()),
            text=render_to_string(f"{_FOLDER}/{language}.txt", told).strip() + "\n",
            html=render_to_string(f"{_FOLDER}/{language}.html", told),
        )
