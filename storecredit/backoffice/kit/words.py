"""How money and its last day read on a screen."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext

from ledger.money import from_minor
from ledger.wording import amount_text


def money_text(amount_minor: int, currency: str) -> str:
    """An amount of minor units with its currency: `€1,234.50`, `−¥500`, `KWD 1.250`."""
    return amount_text(from_minor(amount_minor, currency))


def signed_text(amount_minor: int, currency: str) -> str:
    """The same with its sign always: `+€25.00`."""
    text = money_text(amount_minor, currency)
    return f"+{text}" if amount_minor > 0 else text


def count_text(count: int) -> str:
    """A whole number, in groups of three: `1,234`."""
    return number_format(count, force_grouping=True)


def moment_text(moment: datetime) -> str:
    """A moment in the viewer's time zone: `3 Nov 2026, 14:05`."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def day_text(day: date | None) -> str:
    """The last day of something: `3 Nov 2026`."""
    return date_format(day, "DATE_FORMAT") if day else gettext("for ever")


def last_moment(expires_at: datetime | None) -> datetime | None:
    """The last second in which credit can be spent, in the shop's time zone: its day is the one that staff name."""
    return in_the_shop(expires_at - timedelta(seconds=1)) if expires_at else None


def in_the_shop(moment: datetime) -> datetime:
    """A moment in the shop's time zone, in which the days of the books begin and end whoever looks."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def test_tag(test_mode: bool) -> str:
    """What marks a test object in a list, and nothing for a real one."""
    return format_html('<span class="bo-tag bo-tag-warn">{}</span>', gettext("Test")) if test_mode else ""
