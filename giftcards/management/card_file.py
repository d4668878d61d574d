"""
A CSV file of cards from another system.

Numbers are sealed as they are read: what is laid aside on disk holds none in plain, and no message repeats a cell,
for a cell in the wrong column may be a number.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from giftcards.errors import TimeZoneUnknown
from giftcards.models.codes import SealedCode
from giftcards.operations import CardRow, RowConflict, SealedNumber, require_time_zone, seal_number
from ledger.days import first_moment_of, is_reckoned
from ledger.management.cells import find_wrong_amount, read_day
from ledger.management.choices import Choice
from ledger.management.column_maps import Layout
from ledger.management.csv_file import CsvFile, Portion
from ledger.management.text_lines import Source
from ledger.money import to_minor
from ledger.text import find_wrong_email

NUMBER, BALANCE, CURRENCY, EXPIRES_ON = "number", "balance", "currency", "expires_on"
_TEXTS = {"customer_number": 64, "recipient_name": 200, "recipient_email": 254}
_FLAGS = {"must_redeem_whole": False, "reloadable": True}
_YES_OR_NO = {"": None, "yes": True, "no": False, "true": True, "false": False}
_STATES = ("active", "blocked")
COLUMNS = (NUMBER, BALANCE, CURRENCY, EXPIRES_ON, "time_zone", "valid_from", "state", *_TEXTS, *_FLAGS)
_ROOM = """
    CREATE TABLE row (line INTEGER PRIMARY KEY, digest TEXT UNIQUE, digests TEXT, cipher BLOB, key TEXT, last_four TEXT,
        balance_minor INTEGER, currency TEXT, expires_on TEXT, time_zone TEXT, valid_from TEXT, blocked INTEGER,
        customer_number TEXT, recipient_name TEXT, recipient_email TEXT, must_redeem_whole INTEGER, reloadable INTEGER)
"""


class CardFile(CsvFile):
    """The rows of a file, and what is wrong with it. Iterating gives the good rows in the order of the file."""

    kind = "cards"
    maps_folder = Path(__file__).parent / "maps"
    columns = COLUMNS
    required: ClassVar[dict[str, str | Promise]] = {
        NUMBER: _("it is what the card is found by"),
        BALANCE: _("it is what stands on the card"),
    }
    quotes_cells = False
    names = ("recipient_name",)
    numbers = (NUMBER, "customer_number", "recipient_email")
    padded = (NUMBER, "customer_number")
    amounts = (BALANCE,)
    days = (EXPIRES_ON, "valid_from")

    def __init__(
        self,
        source: Source,
        *,
        time_zone: str,
        currency: str = "",
        layout: Layout = Layout(),  # noqa: B008  it cannot be changed
        legacy_numbers: bool = False,
        portion: Portion | None = None,
    ) -> None:
        """
        :param currency: of the rows that name none; empty: every row must.
        :param time_zone: where the last day of the rows ends that name none.
        :param legacy_numbers: numbers of fewer than four characters are taken, and blanks in numbers do not count.
        """
        self._time_zone, self._legacy = time_zone, legacy_numbers
        super().__init__(source, layout=layout, currency=currency, portion=portion)

    def __iter__(self) -> Iterator[CardRow]:
        rows = self.staged.execute(
            "SELECT line, digest, digests, cipher, key, last_four, balance_minor, currency, time_zone, expires_on, "
            "valid_from, customer_number, blocked, must_redeem_whole, reloadable, recipient_name, recipient_email "
            "FROM row ORDER BY line"
        )
        for line, digest, digests, cipher, key, last_four, balance, currency, zone, day, since, *rest in rows:
            customer_number, blocked, whole, reloadable, recipient_name, recipient_email = rest
            code = SealedCode(key=key, digest=digest, cipher=cipher, last_four=last_four)
            yield CardRow(
                line=line,
                number=SealedNumber(code, tuple(digests.split())),
                balance_minor=balance,
                currency=currency,
                time_zone=zone,
                expires_on=date.fromisoformat(day) if day else None,
                valid_from=datetime.fromisoformat(since) if since else None,
                customer_number=customer_number,
                blocked=bool(blocked),
                must_redeem_whole=bool(whole),
                reloadable=bool(reloadable),
                recipient_name=recipient_name,
                recipient_email=recipient_email,
            )

    def sum_balances(self) -> dict[str, int]:
        """What the good rows come to, in minor units by currency."""
        rows = self.staged.execute("SELECT currency, SUM(balance_minor) FROM row GROUP BY currency ORDER BY currency")
        return dict(rows.fetchall())

    def add_conflict(self, conflict: RowConflict) -> None:
        """Add why a row cannot be imported."""
        message = conflict.message
        if conflict.column == EXPIRES_ON:
            message = self.with_hint(message, Choice.EXPIRED_CARDS)
        self.add_error(conflict.line, conflict.column, message)

    def make_room(self) -> None:
        self.staged.execute(_ROOM)

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        if seal_number(cells[NUMBER], legacy=self._legacy) is None:
            yield NUMBER, self._describe_wrong_number(cells[NUMBER])
        yield from self._find_wrong_money(cells)
        zone = cells.get("time_zone") or self._time_zone
        try:
            require_time_zone(zone)
        except TimeZoneUnknown:
            yield "time_zone", gettext("is not the name of a time zone, such as Europe/London")
        else:
            if (day := cells.get(EXPIRES_ON)) and read_day(day) is None:
                yield EXPIRES_ON, gettext("is not a day such as 2027-12-31")
            if (since := cells.get("valid_from")) and _read_start(since, zone) is None:
                yield "valid_from", gettext("is not a day such as 2027-01-31 or a moment such as 2027-01-31T09:00:00Z")
        if cells.get("state", "") not in {"", *_STATES}:
            yield "state", gettext("is not one of %(states)s") % {"states": ", ".join(_STATES)}
        for name in _FLAGS:
            if cells.get(name, "") not in _YES_OR_NO:
                yield name, gettext("is not yes or no")
        for name, longest in _TEXTS.items():
            if len(cells.get(name, "")) > longest:
                yield name, gettext("is longer than %(longest)s characters") % {"longest": longest}
        if (email := cells.get("recipient_email")) and (message := find_wrong_email(email)):
            yield "recipient_email", message

    def _describe_wrong_number(self, number: str) -> str:
        words = gettext(
            "must be %(least)s to 64 printable ASCII characters without blanks and slashes, and no reserved word"
        )
        if seal_number(number, legacy=True) is None or not number:
            return words % {"least": 1 if self._legacy else 4}
        return self.with_hint(words % {"least": 4}, Choice.LEGACY_NUMBERS)

    def _find_wrong_money(self, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        currency = self.currency_of(cells)
        if message := self.find_wrong_currency(currency):
            yield CURRENCY, message
        elif message := find_wrong_amount(cells[BALANCE], currency, holder=gettext("a card")):
            yield BALANCE, message

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        insert = f"INSERT OR IGNORE INTO row VALUES (?{', ?' * 16})"
        for line, cells in batch:
            number = seal_number(cells[NUMBER], legacy=self._legacy)
            assert number is not None  # the line was found good
            values = self._values(line, number, cells)
            if not self.staged.execute(insert, values).rowcount:
                twin = self.staged.execute("SELECT line FROM row WHERE digest = ?", [number.code.digest]).fetchone()
                self.add_error(line, NUMBER, gettext("stands in line %(first)s already") % {"first": twin[0]})

    def _values(self, line: int, number: SealedNumber, cells: dict[str, str]) -> list[Any]:
        currency = self.currency_of(cells)
        zone = cells.get("time_zone") or self._time_zone
        since = _read_start(cells["valid_from"], zone) if cells.get("valid_from") else None
        flags = [_YES_OR_NO[cells.get(name, "")] for name in _FLAGS]
        return [
            line,
            number.code.digest,
            " ".join(number.digests),
            number.code.cipher,
            number.code.key,
            number.code.last_four,
            to_minor(Money(Decimal(cells[BALANCE]), currency)),
            currency,
            cells.get("expires_on", ""),
            zone,
            since.isoformat() if since else "",
            cells.get("state", "") == "blocked",
            *(cells.get(name, "") for name in _TEXTS),
            *(default if flag is None else flag for flag, default in zip(flags, _FLAGS.values(), strict=True)),
        ]


def _read_start(text: str, zone: str) -> datetime | None:
    """A day begins at midnight in the row's time zone; a moment says its own offset."""
    if (day := read_day(text)) is not None:
        return first_moment_of(day, ZoneInfo(zone))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo and is_reckoned(moment) else None
