"""
How people are found by what others type of them: without regard to capitals, accents, punctuation and order.

A person's texts are folded into words, each of which is found by its beginning. What is typed is folded alike.
"""

import re
import unicodedata
from collections.abc import Iterable

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_BETWEEN_WORDS = re.compile(r"[\s,;]+")
_PHONE = re.compile(r"[+0-9 ()./\u2010-\u2015\u00a0-]+")
_LEAST_PHONE_DIGITS = 6
_LONGEST_WORD = 120
_MOST_WORDS_TYPED = 12
# Country codes of the ITU's plan (E.164) that are not of three digits.
_ONE_DIGIT = frozenset("17")
_TWO_DIGITS = re.compile("2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")


def fold(text: str) -> str:
    """A text without capitals, accents and apostrophes: `Brontë` is `bronte`, `Straße` is `strasse`."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold().translate(_LETTERS)
    return "".join(character for character in plain if unicodedata.category(character) != "Mn")


def fold_person(*, names: Iterable[str], email: str = "", phone: str = "", ids: Iterable[str] = ()) -> str:
    """
    The words by which somebody is found, with a blank between two of them.

    :param ids: numbers and the like, found as a whole, with and without punctuation, and by their parts.
    """
    words: set[str] = set()
    for name in names:
        for word in _split(name):
            words |= _spellings(word)
        # O'Neil is found as oneil and as neil.
        words |= {part for word in _split(_APOSTROPHES.sub(" ", name)) for part in _parts(fold(word))}
    for identifier in ids:
        words |= _spellings(identifier) | {fold(identifier)}
    if email:
        local, _, domain = email.rpartition("@")
        words |= {fold(email)} | _spellings(local) | _spellings(domain)
    if phone:
        words |= set(_parts(fold(phone))) | set(_list_numbers(phone))
    return " ".join(sorted(word[:_LONGEST_WORD] for word in words if word and not word.isspace()))


def fold_address(email: str) -> str:
    """The word by which somebody with this e-mail address is found."""
    return fold(email)[:_LONGEST_WORD]


def read_search(text: str) -> list[list[str]]:
    """
    What is typed, as beginnings of words: somebody is meant of whom each word begins with one of its alternatives.

    Nothing at all is an empty list; what holds no letter and no digit has a word without alternatives.
    """
    wanted: list[list[str]] = []
    for word in split_search(text):
        folded = fold(word)
        compact = "".join(_parts(folded))
        if "@" in folded.strip("@"):
            wanted.append([folded[:_LONGEST_WORD]])
        elif any(character.isdigit() for character in compact):
            wanted.append(_list_typed_numbers(word) if _is_phone(word) else [compact[:_LONGEST_WORD]])
        else:
            wanted += [[part[:_LONGEST_WORD]] for part in _parts(folded)] or [[]]
    return wanted


def split_search(text: str) -> list[str]:
    """What is typed, word by word; a phone number is one, whatever stands between its digits."""
    return [text] if _is_phone(text) else _split(text)[:_MOST_WORDS_TYPED]


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and len(_digits(text)) >= _LEAST_PHONE_DIGITS


def _split(text: str) -> list[str]:
    return [word for word in _BETWEEN_WORDS.split(text) if word]


def _parts(folded: str) -> list[str]:
    """The letters and digits that stand together. Marks that stay (Mc) belong to their letters."""
    kept = (
        character if character.isalnum() or unicodedata.category(character) == "Mc" else " " for character in folded
    )
    return "".join(kept).split()


def _spellings(word: str) -> set[str]:
    """A word's parts, and all of them in one."""
    parts = _parts(fold(word))
    return {*parts, "".join(parts)}


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(character)) for character in text if character.isdigit())


def _list_numbers(phone: str) -> list[str]:
    """A phone number as it may be typed: its digits, with and without the country's code and the 0 before the area."""
    digits = _digits(phone)
    national = _national(phone)
    found = [digits, national, f"0{national}"]
    if _is_international(phone):
        code = _country_code(_without_prefix(_digits(phone.replace("(0)", ""))))
        found.append(f"{code}{national}")
    return [number for number in found if len(number) > 2]


def _list_typed_numbers(text: str) -> list[str]:
    return list(dict.fromkeys([_digits(text), _national(text)]))


def _national(phone: str) -> str:
    """The number within its country, without the 0 that is dialled before it there."""
    digits = _digits(phone.replace("(0)", ""))
    if not _is_international(phone):
        return digits.lstrip("0") or digits
    digits = _without_prefix(digits)
    national = digits[len(_country_code(digits)) :]
    return national.lstrip("0") or digits


def _is_international(phone: str) -> bool:
    return phone.lstrip(" (").startswith("+") or _digits(phone).startswith("00")


def _without_prefix(digits: str) -> str:
    return digits.removeprefix("00")


def _country_code(digits: str) -> str:
    if digits[:1] in _ONE_DIGIT:
        return digits[:1]
    return digits[:2] if _TWO_DIGITS.fullmatch(digits[:2]) else digits[:3]
