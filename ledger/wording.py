"""How an amount reads, wherever people read it: on a screen and in a refusal."""

import re

from moneyed import Money
from moneyed.l10n import format_money

_LOCALE = "en_US"
_CODE_BEFORE_DIGIT = re.compile(r"(?<=[A-Z]{3})(?=\d)")


def amount_text(amount: Money) -> str:
    """An amount with its currency: `€1,234.50`, `−¥500`, `KWD 1.250`."""
    text = format_money(amount, locale=_LOCALE).replace("-", "−")
    return _CODE_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)
