"""A day's mail on days of 23 and 25 hours, after a move and after another choice; addresses that no mail goes to."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.models import Customer
from storecredit.backoffice.models import Notice, NoticeChoice
from storecredit.backoffice.notices.planning import plan_notices
from tests.backoffice.comments.test_comments import comment_on, given_target
from tests.backoffice.notices.test_notices import given_approver_with_mail, given_choice, states, tell
from tests.credits.requests import given_request
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def first_run(settings):
    settings.MAIL_GOES_OUT = True
    settings.SITE_URL = "https://credit.example.com"


@pytest.mark.parametrize(
    ("day", "seven"),
    [
        # The clock goes from 2 to 3 on the morning of the 28th, and from 3 to 2 on that of the 31st.
        (datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 28, 5, tzinfo=UTC)),
        (datetime(2027, 10, 30, tzinfo=UTC), datetime(2027, 10, 31, 6, tzinfo=UTC)),
    ],
)
def test_a_days_mail_goes_out_at_seven_on_days_of_any_length_and_once(time_machine, day, seven):
    asked = day + timedelta(hours=10)
    time_machine.move_to(asked, tick=False)
    plan_notices(now=asked)
    bob = given_approver_with_mail("bob")
    given_choice(bob, notices_waiting=NoticeChoice.DAILY, time_zone="Europe/Berlin")
    given_request("21.50 USD", now=asked)

    at = (seven - timedelta(minutes=1), seven, seven + timedelta(hours=1), seven + timedelta(days=1, hours=1))
    assert [len(tell(now=moment)) for moment in at] == [0, 1, 0, 0]


def test_who_moves_to_another_zone_or_chooses_otherwise_is_told_once(time_machine):
    time_machine.move_to(NOW, tick=False)
    plan_notices(now=NOW)
    bob = given_approver_with_mail("bob")
    noon = NOW.replace(hour=12, minute=0)
    given_choice(bob, notices_waiting=NoticeChoice.DAILY, time_zone="Asia/Tokyo")
    given_request("21.50 USD", now=noon)

    # Seven in Tokyo is ten in the evening in UTC; then Bob flies west, where it is seven once more.
    first = [tell(now=noon + timedelta(hours=hours)) for hours in (0, 10)]
    given_choice(bob, time_zone="America/Los_Angeles")
    again = [tell(now=noon + timedelta(hours=hours)) for hours in (11, 26, 27, 50)]
    given_request("5.00 USD", now=noon + timedelta(hours=51))
    given_choice(bob, notices_waiting=NoticeChoice.AT_ONCE)
    at_once = tell(now=noon + timedelta(hours=51, minutes=1))

    assert [len(mails) for mails in (*first, *again, at_once)] == [0, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("address", ["b@" + "ä" * 63 + ".com", "b@example.com\nBcc: x@example.org"])
def test_an_address_that_no_mail_goes_to_keeps_nobody_else_from_theirs(time_machine, address):
    time_machine.move_to(NOW, tick=False)
    plan_notices(now=NOW)
    bob, carol = given_approver_with_mail("bob"), given_approver_with_mail("carol")
    type(bob).objects.filter(pk=bob.pk).update(email=address)
    given_request("21.50 USD")

    told = tell()

    assert [to for to, _subject, _text in told] == [carol.email]
    assert states() == [("WAITS", "SENT"), ("WAITS", "WAITING")]


def test_who_is_called_twice_in_one_comment_is_told_once_and_who_calls_themselves_is_not(agent, viewer, today):
    plan_notices(now=NOW)
    type(viewer.user).objects.filter(pk=viewer.user.pk).update(email="viewer@example.com")

    answer = comment_on(agent, given_target(Customer), "@viewer, look; and @Viewer, again. I, @agent, wait")

    assert answer.status_code == 302
    assert list(Notice.objects.values_list("person__username", flat=True)) == ["viewer"]
    assert [to for to, _subject, _text in tell()] == ["viewer@example.com"]
