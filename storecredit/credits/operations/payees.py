"""Whom a request pays: a card, a card to be made, or a customer. Fixed in columns, named in the attributes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from giftcards.errors import CardNotFound, CodeMalformed
from giftcards.operations import SealedNumber, seal_number
from giftcards.queries import Card, get_card, get_card_by_id
from ledger.errors import CustomerNotFound
from ledger.guessing import count_miss, looking
from ledger.queries import get_customer
from storecredit.credits.errors import AttributesMalformed, PayeeUnknown
from storecredit.credits.models import CreditRequest, PayeeKind, RequestKind

NUMBER = "giftCardNumber"
CUSTOMER = "customerId"
LARGEST_ATTRIBUTES_BYTES = 16 * 1024

_MASK = re.compile(r"\*{4}.{0,4}")


@dataclass(frozen=True, slots=True)
class Payee:
    """What the payee's columns are set to."""

    kind: PayeeKind
    card_id: UUID | None = None
    customer_id: int | None = None
    number: SealedNumber | None = None

    def put(self, request: CreditRequest) -> None:
        """Write the columns of a request that is not saved yet."""
        request.payee_kind = self.kind
        request.payee_card_id = self.card_id
        request.payee_customer_id = self.customer_id
        request.seal_number(self.number.code if self.number else None)

    def is_of(self, request: CreditRequest) -> bool:
        """Whether the request pays this payee already."""
        same_number = request.number_digest in self.number.digests if self.number else not request.number_digest
        return (
            request.payee_kind == self.kind
            and request.payee_card_id == self.card_id
            and request.payee_customer_id == self.customer_id
            and same_number
        )


def find_payee(
    *,
    kind: RequestKind,
    currency: str,
    attributes: Mapping[str, Any],
    test_mode: bool,
    now: datetime,
    card_id: UUID | None = None,
    asked: CreditRequest | None = None,
) -> Payee:
    """
    The payee that a request's type and attributes name.

    :param card_id: the card itself, where a door knows it and no number is sent.
    :param asked: the request that is spoken of: whoever names its own number again guesses nothing.
    :raises AttributesMalformed: if the customer or the number is not text.
    :raises CodeMalformed: if no card can have such a number.
    :raises PayeeUnknown: for an unknown customer, or a card of another currency.
    :raises LookUpsStopped: if a number is named by somebody who has guessed too often.
    """
    if kind == RequestKind.STORE_CREDIT:
        identifier = read_text(attributes, CUSTOMER)
        if identifier is None:
            raise PayeeUnknown(member=CUSTOMER, message=gettext("Store credit needs attributes.customerId."))
        try:
            customer = get_customer(identifier=identifier, test_mode=test_mode)
        except CustomerNotFound as error:
            raise PayeeUnknown(member=CUSTOMER, message=str(error)) from error
        return Payee(PayeeKind.CUSTOMER, customer_id=customer.pk)
    if card_id is not None:
        card = get_card_by_id(card_id=card_id, test_mode=test_mode, now=now)
        return Payee(PayeeKind.CARD, card_id=_require_currency(card.id, card.currency, currency))
    text = read_text(attributes, NUMBER)
    if text is None:
        return Payee(PayeeKind.NEW_CARD)
    number = seal_number(text)
    # A mask that was shown is no number: a card made under it would be somebody's mistake.
    if number is None or _MASK.fullmatch(text):
        raise CodeMalformed
    named = _find_card(text, number, test_mode, now, asked)
    if named is None:
        return Payee(PayeeKind.NEW_CARD, number=number)
    if named.currency != currency:
        count_miss(text)
    return Payee(PayeeKind.CARD, card_id=_require_currency(named.id, named.currency, currency))


def _find_card(
    text: str, number: SealedNumber, test_mode: bool, now: datetime, asked: CreditRequest | None
) -> Card | None:
    try:
        if asked is None or asked.number_digest not in number.digests:
            return get_card(code=text, test_mode=test_mode, now=now)
        with looking(None):
            return get_card(code=text, test_mode=test_mode, now=now)
    except CardNotFound:
        return None


def _require_currency(card_id: UUID, card_currency: str, currency: str) -> UUID:
    if card_currency != currency:
        raise PayeeUnknown(
            member=NUMBER,
            message=gettext("The card is in %(card_currency)s, the request in %(currency)s.")
            % {"card_currency": card_currency, "currency": currency},
        )
    return card_id


def mask_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """
    The attributes as they are kept: a card's number by its last four alone.

    :raises AttributesMalformed: if all together are more than 16 KiB of JSON.
    """
    kept = dict(attributes)
    if isinstance(number := kept.get(NUMBER), str):
        kept[NUMBER] = mask(number)
    if len(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()) > LARGEST_ATTRIBUTES_BYTES:
        raise AttributesMalformed(member="attributes", message=gettext("All attributes together are more than 16 KiB."))
    return kept


def mask(number: str) -> str:
    """What of a number may be kept and shown: `****7QX2`."""
    sealed = seal_number(number)
    return f"****{sealed.code.last_four if sealed else ''}"


def merge_attributes(kept: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The kept attributes with the sent ones put in, member by member; null takes one out."""
    merged = {**kept, **sent}
    return {name: value for name, value in merged.items() if value is not None}


def names_other_payee(request: CreditRequest, sent: Mapping[str, Any]) -> bool:
    """Whether the sent attributes say anything about the payee that the kept ones do not; a mask says nothing new."""
    member = CUSTOMER if request.kind == RequestKind.STORE_CREDIT else NUMBER
    return member in sent and sent[member] != request.attributes.get(member)


def read_text(attributes: Mapping[str, Any], member: str) -> str | None:
    """
    An attribute that names the payee.

    :raises AttributesMalformed: if it is not text.
    """
    value = attributes.get(member)
    if value is not None and not isinstance(value, str):
        raise AttributesMalformed(
            member=member, message=gettext("attributes.%(member)s is not text.") % {"member": member}
        )
    return value
