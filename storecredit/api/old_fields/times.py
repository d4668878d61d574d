import re
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from ledger.days import LAST_DAY, is_reckoned
from storecredit.api.json_text import Number
from storecredit.api.old_fields.base import Field, Wrong, name_type
from storecredit.api.problems import FaultKind

# Of the year 9998: the last moments of the last year that Python knows cannot be shown in every time zone.
_LAST_MILLISECOND = 253_370_764_799_999
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MILLISECONDS = re.compile(r"(0|[1-9][0-9]{0,15})", re.ASCII)
_SAID_DAY = "must be a date such as 2026-12-31."
_FIRST_DAY = date(1970, 1, 1)
_SAID = "must be epoch milliseconds as a whole number, or a date such as 2026-12-31."


class Moment(Field[datetime]):
    """
    A moment: epoch milliseconds as a whole number, or a date in the shop's time zone.

    :param end_of_day: whether a date means its last millisecond or its first.
    """

    def __init__(self, about: str, *, end_of_day: bool, wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.end_of_day = end_of_day

    def read(self, value: Any) -> datetime:
        if isinstance(value, Number):
            return _from_milliseconds(value.text)
        if isinstance(value, str):
            return self._from_date(value)
        raise Wrong(f"must be a number or a string, not {name_type(value)}.", FaultKind.TYPE)

    def read_text(self, text: str) -> datetime:
        return self._from_date(text) if "-" in text else _from_milliseconds(text)

    def canonical(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat()

    def schema(self) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": _LAST_MILLISECOND},
                {"type": "string", "format": "date"},
            ]
        }

    def _from_date(self, text: str) -> datetime:
        if not _DATE.fullmatch(text):
            raise Wrong(_SAID)
        try:
            day = date.fromisoformat(text)
            if not is_reckoned(day):
                raise Wrong(_SAID)
            at = time(23, 59, 59, 999_000) if self.end_of_day else time(0)
            return datetime.combine(day, at, ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
        except (ValueError, OverflowError):  # `Wrong` is a ValueError that says the same
            raise Wrong(_SAID) from None


class Day(Field[date]):
    """A calendar day as `YYYY-MM-DD`."""

    def read(self, value: Any) -> date:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        if not _DATE.fullmatch(value):
            raise Wrong(_SAID_DAY)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Wrong(_SAID_DAY) from None
        if not _FIRST_DAY <= day <= LAST_DAY:
            raise Wrong(f"must be from {_FIRST_DAY.isoformat()} to {LAST_DAY.isoformat()}.")
        return day

    def canonical(self, value: date) -> str:
        return value.isoformat()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class IsoMoment(Field[datetime]):
    """A moment as ISO 8601 writes it: a date, whose first moment is meant, or a date and time; UTC without offset."""

    _FORM = re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+ -][0-9]{2}:?[0-9]{2})?)?",
        re.ASCII,
    )
    _SAID = "must be a date such as 2026-12-31, or a date and time such as 2026-12-31T23:59:59Z."

    def read(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        if not self._FORM.fullmatch(value):
            raise Wrong(self._SAID)
        # A query has a blank where its sender wrote a plus.
        text = value[:19].replace(" ", "T") + value[19:].replace(" ", "+")
        try:
            moment = datetime.fromisoformat(text)
            if not is_reckoned(moment):
                raise Wrong(self._SAID)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except ValueError:  # `Wrong` is one that says the same
            raise Wrong(self._SAID) from None

    def canonical(self, value: datetime) -> str:
        return value.isoformat()

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}


def epoch_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, UTC, without a detour through a float."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def _from_milliseconds(text: str) -> datetime:
    if not _MILLISECONDS.fullmatch(text) or int(text) > _LAST_MILLISECOND:
        raise Wrong(_SAID)
    seconds, milliseconds = divmod(int(text), 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)
