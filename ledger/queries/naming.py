"""Rows that name somebody, wherever they stand: looked for text by text, for they belong to nobody by a key."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from html import unescape
from typing import Any
from unicodedata import combining, normalize
from urllib.parse import unquote_plus

from django.apps import apps
from django.db import connection
from django.db.models import BinaryField

_ROWS_AT_ONCE = 2000
# So many last digits of a phone number stand in it however its country and its trunk code are written.
_LAST_DIGITS = 9
_BETWEEN_DIGITS = r"[\s()./+\-]{0,4}"
# The same for PostgreSQL, which reads what is encoded as it stands.
_BETWEEN_DIGITS_ENCODED = r"(\D|%2\w|\\u\w{4}|\\n)*"
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_LEAST_ASCII = 2


class Naming:
    """
    The words that name a person, and the spellings in which they are looked for: any capitals, with or without accents,
    composed or not, as in an address, in JSON and in HTML; a phone number with any signs between its digits.
    """

    def __init__(self, names: Collection[str]) -> None:
        kept = sorted({name.strip() for name in names} - {""})
        self.phones = [digits for name in kept if (digits := _digits_of(name))]
        self.words = [name for name in kept if not _digits_of(name)]

    def __bool__(self) -> bool:
        return bool(self.phones or self.words)

    def stands_in(self, text: str) -> bool:
        """Whether a text names them."""
        return any(self._pattern.search(_fold(each)) for each in _forms_of(text))

    def condition(self, text: str) -> tuple[str, list[str]]:
        """
        What all texts that name them meet, as SQL for PostgreSQL, and its values; nothing if nothing can be said.

        :param text: an expression for the text in small letters.
        """
        words = [runs for word in self.words if (runs := _list_runs(word))]
        if len(words) < len(self.words):
            return "", []
        tests, values = _join_words(text, words)
        for digits in self.phones:
            tests.append(f"{text} ~ %s")
            values.append(_BETWEEN_DIGITS_ENCODED.join(digits))
        return " OR ".join(tests), values

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = [r"\s+".join(map(re.escape, _fold(word).split())) for word in self.words]
        phones = [_BETWEEN_DIGITS.join(digits) + r"(?!\d)" for digits in self.phones]
        # Neither a part of a longer word, nor the end of somebody else's address.
        alone = [rf"(?<![^\W_])(?<![.+]){word}(?![^\W_])" for word in words]
        return re.compile("|".join([*alone, *phones]))


def find_rows_naming(
    *, table: str, columns: Sequence[str], naming: Naming, where: str = "", key: str = "id"
) -> dict[Any, set[str]]:
    """
    The keys of the rows of a table that name somebody, and which of these columns do.

    Every row is read: for what is done to one person, not for requests.

    :param where: a further condition on the rows, as SQL.
    """
    if not naming:
        return {}
    found = {}
    for row_key, *texts in _read(table, columns, naming, where, key):
        named = {name for name, text in zip(columns, texts, strict=True) if text and naming.stands_in(_as_text(text))}
        if named:
            found[row_key] = named
    return found


def _read(table: str, columns: Sequence[str], naming: Naming, where: str, key: str) -> Iterator[tuple[Any, ...]]:
    listed = ", ".join([key, *(f'"{name}"' for name in columns)])
    sql, values = f"SELECT {listed} FROM {table}", list[str]()
    if connection.vendor == "postgresql":
        # All of a row's words are one text, which is made once and looked through once: `OFFSET 0` keeps each test from
        # making it anew.
        in_bytes = _list_bytes(table)
        each = [f"encode({name}, 'escape')" if name in in_bytes else f'"{name}"' for name in columns]
        whole = f"SELECT {listed}, LOWER(concat_ws(' ', {', '.join(each)})) AS said FROM {table}"
        test, values = naming.condition("said")
        met = f"({test or 'TRUE'})"
        sql = f"SELECT {listed} FROM ({whole}{f' WHERE {where}' if where else ''} OFFSET 0) r"
    else:
        met = " OR ".join(f'LENGTH("{name}") > 0' for name in columns)
        met = f"({met})" + (f" AND {where}" if where else "")
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{sql} WHERE {met}", values)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows


def _list_runs(word: str) -> list[str]:
    """The letters and digits of a word that stand together in whatever spelling, the longest first."""
    runs = re.findall(r"[a-z0-9]+", normalize("NFC", word).lower())
    return sorted({run for run in runs if len(run) >= _LEAST_ASCII}, key=lambda run: (-len(run), run))


def _join_words(text: str, words: list[list[str]]) -> tuple[list[str], list[str]]:
    """
    That a text has all runs of one of several words: first what most of them have, as a surname, for that is all that
    is looked for in most texts.
    """
    tests: list[str] = []
    values: list[str] = []
    while words:
        first = max(
            (run for runs in words for run in runs),
            key=lambda run: (sum(any(run in each for each in runs) for runs in words), len(run), run),
        )
        having = [runs for runs in words if any(first in each for each in runs)]
        words = [runs for runs in words if runs not in having]
        rest = [[run for run in runs if run not in first] for runs in having]
        values.append(f"%{first}%")
        if all(rest):
            others = " OR ".join("(" + " AND ".join([f"{text} LIKE %s"] * len(runs)) + ")" for runs in rest)
            tests.append(f"({text} LIKE %s AND ({others}))")
            values += [f"%{run}%" for runs in rest for run in runs]
        else:
            tests.append(f"{text} LIKE %s")
    return tests, values


def _list_bytes(table: str) -> set[str]:
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return {str(field.column) for field in models[table]._meta.concrete_fields if isinstance(field, BinaryField)}


def _as_text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def _forms_of(text: str) -> Iterator[str]:
    """A text as it stands, and as what it may be an encoding of."""
    yield text
    if "\\" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", text)
        yield text
    if "%" in text or "+" in text:
        yield unquote_plus(text)
    if "&" in text:
        yield unescape(text)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(sign for sign in normalize("NFKD", text).casefold() if not combining(sign))


def _digits_of(name: str) -> str:
    """The digits by which a phone number is known; none if it is no phone number."""
    digits = "".join(sign for sign in name if sign.isascii() and sign.isdigit())
    if not digits or any(sign.isalpha() or sign == "@" for sign in name):
        return ""
    return digits[-_LAST_DIGITS:]
