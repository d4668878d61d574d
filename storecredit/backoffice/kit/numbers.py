"""
Numbers as people type them, read one way or not at all.

Which of comma and point is the decimal mark, the person's language says, and the browser's where they chose none. Where
what was typed could be meant in two ways all the same, it is refused with the words of how to write it: nothing is
guessed, and nothing is rounded.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation.trans_real import parse_accept_lang_header

_POINT, _COMMA = ".", ","
_decimal_mark: ContextVar[str] = ContextVar("decimal_mark", default=_POINT)

#: What parts groups of three and nothing else: blanks (the no-break ones, too) and apostrophes.
_PARTING = " \u00a0\u202f\u2009'\u2019"
_GROUPS = r"[0-9]{1,3}(?:%s[0-9]{3})+"
#: Far more than any amount has, and few enough to be quoted.
_LONGEST = 60


@contextmanager
def numbers_of(languages: str) -> Iterator[None]:
    """
    Read numbers in forms, and show them to be changed, as a language writes them.

    :param languages: one or several, as a browser's `Accept-Language` names them; of several the first that is known.
    """
    token = _decimal_mark.set(_mark_of(languages))
    try:
        yield
    finally:
        _decimal_mark.reset(token)


@lru_cache(maxsize=1000)
def _mark_of(accepted: str) -> str:
    for code, _ in parse_accept_lang_header(accepted):
        try:
            mark = get_decimal_symbol(Locale.parse(code, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
        return _COMMA if mark == _COMMA else _POINT
    return _POINT


def decimal_mark() -> str:
    """What the viewer writes between a whole number and its decimals."""
    return _decimal_mark.get()


def write_decimal(number: Decimal) -> str:
    """A number as it stands in a field, with the viewer's decimal mark and without groups."""
    return f"{number:f}".replace(_POINT, _decimal_mark.get())


def read_decimal(text: str, *, places: int) -> str:
    """
    The figures of a number that was typed, as `Decimal` reads them.

    A sign is read in front of it: whether it may have one is the form's matter.

    :param places: how many decimals it can have.
    :raises ValidationError: if it is no number, or could be two. More decimals than places are left to the currency to
        refuse, in its own words.
    """
    typed = text.strip()
    sign, figures = ("-", typed[1:]) if typed.startswith("-") else ("", typed)
    if len(typed) > _LONGEST and not re.fullmatch("[0-9]+", figures):
        raise _not_a_number(places)
    whole, mark, decimals = _part(figures, places)
    for parting in _PARTING:
        if re.fullmatch(_GROUPS % re.escape(parting), whole):
            whole = whole.replace(parting, "")
    if not re.fullmatch("[0-9]+" if not decimals else "[0-9]*", whole) or (mark and not decimals):
        raise _not_a_number(places)
    if len(decimals) > places and not decimals[places:].strip("0"):
        raise _not_a_number(places)
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def _part(figures: str, places: int) -> tuple[str, str, str]:
    """The whole part, in which blanks and apostrophes may be left, the decimal mark and the decimals."""
    marks = [mark for mark in (_POINT, _COMMA) if mark in figures]
    if not marks:
        return figures, "", ""
    if len(marks) == 2:
        mark = max(marks, key=figures.rindex)
        whole, decimals = _split(figures, mark, places)
        return _ungroup(whole, _COMMA if mark == _POINT else _POINT, places), mark, decimals
    mark = marks[0]
    if figures.count(mark) > 1:
        return _ungroup(figures, mark, places), "", ""
    whole, decimals = _split(figures, mark, places)
    is_the_languages = mark == _decimal_mark.get()
    if re.fullmatch("[1-9][0-9]{0,2}", whole) and len(decimals) == 3:
        if is_the_languages != (places == 3) and not decimals[places:].strip("0"):
            # "1.000" where amounts have two decimals, "1,000" where they have three: either may be meant.
            raise _two_ways(figures, places)
        if not is_the_languages:
            return whole + decimals, "", ""
    elif not is_the_languages and len(decimals) != places:
        raise _not_a_number(places)
    return whole, mark, decimals


def _split(figures: str, mark: str, places: int) -> tuple[str, str]:
    if figures.count(mark) > 1:
        raise _not_a_number(places)
    whole, decimals = figures.split(mark)
    if not re.fullmatch("[0-9]*", decimals):
        raise _not_a_number(places)
    return whole, decimals


def _ungroup(whole: str, mark: str, places: int) -> str:
    if not re.fullmatch(_GROUPS % re.escape(mark), whole):
        raise _not_a_number(places)
    return whole.replace(mark, "")


def _two_ways(figures: str, places: int) -> ValidationError:
    whole, decimals = re.split("[.,]", figures)
    zeros = f".{'0' * places}" if places else ""
    large = f"{whole}{decimals}{zeros}".replace(_POINT, _decimal_mark.get())
    small = f"{whole}.{decimals[:places]}" if places else whole
    small = small.replace(_POINT, _decimal_mark.get())
    return ValidationError(
        gettext("%(figures)s can be read in two ways: write %(large)s or %(small)s.")
        % {"figures": figures, "large": large, "small": small},
        code="ambiguous",
    )


def _not_a_number(places: int) -> ValidationError:
    example = f"1000.{'0' * places}" if places else "1000"
    example = example.replace(_POINT, _decimal_mark.get())
    return ValidationError(
        gettext("Enter a number such as %(example)s, in plain figures.") % {"example": example}, code="invalid"
    )


class FigureField(forms.CharField):
    """
    A number that is compared with amounts of any currency, typed as people type it.

    :param places: how many decimals most of them have.
    """

    def __init__(self, *, places: int = 2, **options: Any) -> None:
        super().__init__(**options)
        self.places = places

    def clean(self, value: Any) -> Decimal | None:
        typed = super().clean(value)
        return Decimal(read_decimal(typed, places=self.places)) if typed else None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}


class CountField(forms.IntegerField):
    """A whole number, typed as people type it."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value.strip():
            value = read_decimal(value, places=0)
        number: int | None = super().to_python(value)
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off"}
