"""
DATEV's format for batches of entries: header version 700, category 21, format version 13.

https://developer.datev.de/datev/platform/de/dtvf/formate/buchungsstapel. DATEV recommends a file for each period, and
an entry's date has no year; so there is one for each currency and month.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext

from storecredit.finance.errors import NotForLayout
from storecredit.finance.models import JournalExport, JournalLine
from storecredit.finance.queries.layouts.parts import Part, list_batches, name_of_account, two_decimals, words_of

NAME = "datev"
_ENCODING = "windows-1252"
_MOST_LINES = 99_999
_MOST_DIGITS = 10
_FIRST = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink",
)  # fmt: skip
_BETWEEN = (
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
)  # fmt: skip
_LAST = (
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp",
    "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz",
    "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer",
    "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit",
    "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
COLUMNS = (
    *_FIRST,
    *(f"Beleginfo - {what} {number}" for number in range(1, 9) for what in ("Art", "Inhalt")),
    *_BETWEEN,
    *(f"Zusatzinformation{what} {number}" for number in range(1, 21) for what in (" - Art", "- Inhalt")),
    *_LAST,
)
#: Which of them are texts, counted from 1: these stand in quotation marks, even where they are empty.
_TEXTS = frozenset(
    {2, 3, 6, 9, 11, 12, 14, 16, *range(20, 39), 40, 42, *range(48, 88), 91, 95, 96, 98, 102, 103, 105, 107, 109, 110}
    | {112, 118, 120, 121, 123}
)


@dataclass(frozen=True, slots=True)
class DatevClient:
    """
    Whose books DATEV keeps, as the settings or whoever asks say.

    :param consultant: the tax consultant's number (Beraternummer), 1001 to 9999999.
    :param client: the client's (Mandantennummer), 1 to 99999.
    :param year_begins_in: the month with which the fiscal year begins.
    :param account_length: how many digits the accounts of the general ledger have (Sachkontenlänge), 4 to 8.
    """

    consultant: int
    client: int
    year_begins_in: int = 1
    account_length: int = 4


def list_datev_parts(export: JournalExport, lines: Sequence[JournalLine], client: DatevClient | None) -> Iterator[Part]:
    """
    A file for each currency and month.

    :raises NotForLayout: if an account is no number or an amount does not fit, or nobody said whose books they are.
    """
    if client is None:
        raise NotForLayout(layout=NAME, why=gettext("DATEV_CONSULTANT and DATEV_CLIENT are not set"))
    for batch in list_batches(lines, most=len(lines) or 1):
        for month, found in groupby(batch.lines, key=lambda line: line.day.replace(day=1)):
            of_month = list(found)
            if len(of_month) > _MOST_LINES:
                why = gettext("%(month)s has more than %(most)s lines")
                raise NotForLayout(layout=NAME, why=why % {"month": f"{month:%Y-%m}", "most": _MOST_LINES})
            rows = [_header(export, client, batch.currency, of_month), ";".join(COLUMNS)]
            rows += [_entry(export, line, client.account_length) for line in of_month]
            name = f"EXTF_Buchungsstapel_{export.number}_{batch.currency}_{month:%Y-%m}.csv"
            yield Part(name, "".join(f"{row}\r\n" for row in rows).encode(_ENCODING))


def _header(export: JournalExport, client: DatevClient, currency: str, lines: Sequence[JournalLine]) -> str:
    first, last = lines[0].day, lines[-1].day
    year = first.year if first.month >= client.year_begins_in else first.year - 1
    fields = [
        _text("EXTF"), "700", "21", _text("Buchungsstapel"), "13",
        f"{export.exported_at:%Y%m%d%H%M%S}{export.exported_at.microsecond // 1000:03}", "",
        _text("RE"), _text(""), _text(""), str(client.consultant), str(client.client),
        f"{date(year, client.year_begins_in, 1):%Y%m%d}", str(client.account_length),
        f"{first:%Y%m%d}", f"{last:%Y%m%d}", _text(f"Store credit {export.number}"), _text(""),
        "1", "0", "0", _text(currency), "", _text(""), "", "", _text(""), "", "", _text(""), _text(""),
    ]  # fmt: skip
    return ";".join(fields)


def _entry(export: JournalExport, line: JournalLine, account_length: int) -> str:
    """`Konto` is the account that is debited, so each entry says S for Soll."""
    amount = two_decimals(line, NAME)
    if len(amount) > _MOST_DIGITS + 3:
        why = gettext("the amount of line %(line)s has more than %(most)s digits")
        raise NotForLayout(layout=NAME, why=why % {"line": line.place, "most": _MOST_DIGITS})
    said = {
        "Umsatz (ohne Soll/Haben-Kz)": amount.replace(".", ","),
        "Soll/Haben-Kennzeichen": "S",
        "WKZ Umsatz": line.currency,
        "Konto": _account(export, line.debit, account_length),
        "Gegenkonto (ohne BU-Schlüssel)": _account(export, line.credit, account_length),
        "Belegdatum": f"{line.day:%d%m}",
        "Belegfeld 1": f"SC-{export.number}-{line.place}",
        "Buchungstext": words_of(line),
    }
    fields = (
        _text(said.get(column, "")) if place in _TEXTS else said.get(column, "")
        for place, column in enumerate(COLUMNS, start=1)
    )
    return ";".join(fields)


def _account(export: JournalExport, code: str, length: int) -> str:
    number = name_of_account(export, code, NAME)
    # Accounts of single debtors and creditors have a digit more.
    if not re.fullmatch(rf"[0-9]{{1,{length + 1}}}", number):
        why = gettext("account %(account)s is no number of %(length)s digits")
        raise NotForLayout(layout=NAME, why=why % {"account": number, "length": length})
    return number


def _text(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
