"""A card's number on its way to a card: typed, asked for or read from a file, and laid aside unreadable."""

from dataclasses import dataclass

from giftcards.models.codes import SealedCode, list_digests, normalize_code, seal_code


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """A card's number as it may be laid aside: sealed, and what a card that has it already is found by."""

    code: SealedCode
    digests: tuple[str, ...]


def seal_number(number: str) -> SealedNumber | None:
    """A card's number, sealed; None if no card can have it."""
    normal = normalize_code(number)
    return None if normal is None else SealedNumber(seal_code(number), tuple(list_digests(normal)))
