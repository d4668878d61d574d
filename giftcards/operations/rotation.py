"""
Key rotation: codes that an older key sealed are opened and sealed with the newest, while the application serves.

A card is found under every key that the environment holds, so it does not matter which of them sealed it when somebody
asks. Each portion is one transaction; a run that is killed leaves every code under one key or the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Count

from giftcards.models import GiftCard
from giftcards.models.codes import CodeUnreadable, SealedCode, newest_key_name, open_code, seal_code
from ledger.operations import operation

CARDS_AT_ONCE = 1000
# The insert changes the card: a trigger sees to it, and to it that no code becomes another card's.
_SEAL = """
    INSERT INTO giftcards_codesealing (card_id, digest_before, code_key, code_digest, code_cipher)
    VALUES (%s, %s, %s, %s, %s)"""


@dataclass
class RotationSummary:
    """How many codes were sealed anew, and the cards whose code could not be, by their account number."""

    sealed: int = 0
    #: Their key is not in the environment, or the stored code has been changed.
    unreadable: list[str] = field(default_factory=list)
    #: Another card has the same code under the newest key.
    doubled: list[str] = field(default_factory=list)


def count_cards_by_key() -> dict[str, int]:
    """How many codes each key has sealed, by the key's name."""
    counts = GiftCard.objects.order_by("code_key").values_list("code_key").annotate(cards=Count("pk"))
    return dict(counts.values_list("code_key", "cards"))


def count_codes_to_rotate() -> int:
    """How many codes an older key has sealed."""
    return GiftCard.objects.exclude(code_key=newest_key_name()).count()


def rotate_codes(*, on_portion: Callable[[RotationSummary], None] = lambda summary: None) -> RotationSummary:
    """
    Seal every code anew that an older key has sealed. Safe twice, in parallel and while cards are used.

    :param on_portion: called after each portion with what has been done so far.
    """
    summary = RotationSummary()
    last = UUID(int=0)
    while (reached := _rotate_portion(after=last, summary=summary)) is not None:
        last = reached
        on_portion(summary)
    return summary


def _rotate_portion(*, after: UUID, summary: RotationSummary) -> UUID | None:
    reached, part = _seal_portion(after=after)
    summary.sealed += part.sealed
    summary.unreadable += part.unreadable
    summary.doubled += part.doubled
    return reached


@operation
def _seal_portion(*, after: UUID) -> tuple[UUID | None, RotationSummary]:
    part = RotationSummary()
    waiting = GiftCard.objects.exclude(code_key=newest_key_name()).filter(pk__gt=after).order_by("pk")
    # Another rotation holds what it is at; what it leaves behind is not skipped but waited for.
    cards = list(waiting.select_related("account").select_for_update(of=("self",), no_key=True)[:CARDS_AT_ONCE])
    if not cards:
        return None, part
    fresh: dict[UUID, SealedCode] = {}
    for card in cards:
        try:
            fresh[card.pk] = seal_code(open_code(card.sealed_code))
        except CodeUnreadable:
            part.unreadable.append(card.account.number)
    digests = [code.digest for code in fresh.values()]
    taken = set(GiftCard.objects.with_digest(digests).values_list("code_digest", flat=True))
    part.doubled = [card.account.number for card in cards if card.pk in fresh and fresh[card.pk].digest in taken]
    before = {card.pk: card.code_digest for card in cards}
    rows = [
        (card_id.hex, before[card_id], code.key, code.digest, code.cipher)
        for card_id, code in fresh.items()
        if code.digest not in taken
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_SEAL, rows)
    part.sealed = len(rows)
    return cards[-1].pk, part
