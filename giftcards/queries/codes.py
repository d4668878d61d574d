"""Cards by their whole code, as somebody types or scans it: blanks do not matter."""

from uuid import UUID

from giftcards.models import GiftCard
from giftcards.models.codes import ALPHABET, CODE_LENGTH, list_digests, normalize_code
from ledger.guessing import look_up


def find_card_id(*, code: str) -> UUID | None:
    """
    The card of either mode that has this code, None if none has.

    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    digests = list_digests("".join(code.split()))
    return look_up(code, lambda: GiftCard.objects.with_digest(digests).values_list("pk", flat=True).first())


def looks_like_a_code(text: str) -> bool:
    """Whether somebody who types this means a generated code in full."""
    bare = normalize_code("".join(text.split())) or ""
    return len(bare) == CODE_LENGTH and set(bare) <= set(ALPHABET) and any(symbol.isdigit() for symbol in bare)
