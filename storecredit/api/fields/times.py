import re
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings

from ledger.days import LAST_DAY, is_reckoned
from storecredit.api.fields.base import StrictField, name_type, wrong
from storecredit.api.json_text import Number

# Of the year 9998: the last moments of the last year that Python knows cannot be shown in every time zone.
_LAST_MILLISECOND = 253_370_764_799_999
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MILLISECONDS = re.compile(r"(0|[1-9][0-9]{0,15})", re.ASCII)
_SAID_DAY = "must be a date such as 2026-12-31."
_FIRST_DAY = date(1970, 1, 1)
_SAID = "must be epoch milliseconds as a whole number, or a date such as 2026-12-31."


class Moment(StrictField):
    """
    A moment that comes in: epoch milliseconds as a whole number, or a date in the shop's time zone.

    :param end_of_day: whether a date means its last millisecond or its first.
    """

    expected: ClassVar[str] = "a number or a string"

    def __init__(self, *, end_of_day: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.end_of_day = end_of_day

    def to_internal_value(self, data: Any) -> datetime:
        if isinstance(data, Number):
            return _from_milliseconds(data.text)
        if isinstance(data, str):
            return self._from_date(data)
        return self.fail("type", given=name_type(data))

    def from_query(self, text: str) -> datetime:
        return self._from_date(text) if "-" in text else _from_milliseconds(text)

    def canonical(self, value: datetime, version: int) -> str:
        return value.astimezone(UTC).isoformat()

    def describe(self) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": _LAST_MILLISECOND},
                {"type": "string", "format": "date"},
            ]
        }

    def _from_date(self, text: str) -> datetime:
        if not _DATE.fullmatch(text):
            raise wrong(_SAID)
        try:
            day = date.fromisoformat(text)
            if is_reckoned(day):
                at = time(23, 59, 59, 999_000) if self.end_of_day else time(0)
                return datetime.combine(day, at, ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise wrong(_SAID)


class Day(StrictField):
    """A calendar day as `YYYY-MM-DD`."""

    expected: ClassVar[str] = "a string"

    def to_internal_value(self, data: Any) -> date:
        self.require_type(data, str)
        if not _DATE.fullmatch(data):
            raise wrong(_SAID_DAY)
        try:
            day = date.fromisoformat(data)
        except ValueError:
            raise wrong(_SAID_DAY) from None
        if not _FIRST_DAY <= day <= LAST_DAY:
            raise wrong(f"must be from {_FIRST_DAY.isoformat()} to {LAST_DAY.isoformat()}.")
        return day

    def to_representation(self, value: date) -> str:
        return value.isoformat()

    def canonical(self, value: date, version: int) -> str:
        return value.isoformat()

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class IsoMoment(StrictField):
    """A moment as ISO 8601 writes it: a date, whose first moment is meant, or a date and time; UTC without offset."""

    expected: ClassVar[str] = "a string"
    _FORM = re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+ -][0-9]{2}:?[0-9]{2})?)?",
        re.ASCII,
    )
    _SAID = "must be a date such as 2026-12-31, or a date and time such as 2026-12-31T23:59:59Z."

    def to_internal_value(self, data: Any) -> datetime:
        self.require_type(data, str)
        if not self._FORM.fullmatch(data):
            raise wrong(self._SAID)
        # A query has a blank where its sender wrote a plus.
        text = data[:19].replace(" ", "T") + data[19:].replace(" ", "+")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise wrong(self._SAID) from None
        if not is_reckoned(moment):
            raise wrong(self._SAID)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def canonical(self, value: datetime, version: int) -> str:
        return value.isoformat()

    def describe(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}


class EpochMilliseconds(StrictField):
    """A moment that goes out as whole milliseconds since 1970-01-01T00:00:00Z."""

    def to_representation(self, value: datetime) -> int:
        return epoch_milliseconds(value)

    def describe(self) -> dict[str, Any]:
        return {"type": "integer"}


class IsoMilliseconds(StrictField):
    """A moment that goes out in UTC with three decimals: `2026-06-19T10:30:00.000Z`."""

    def to_representation(self, value: datetime) -> str:
        return iso_milliseconds(value)

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


def iso_milliseconds(moment: datetime) -> str:
    """`2026-06-19T10:30:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, UTC, without a detour through a float."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def _from_milliseconds(text: str) -> datetime:
    if not _MILLISECONDS.fullmatch(text) or int(text) > _LAST_MILLISECOND:
        raise wrong(_SAID)
    seconds, milliseconds = divmod(int(text), 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)
