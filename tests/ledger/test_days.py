"""Days at the ends of the calendar, which not every time zone can tell, are refused wherever they come in."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from giftcards.models import CardBatch
from giftcards.operations import create_card, end_of_day
from ledger.days import LAST_DAY, days_after, is_reckoned
from ledger.errors import DayOutOfRange
from ledger.management.cells import read_day
from ledger.models import Reason
from ledger.operations import Why, adjust_credit
from tests.scenarios import NOW, STAFF, given_account, given_credit, money, refused

ENDS = ["9999-12-31", "9999-12-30", "9999-01-01", "0001-01-01", "0001-01-02", "1899-12-31"]


@pytest.mark.parametrize("day", ENDS)
def test_the_end_of_such_a_day_is_not_told(day: str):
    assert read_day(day) is None
    for zone in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12"):
        with pytest.raises(DayOutOfRange):
            end_of_day(date.fromisoformat(day), zone)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_last_day_ends_in_every_time_zone(zone: str):
    assert end_of_day(LAST_DAY, zone).astimezone(UTC).year in {9998, 9999}
    assert end_of_day(date(1900, 1, 1), zone) < NOW


def test_what_is_reckoned_with():
    assert [is_reckoned(date.fromisoformat(day)) for day in ENDS] == [False] * len(ENDS)
    assert is_reckoned(datetime(2026, 5, 4, tzinfo=UTC))
    with pytest.raises(DayOutOfRange):
        days_after(NOW, 2**31 - 1)


@pytest.mark.django_db
@pytest.mark.parametrize("day", ENDS)
def test_no_cards_are_generated_until_such_a_day(day: str):
    with pytest.raises(CommandError, match="--expires-on") as caught:
        call_command(
            "generate_cards", "--new", "x", "--count", "1", "--amount", "5", "--expires-on", day, stdout=StringIO()
        )

    assert caught.value.returncode == 2
    assert CardBatch.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["expire_credit", "expire_cards", "release_holds", "expire_requests"])
def test_no_job_works_as_of_such_a_day(command: str):
    with pytest.raises(CommandError, match="--now"):
        call_command(command, "--now", "0001-01-01T00:00:00Z", stdout=StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [datetime(9999, 12, 31, 23, 59, tzinfo=UTC), datetime(9999, 6, 1, tzinfo=UTC)])
def test_no_credit_lives_until_such_a_moment(moment: datetime):
    account = given_account()

    with refused(DayOutOfRange):
        given_credit("1.00 GBP", to=account, expires_at=moment)
    with refused(DayOutOfRange):
        adjust_credit(
            account_id=account.pk,
            amount=money("1.00 GBP"),
            expires_at=moment,
            why=Why(note="why"),
            actor=STAFF,
            now=NOW,
        )


@pytest.mark.django_db
def test_a_reasons_days_that_lead_there_are_refused():
    Reason.objects.filter(code="PR").update(expires_in_days=2**31 - 1)
    account = given_account()

    with refused(DayOutOfRange):
        given_credit("1.00 GBP", to=account, why=Why(reason="PR"))


@pytest.mark.django_db
def test_no_card_is_made_until_such_a_day():
    with refused(DayOutOfRange):
        create_card(amount=money("5.00 GBP"), expires_on=date(9999, 12, 31), actor=STAFF, now=NOW)
