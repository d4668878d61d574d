"""What the layouts of accounting programs have alike: a currency at a time, in amounts of two decimals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext

from ledger.money import decimals
from storecredit.finance.errors import NotForLayout
from storecredit.finance.models import JournalExport, JournalLine


@dataclass(frozen=True, slots=True)
class Part:
    """A file that the other program takes by itself."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of one currency that fit one file."""

    currency: str
    number: int
    lines: Sequence[JournalLine]


def list_batches(lines: Sequence[JournalLine], *, most: int) -> Iterator[Batch]:
    """The lines by currency, in their order, so many in each batch at most; batches of a currency count 1, 2, 3 …"""
    by_currency = sorted(lines, key=lambda line: (line.currency, line.place))
    for currency, found in groupby(by_currency, key=lambda line: line.currency):
        of_currency = list(found)
        for number, start in enumerate(range(0, len(of_currency), most), start=1):
            yield Batch(currency, number, of_currency[start : start + most])


def two_decimals(line: JournalLine, layout: str) -> str:
    """
    The amount of a line in major units, `12.34`, whatever its currency.

    :raises NotForLayout: if it has a third decimal.
    """
    places = decimals(line.currency)
    hundredths, rest = divmod(line.amount_minor * 100, 10**places)
    if rest:
        why = gettext("line %(line)s has an amount of three decimals in %(currency)s")
        raise NotForLayout(layout=layout, why=why % {"line": line.place, "currency": line.currency})
    return f"{hundredths // 100}.{hundredths % 100:02}"


def name_of_account(export: JournalExport, code: str, layout: str) -> str:
    """What an account of the journal was called for a layout as it was exported; its number, if nothing was said."""
    return export.accounts.get(code, {}).get(layout) or code


def words_of(line: JournalLine) -> str:
    """What a line tells of, as people read it in another program."""
    of_month = f" of {line.corrects}" if line.corrects else ""
    return f"{line.type} {line.funding} {line.kind}{of_month}"
