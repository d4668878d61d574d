"""People are told by mail what waits for them, what was decided and who calls them: once, and only whom it concerns."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils.translation import get_language

from storecredit.backoffice.models import (
    Comment,
    Notice,
    NoticeChoice,
    NoticeMark,
    NoticeState,
    Preferences,
    Withdrawal,
)
from storecredit.backoffice.notices import sending
from storecredit.backoffice.notices.planning import plan_notices
from storecredit.backoffice.notices.sending import send_notices
from storecredit.credits.models import ApproverLimit
from storecredit.credits.operations import approve_request, cancel_request, reject_request
from tests.backoffice.comments.test_comments import comment_on
from tests.backoffice.staff import Staff, errors_of, said, text_of
from tests.credits.requests import given_approver, given_person, given_request, party_of
from tests.factories.credits import ApproverLimitFactory, CustomerRequestFactory
from tests.factories.people import permissions_named
from tests.factories.periods import BreakageRateFactory, ClosingPeriodFactory, CorrectionFactory
from tests.ledger.commands.running import run
from tests.scenarios import NOW, given_customer, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "first_run")]


@pytest.fixture
def first_run(settings, db):
    """The command has run before, and mail goes out."""
    settings.MAIL_GOES_OUT = True
    settings.SITE_URL = "https://credit.example.com"
    plan_notices(now=NOW)


@pytest.fixture
def bob(db):
    return given_approver_with_mail("bob")


def given_approver_with_mail(name, per_request="100.00 USD"):
    person = given_approver(name, per_request)
    person.email = f"{name}@example.com"
    person.save()
    return person


def given_choice(person, **chosen):
    Preferences.objects.update_or_create(person=person, defaults=chosen)


def tell(now=NOW):
    """Run it; the mails of this run, each as whom it went to, its subject and its text."""
    mail.outbox = []
    plan_notices(now=now)
    send_notices(now=now)
    return [(each.to[0], each.subject, each.body) for each in mail.outbox]


def states():
    return sorted(Notice.objects.values_list("kind", "state"))


def page_of(request):
    return "https://credit.example.com" + reverse("admin:credits_creditrequest_change", args=[request.pk])


def test_those_who_may_approve_it_are_told_once_and_nobody_else(bob):
    given_approver_with_mail("less", "21.49 USD")
    given_approver_with_mail("off").__class__.objects.filter(username="off").update(is_active=False)
    asker = given_approver_with_mail("asker")
    request = given_request("21.50 USD", by=asker, note="Ada Byron's parcel")

    told, again = tell(), tell()

    [(to, subject, text)] = told
    assert (to, subject) == ("bob@example.com", "1 request waits for your approval")
    assert text == (
        "Hello bob,\n\n"
        "1 request waits for your approval:\n\n"
        f"- {request}\n  {page_of(request)}\n\n"
        "What you are told, and when, you choose here:\n"
        "https://credit.example.com/admin/my-notices/\n\n"
    )
    assert again == []
    assert states() == [("WAITS", "SENT")]


def test_a_bulk_is_one_mail(bob):
    for _ in range(12):
        given_request("21.50 USD")

    [(_, subject, text)] = tell()

    assert subject == "12 requests wait for your approval"
    assert text.count("/admin/credits/creditrequest/") == 11
    assert "and 2 more: https://credit.example.com/admin/credits/creditrequest/?mine=yes" in text
    assert Notice.objects.filter(state=NoticeState.SENT).count() == 12


def test_what_is_settled_or_out_of_reach_by_then_is_told_to_nobody(bob):
    given_choice(bob, notices_waiting=NoticeChoice.DAILY)
    given_request("21.50 USD")
    taken_back = given_request("5.00 USD")
    assert tell() == []
    reject_request(request_id=taken_back.pk, party=party_of(given_approver("carol")), now=NOW)
    ApproverLimit.objects.filter(user=bob).update(per_request="10.00")

    assert tell(now=NOW + timedelta(days=1)) == []
    assert set(states()) == {("WAITS", "DROPPED"), ("DECIDED", "DROPPED")}


def test_whoever_asked_is_told_what_became_of_it_unless_they_did_it_themselves(bob):
    asker = given_person("asker", email="asker@example.com")
    requests = [given_request(f"{place}.00 USD", by=asker) for place in (1, 2, 3)]
    approve_request(request_id=requests[0].pk, party=party_of(bob), now=NOW)
    reject_request(request_id=requests[1].pk, party=party_of(bob), now=NOW, note="Ada again")
    cancel_request(request_id=requests[2].pk, party=party_of(asker), now=NOW, may_decide=False)

    [(to, subject, text)] = tell()

    assert (to, subject) == ("asker@example.com", "2 requests of yours are decided")
    assert f"- {requests[0]}: Approved\n  {page_of(requests[0])}" in text
    assert f"- {requests[1]}: Rejected\n  {page_of(requests[1])}" in text
    assert "Ada" not in text
    assert "$" not in text


def test_a_call_is_mailed_without_the_words_and_a_withdrawn_one_is_not(agent):
    bob = Staff("Approver", username="bob", email="bob@example.com").user
    customer = given_customer(first_name="Ada")
    comment_on(agent, customer, "@bob he is furious")
    comment_on(agent, customer, "@bob @agent never mind")
    Withdrawal.objects.create(comment=Comment.objects.latest("pk"), by=agent.user, created_at=NOW)

    [(to, subject, text)] = tell()

    url = reverse("admin:ledger_customer_change", args=[customer.pk])
    assert (to, subject) == (bob.email, "1 comment calls you")
    assert f"- agent, on a customer\n  https://credit.example.com{url}\n" in text
    assert "furious" not in text
    assert "Ada" not in text
    assert states() == [("MENTIONED", "DROPPED"), ("MENTIONED", "SENT")]


def test_once_a_day_is_at_seven_by_the_person_s_own_clock_and_one_mail(bob):
    given_choice(bob, notices_waiting=NoticeChoice.DAILY, time_zone="America/New_York")
    noon = NOW.replace(hour=12, minute=0)
    given_request("21.50 USD", now=noon)
    given_request("5.00 USD", now=noon)

    # Seven in New York is eleven in UTC.
    told = [tell(now=noon + timedelta(hours=hours)) for hours in (0, 22.9, 23, 23.1)]

    assert [len(mails) for mails in told] == [0, 0, 1, 0]
    assert told[2][0][1] == "2 requests wait for your approval"


def test_whoever_wants_none_or_has_no_address_gets_none(bob):
    given_choice(bob, notices_waiting=NoticeChoice.NEVER)
    given_approver("carol")
    given_request("21.50 USD")

    assert tell() == []
    assert states() == [("WAITS", "DROPPED"), ("WAITS", "DROPPED")]


def test_a_mail_is_in_the_language_of_whom_it_goes_to(bob, monkeypatch):
    given_choice(bob, language="de")
    languages = []
    monkeypatch.setattr(sending, "send_mail", lambda **mail: languages.append(get_language()))
    given_request("21.50 USD")

    plan_notices(now=NOW)
    send_notices(now=NOW)

    assert languages == ["de"]


def test_what_the_server_does_not_take_is_tried_again(bob, monkeypatch):
    given_request("21.50 USD")

    def down(self, messages):
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", down)
        assert tell() == []
        assert states() == [("WAITS", "WAITING")]
        done = run("send_notices")
    assert done.code == 1
    assert [to for to, *_ in tell()] == ["bob@example.com"]
    assert tell() == []


def test_of_two_runs_at_once_one_mails(bob, monkeypatch):
    given_request("21.50 USD")
    plan_notices(now=NOW)
    mails = []

    def mail_while_another_runs(**mail):
        mails.append(mail["to"])
        send_notices(now=NOW)

    monkeypatch.setattr(sending, "send_mail", mail_while_another_runs)

    done = send_notices(now=NOW)

    assert (mails, done.mails) == (["bob@example.com"], 1)


def test_a_run_that_was_cut_off_is_taken_up_again_after_a_while_and_not_before(bob):
    given_request("21.50 USD")
    plan_notices(now=NOW)
    Notice.objects.update(state=NoticeState.SENDING, run=uuid4(), claimed_at=NOW)

    assert tell(now=NOW + timedelta(minutes=9)) == []
    assert [to for to, *_ in tell(now=NOW + timedelta(minutes=11))] == ["bob@example.com"]


def test_a_line_that_came_into_sight_late_is_told_of_and_old_news_is_not(bob):
    late = given_request("21.50 USD")
    NoticeMark.objects.update(event_id=late.events.get().pk - 1)
    tell()
    assert NoticeMark.objects.get().event_id == late.events.get().pk - 1
    Notice.objects.all().delete()

    assert [to for to, *_ in tell(now=NOW + timedelta(minutes=59))] == ["bob@example.com"]
    assert tell(now=NOW + timedelta(minutes=61)) == []
    assert NoticeMark.objects.get().event_id == late.events.get().pk
    Notice.objects.all().delete()
    NoticeMark.objects.update(event_id=0)
    assert tell(now=NOW + timedelta(days=4)) == []


def test_the_command_counts_what_it_did_and_does_nothing_where_no_mail_goes_out(bob, settings):
    given_request("21.50 USD")
    settings.MAIL_GOES_OUT = False
    nothing = run("send_notices")
    settings.MAIL_GOES_OUT = True
    done = run("send_notices", "--json")

    assert (nothing.code, nothing.out) == (0, "")
    assert "EMAIL_URL" in nothing.err
    assert '"sent": 1' in done.out


def test_each_person_chooses_for_themselves(agent, viewer):
    url, rest = reverse("admin:notices"), {"notices_decided": "DAILY", "notices_mentioned": "AT_ONCE"}
    page = agent.open(url)
    wrong = agent.send(url, notices_waiting="HOURLY", **rest)
    sent = agent.send(url, notices_waiting="NEVER", **rest)

    chosen = Preferences.objects.get()
    assert [page.context["form"][name].value() for name in page.context["form"].fields] == ["AT_ONCE"] * 3
    assert list(errors_of(wrong)) == ["notices_waiting"]
    assert said(sent) == ["You are told like this from now on."]
    assert (chosen.person, chosen.notices_waiting, chosen.notices_decided) == (agent.user, "NEVER", "DAILY")
    assert "My notices" in text_of(viewer.open(url))


def test_who_may_approve_a_month_or_a_correction_is_told_once_and_who_asked_is_not(time_machine):
    period = ClosingPeriodFactory.create()
    asker = Staff("Finance", username="asker", email="asker@example.com").user
    CorrectionFactory.create(asked_by=asker, now=period.closing_at)
    approver = Staff("Finance", username="max", email="max@example.com").user
    for person in (asker, approver):
        ApproverLimitFactory.create(user=person, per_request=money("50.00 GBP"), per_day=None)
    assert period.closing_at is not None
    now = period.closing_at + timedelta(hours=1)

    BreakageRateFactory.create(asked_by=asker, now=period.closing_at)
    about = CustomerRequestFactory.create(party=party_of(asker), now=period.closing_at)
    approver.user_permissions.add(*permissions_named("credits.decide_about_customer"))

    told, again = tell(now), tell(now)

    text = next(text for to, _subject, text in told if to == "max@example.com")
    assert [line for line in text.splitlines() if "for your approval:" in line] == [
        "1 month waits for your approval:",
        "1 correction waits for your approval:",
        "1 breakage rate waits for your approval:",
        "1 request about a customer waits for your approval:",
    ]
    assert f"https://credit.example.com/admin/credits/customerrequest/{about.pk}/" in text
    assert sorted((to, subject) for to, subject, _text in told) == [
        ("asker@example.com", "1 month waits for your approval"),
        ("max@example.com", "1 month waits for your approval, and more"),
    ]
    assert "https://credit.example.com/admin/finance/period/1/" in told[0][2]
    assert again == []
