"""A card's number on its way to a card: typed, asked for or read from a file, and laid aside unreadable."""

from dataclasses import dataclass

from giftcards.models.codes import SHORTEST, SealedCode, list_digests, normalize_code, seal_code, without_blanks


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """A card's number as it may be laid aside: sealed, and what a card that has it already is found by."""

    code: SealedCode
    digests: tuple[str, ...]


def seal_number(number: str, *, legacy: bool = False) -> SealedNumber | None:
    """
    A card's number, sealed; None if no card can have it.

    :param legacy: it is of a card from another system: it may be shorter, and blanks between its groups do not count.
    """
    written = without_blanks(number) if legacy else number
    normal = normalize_code(written, shortest=1 if legacy else SHORTEST)
    return None if normal is None else SealedNumber(seal_code(written), tuple(list_digests(normal)))
