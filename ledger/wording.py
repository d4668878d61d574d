"""How an amount reads, wherever people read it: on a screen and in a refusal."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language, to_locale
from moneyed import Money
from moneyed.l10n import format_money

# The marks are the language's; that the currency stands in front is the house's rule.
_PATTERN = "¤#,##0.00"
# `KWD`, `£GB`, `kr`.
_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
# The signs of currencies are the short ones there.
_ENGLISH = "en_US"


def amount_text(amount: Money) -> str:
    """An amount with its currency, for who reads it: `€1,234.50`, `−¥500`, `KWD 1.250`; in German `€1.234,50`."""
    text = format_money(amount, format=_PATTERN, locale=_locale_of(get_language() or "en")).replace("-", "−")
    return _LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)


@lru_cache(maxsize=100)
def _locale_of(language: str) -> str:
    try:
        return _ENGLISH if language == "en" else str(Locale.parse(to_locale(language)))
    except (UnknownLocaleError, ValueError):
        return _ENGLISH
