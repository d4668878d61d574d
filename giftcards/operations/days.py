"""An expiry is a day in a time zone, usable through its last second."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from giftcards.errors import TimeZoneUnknown
from ledger.days import TIME_ZONES, first_moment_of, require_reckoned


def require_time_zone(name: str) -> ZoneInfo:
    """
    The time zone of an IANA name, spelled exactly.

    :raises TimeZoneUnknown: if there is none.
    """
    if name not in TIME_ZONES:
        raise TimeZoneUnknown(time_zone=name)
    return ZoneInfo(name)


def end_of_day(day: date, time_zone: str) -> datetime:
    """
    The first moment after a day, in UTC: midnight there, or where the clock skips midnight the moment it skips to.

    :raises TimeZoneUnknown: if there is no such time zone.
    :raises DayOutOfRange: if the day is at an end of the calendar.
    """
    zone = require_time_zone(time_zone)
    require_reckoned(day)
    return first_moment_of(day + timedelta(days=1), zone)


def today_in(time_zone: str, now: datetime) -> date:
    """
    Which day it is there.

    :raises TimeZoneUnknown: if there is no such time zone.
    """
    return now.astimezone(require_time_zone(time_zone)).date()
