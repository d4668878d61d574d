"""What the project's own engine reads from PostgreSQL is what Django's would read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, connection

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def read(expression: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-29 03:30:00+02", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-03-29 01:30:00.000001+00", datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC)),
        ("2026-03-29 01:30:00.5+00", datetime(2026, 3, 29, 1, 30, 0, 500_000, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_reads_a_time_to_the_microsecond(written: str, moment: datetime):
    found = read(f"timestamptz '{written}'")

    assert (found, found.utcoffset()) == (moment, timedelta(0))


def test_reads_no_time_as_none():
    assert read("NULL::timestamptz") is None


@pytest.mark.parametrize("written", ["infinity", "0044-03-15 12:00:00+00 BC", "10000-01-01 00:00:00+00"])
def test_refuses_a_time_that_python_does_not_know(written: str):
    with pytest.raises(DataError):
        read(f"timestamptz '{written}'")


def test_refuses_a_form_in_which_a_day_could_be_a_month():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL datestyle = 'SQL, DMY'")

    with pytest.raises(NotImplementedError):
        read("timestamptz '2026-03-04 00:00:00+00'")
