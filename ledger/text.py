"""
What a text from outside may hold, whichever door it comes through.

A character that nobody sees makes two texts that look alike and are not: a customer's twin, a reference that no search
finds. Some scripts need such characters to be written right, so a name may have a joiner where its script joins.
"""

import re
import unicodedata
from enum import Enum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class TextKind(Enum):
    """What a text is for, which decides what it may hold."""

    #: Numbers, codes, references, addresses: compared and looked up, so nothing unseen at all.
    CODE = "code"
    #: Names and labels: as people write them.
    NAME = "name"
    #: As a name, with line breaks and tabs.
    NOTE = "note"


_BREAKS = frozenset("\t\n\r\u2028\u2029")
# Neither control nor format characters, and yet nothing is seen of them: fillers, a blank of Braille, the grapheme
# joiner, vowels that Unicode gave up.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
_NON_JOINER = "\u200c"
_VIRAMA = 9
# Scripts whose letters hang together, so that a word may need them kept apart.
_CURSIVE = ("ARABIC", "SYRIAC", "MONGOLIAN", "NKO", "MANDAIC", "ADLAM", "HANIFI ROHINGYA")
_EMOJI_SELECTORS = frozenset("\ufe0e\ufe0f")
_KEYCAPS = frozenset("#*0123456789")
_CUSTOMER_NUMBER = re.compile(r"[!-.0-~]{1,64}")
_DOCUMENT_ID = re.compile(r"k[a-z0-9]{16}")
_LONGEST_LOCAL_PART = 64

WRONG_CUSTOMER_NUMBER = _("must be 1 to 64 printable ASCII characters without blanks and slashes, and no document id")
WRONG_EMAIL = _("is not an e-mail address")


def to_nfc(text: str) -> str:
    """The text with each accent in one character with its letter, where there is such a character."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def find_unfit(text: str, kind: TextKind = TextKind.CODE) -> str:
    """What a text holds that none of its kind may, as the end of a sentence; empty if it is fit."""
    if text.isascii() and text.isprintable():
        return ""
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp"}:
            if kind is not TextKind.NOTE or character not in _BREAKS:
                return gettext("holds a line break or another control character")
        elif category == "Cs" or _is_no_character(character):
            return gettext("holds something that is no character")
        elif (category == "Cf" or character in _UNSEEN or _is_selector(character)) and not (
            kind is not TextKind.CODE and _is_needed(text, place)
        ):
            return gettext("holds an invisible character (U+%(character)s)") % {
                "character": format(ord(character), "04X")
            }
    return ""


def find_too_long(text: str, max_length: int | None) -> str:
    """
    What is wrong with a text of more characters than fit, as the end of a sentence; empty if nothing is.

    :param text: in NFC, which makes two characters of some that were typed as one.
    """
    too_long = max_length is not None and len(text) > max_length
    return (
        gettext("has more than %(max_length)s characters as it is kept") % {"max_length": max_length}
        if too_long
        else ""
    )


def find_wrong_email(text: str) -> str:
    """What is wrong with an e-mail address; empty if nothing is."""
    if message := find_unfit(text):
        return message
    # Django looks at a domain of other letters only after IDNA has dropped what cannot be seen of it.
    local, _, domain = text.rpartition("@")
    if any(character.isspace() for character in text) or len(local) > _LONGEST_LOCAL_PART or domain.endswith("."):
        return str(WRONG_EMAIL)
    try:
        validate_email(text)
    except ValidationError:
        return str(WRONG_EMAIL)
    return ""


def find_wrong_customer_number(text: str) -> str:
    """What is wrong with a new customer's number; empty if nothing is."""
    is_number = _CUSTOMER_NUMBER.fullmatch(text) and not is_document_id(text)
    return "" if is_number else str(WRONG_CUSTOMER_NUMBER)


def fold_number(text: str) -> str:
    """A customer's number without regard to capitals, as the databases' UPPER has it on both."""
    return text.upper() if text.isascii() else text


def is_document_id(text: str) -> bool:
    """Whether a text looks like a document id, which finds its object wherever a number does."""
    return _DOCUMENT_ID.fullmatch(text) is not None


def _is_no_character(character: str) -> bool:
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _is_selector(character: str) -> bool:
    """Variation selectors: which of two shapes of the character before is meant."""
    code = ord(character)
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180F


def _is_needed(text: str, place: int) -> bool:
    """Whether the script or the symbol that an unseen character stands in is written with it."""
    before = text[place - 1] if place else ""
    after = text[place + 1 : place + 2]
    if not before:
        return False
    character = text[place]
    if character in _JOINERS:
        # As in domain names (RFC 5892, A.1 and A.2), and between the parts of one symbol.
        if unicodedata.combining(before) == _VIRAMA or (after and unicodedata.combining(after) == _VIRAMA):
            return True
        if character == _NON_JOINER:
            return _is_cursive(before) and _is_cursive(after)
        return _is_symbol(before) and _is_symbol(after)
    if character in _EMOJI_SELECTORS:
        return _is_symbol(before) or before in _KEYCAPS
    if not _is_selector(character):
        return False
    name = unicodedata.name(before, "")
    return name.startswith("MONGOLIAN" if 0x180B <= ord(character) <= 0x180F else "CJK")


def _is_cursive(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_CURSIVE) if character else False


def _is_symbol(character: str) -> bool:
    return bool(character) and (unicodedata.category(character) in {"So", "Sk"} or character in _EMOJI_SELECTORS)
