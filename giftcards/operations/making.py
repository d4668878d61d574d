"""Cards come into being."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from moneyed import Money

from giftcards.errors import CodeMalformed, CodeTaken
from giftcards.models import CardMetadatum, EventKind, GiftCard
from giftcards.models.codes import list_digests, new_code, normalize_code, seal_code
from giftcards.operations.days import end_of_day, require_time_zone
from giftcards.operations.events import write_events
from giftcards.operations.expiry import require_day_ahead
from ledger.guessing import admit, count_miss
from ledger.metadata import list_members
from ledger.money import require_open, to_minor
from ledger.operations import (
    UNEXPLAINED,
    AccountKind,
    Actor,
    Ending,
    Funding,
    TransactionType,
    Why,
    add_credit,
    new_uuid7,
    open_account,
    operation,
)
from ledger.queries import get_customer


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card and its code, which is nowhere to be had in plain but here and by revealing it."""

    id: UUID
    account_id: int
    code: str = field(repr=False)


@operation
def create_card(
    *,
    amount: Money,
    actor: Actor,
    now: datetime,
    code: str | None = None,
    expires_on: date | None = None,
    time_zone: str | None = None,
    valid_from: datetime | None = None,
    funding: Funding = Funding.PAID,
    why: Why = UNEXPLAINED,
    must_redeem_whole: bool = False,
    reloadable: bool = True,
    customer_id: int | None = None,
    customer: str | None = None,
    customer_only: bool = False,
    recipient_name: str = "",
    recipient_email: str = "",
    sale_id: str = "",
    user_label: str = "",
    metadata: Mapping[str, Any] | None = None,
    test_mode: bool = False,
    lives_again: bool = False,
    comes_back: bool = False,
) -> NewCard:
    """
    Make a card and put its first value on it.

    :param amount: not negative, in the card's currency; nothing makes an empty card.
    :param code: the number to give it; None: a generated one.
    :param expires_on: the last day, in `time_zone` (default: the project's), on which it can be spent.
    :param customer: number or document id of whose card it is, where `customer_id` is not known.
    :param metadata: what a client keeps with it, as JSON; it is found by one of its members, and never changes.
    :param comes_back: what it gets was somebody's before, and is owed in a closed currency, too.
    :param lives_again: it replaces one that was over and has come back to life.
    :raises CustomerNotFound: if no customer of this mode is called so.
    :raises CodeMalformed, CodeTaken: for such a number.
    :raises LookUpsStopped: if one is named by somebody who has guessed too often.
    :raises TimeZoneUnknown: if there is no such zone.
    :raises ExpiryNotLater: if that day is over.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyUnknown: for such an amount.
    :raises ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: as the reason demands.
    :raises MovementKeyUsed: if the key has been used.
    """
    if customer is not None:
        customer_id = get_customer(identifier=customer, test_mode=test_mode).pk
    if code is not None:
        admit()
    zone = time_zone or settings.TIME_ZONE
    require_time_zone(zone)
    require_day_ahead(expires_on, zone, now)
    amount_minor = to_minor(amount)
    if not comes_back:
        require_open(amount.currency.code, now.date())
    account_id = open_account(
        kind=AccountKind.GIFT_CARD,
        currency=amount.currency.code,
        now=now,
        customer_id=customer_id,
        test_mode=test_mode,
    )
    card = GiftCard(
        id=new_uuid7(),
        account_id=account_id,
        valid_from=valid_from,
        expires_on=expires_on,
        time_zone=zone,
        expires_at=end_of_day(expires_on, zone) if expires_on else None,
        lives_again=lives_again,
        must_redeem_whole=must_redeem_whole,
        reloadable=reloadable,
        customer_id=customer_id,
        customer_only=customer_only,
        recipient_name=recipient_name,
        recipient_email=recipient_email,
        starting_minor=amount_minor,
        sale_id=sale_id,
        user_label=user_label,
        metadata=dict(metadata) if metadata else None,
        test_mode=test_mode,
        created_at=now,
    )
    members = [CardMetadatum(card_id=card.id, digest=member.digest) for member in list_members(metadata)]
    CardMetadatum.objects.bulk_create(members)
    plain = _insert_with_code(card, code)
    if amount_minor:
        add_credit(
            account_id=account_id,
            amount=amount,
            type=TransactionType.ISSUE,
            actor=actor,
            now=now,
            why=replace(why, reference=why.reference or sale_id),
            funding=None if why.reason else funding,
            ending=Ending(card.expires_at),
            comes_back=comes_back,
        )
    else:
        write_events(
            card_ids=[card.id],
            kind=EventKind.ACTIVATED,
            actor=actor,
            now=now,
            why=why,
        )
    return NewCard(id=card.id, account_id=account_id, code=plain)


def _insert_with_code(card: GiftCard, code: str | None) -> str:
    if code is None:
        while not _insert_sealed(card, plain := new_code()):
            pass
        return plain
    normal = normalize_code(code)
    if normal is None:
        raise CodeMalformed
    # Under another key the same number has another digest, which no unique index compares.
    if GiftCard.objects.with_digest(list_digests(normal)).exists() or not _insert_sealed(card, code):
        # Whoever is told so has found a card.
        count_miss(code)
        raise CodeTaken
    return code


def _insert_sealed(card: GiftCard, code: str) -> bool:
    """False if the code is taken; without an error, which would end the transaction on PostgreSQL."""
    sealed = seal_code(code)
    card.code_digest, card.code_cipher, card.code_key = sealed.digest, sealed.cipher, sealed.key
    card.last_four = sealed.last_four
    fields = list(GiftCard._meta.concrete_fields)
    columns = ", ".join(str(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(field.pre_save(card, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO giftcards_giftcard ({columns}) VALUES ({marks}) "
            "ON CONFLICT (code_digest) DO NOTHING RETURNING last_four",
            values,
        )
        return bool(cursor.fetchall())
