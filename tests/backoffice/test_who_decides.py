"""Of what waits for a second person: who is told of it, whom its page names and who is let decide it are the same."""

import re
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from storecredit.backoffice.models import ChangeState, ImportState, Notice, NoticeKind
from storecredit.backoffice.notices.planning import plan_notices
from storecredit.backoffice.notices.sending import send_notices
from tests.backoffice.deciding import CASES, Case, a_batch, given_cast
from tests.backoffice.imports.files import start
from tests.backoffice.staff import Staff, address_of, page_url, step_url, text_of
from tests.credits.requests import given_limit
from tests.factories.giftcards import CardBatchFactory
from tests.factories.people import UserFactory
from tests.scenarios import NOW, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

_WHO = r"(?:Can approve it|Who may approve it:|somebody else confirms it:|more approval is needed, and|Who can:)"


@pytest.fixture
def first_run(today):
    """The command has run before."""
    plan_notices(now=NOW)


def told(case: Case) -> set[str]:
    plan_notices(now=NOW)
    waiting = Notice.objects.filter(kind=case.kind)
    return set(waiting.values_list("person__username", flat=True))


def named(case: Case, cast: dict[str, Staff]) -> set[str]:
    """Whom the page names, as somebody reads it who may see it."""
    reader = Staff(username="reader", is_superuser=True)
    if case.kind == NoticeKind.FILE:
        reader.client.force_login(case.asker, backend="django.contrib.auth.backends.ModelBackend")
    text = text_of(reader.open(page_url(case.target)))
    [said] = re.findall(_WHO + r"\s*([^.]*)", text)
    return {name for name in cast if re.search(rf"\b{name}\b", said)}


def decides(staff: Staff, case: Case) -> bool:
    """Whether they are let decide it, which is undone."""
    with transaction.atomic():
        _try(staff, case)
        case.thing.refresh_from_db()
        case.target.refresh_from_db()
        is_done = has_decided(case)
        transaction.set_rollback(True)
    case.thing.refresh_from_db()
    case.target.refresh_from_db()
    assert not has_decided(case)
    return is_done


def _try(staff: Staff, case: Case) -> None:
    if case.kind == NoticeKind.FILE:
        start(staff, case.thing, count=2, GBP="30.00")
        return
    sent = staff.send(address_of(staff.open(step_url(case.target, "approve"))), note="", why="")
    if sent.status_code == 302:
        reviewed = staff.follow(sent)
        if reviewed.context and "agreed" in reviewed.context:
            staff.confirm(reviewed)


def has_decided(case: Case) -> bool:
    state: Any = getattr(case.target, "status", None) or getattr(case.target, "state", None)
    if case.kind == NoticeKind.BATCH:
        return not case.target.waits
    return state not in (ChangeState.WAITING, ImportState.CHECKED, "CLOSING", "PENDING")


@pytest.mark.parametrize("given", CASES, ids=lambda given: given.__name__)
@pytest.mark.usefixtures("first_run")
def test_whoever_is_told_is_named_and_let_and_nobody_else(given):
    asker = Staff(username="asker", permissions=["auth.change_user", "auth.change_group"])
    case = given(asker.user)
    cast = given_cast(case)
    if case.ask is not None:
        case.thing = case.ask()
    case.asker.user_permissions.add(*cast["able"].user.user_permissions.all())
    if case.worth:
        given_limit(case.asker, "1000.00 GBP")
    asker = Staff.of(case.asker)

    expected = {"able", "over"} | ({"blind"} if case.kind == NoticeKind.WAITS else set())
    assert told(case) == expected
    assert named(case, cast | {case.asker.username: asker}) == expected
    # By a program that acts for them they decide what is asked for at the API, and see no page.
    can = {name for name, each in (cast | {"asker": asker}).items() if decides(each, case)}
    assert can == expected - ({"blind"} if case.kind == NoticeKind.WAITS else set())


@pytest.mark.usefixtures("first_run")
def test_whoever_has_used_up_their_day_is_named_and_told_for_there_is_another(settings):
    settings.MAIL_GOES_OUT = True
    asker = UserFactory.create()
    tired = Staff("Approver", username="tired", email="tired@example.com")
    given_limit(tired.user, "4.00 GBP", per_day="4.00 GBP")
    small = CardBatchFactory.create(amount=money("1.00 GBP"), size=1, planned_by_id=asker.pk, waits=True)
    tired.do(step_url(small, "approve"), note="")
    case = a_batch(asker)

    assert (told(case), named(case, {"tired": tired}), decides(tired, case)) == ({"tired"}, {"tired"}, False)
    sent = send_notices(now=NOW)
    assert (sent.mails, mail.outbox[0].subject) == (1, "1 batch of gift cards waits for your approval")
    assert "Nothing waits for you." in text_of(tired.open(reverse("admin:waiting")))
