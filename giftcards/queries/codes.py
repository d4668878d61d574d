"""Cards by their whole code, as somebody types, pastes or scans it."""

from uuid import UUID

from giftcards.models import GiftCard
from giftcards.models.codes import list_lookup_digests, may_be_generated, without_blanks
from ledger.guessing import look_up


def find_card_id(*, code: str) -> UUID | None:
    """
    The card of either mode that has this code, None if none has. Blanks in it do not matter.

    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    digests = list_lookup_digests(without_blanks(code))

    def find() -> UUID | None:
        found = dict(GiftCard.objects.with_digest(digests).values_list("code_digest", "pk"))
        return next((found[digest] for digest in digests if digest in found), None)

    return look_up(code, find)


def looks_like_a_code(text: str) -> bool:
    """Whether somebody who types this means a generated code in full."""
    return may_be_generated(without_blanks(text)) and any(symbol.isdigit() for symbol in text)
