"""What changes money or access, or takes data out, asks again after a quarter of an hour, and keeps what was typed."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.backoffice.signing_in.people import AGAIN, code_of, give_code, give_password, newcomer, set_up_app, told_of
from tests.backoffice.staff import PASSWORD, Staff, address_of, agreement_of, said, step_url, text_of
from tests.factories.finance import JournalExportFactory
from tests.scenarios import given_credit, history_of, nothing_moves

pytestmark = pytest.mark.django_db

TYPED = {"amount": "12.34", "reason": "GW", "note": "Late parcel"}
ASKED = "Is it still you?"


@pytest.fixture
def account(db):
    return given_credit("40.00 GBP")


@pytest.fixture
def agent(settings, time_machine):
    """Signed in with a password and a code, just now."""
    settings.SECOND_FACTOR = True
    time_machine.move_to(timezone.now(), tick=False)
    person = newcomer("Agent")
    give_password(person)
    person.codes = set_up_app(person)
    return person


@pytest.fixture
def later(time_machine):
    def pass_minutes(minutes: int) -> None:
        time_machine.move_to(timezone.now() + timedelta(minutes=minutes), tick=False)

    return pass_minutes


def prove(person: Staff, page: Any, **proof: str) -> Any:
    fields = re.findall(r'name="(next|kept)" value="([^"]*)"', page.content.decode())
    return person.client.post(AGAIN, {name: html.unescape(value) for name, value in fields} | proof)


def typed_in(page: Any) -> Any:
    return page.context.get("kept_form")


def test_a_form_that_is_sent_too_late_is_not_done_and_not_lost(agent, account, later):
    form = agent.open(step_url(account, "issue"))
    later(16)

    with nothing_moves():
        asked = agent.send(address_of(form), **TYPED)
        wrong = prove(agent, asked, code="000000")
        led_back = prove(agent, wrong, code=code_of(agent))
        again = agent.client.get(led_back.url)

    assert ASKED in text_of(asked)
    assert "so nothing was done. Prove it, and the form is there again as you filled it in." in text_of(asked)
    assert "That is not right." in text_of(wrong)
    assert (led_back.url, typed_in(again)) == (address_of(form), {name: [value] for name, value in TYPED.items()})
    agent.confirm(agent.review_from(again, **TYPED))
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "12.34")]
    assert told_of(agent)[-2:] == [("SIGN_IN_FAILED", "at the door"), ("PROVED_AGAIN", "agent")]


def test_a_review_that_is_confirmed_too_late_is_shown_again_after_the_proof(agent, account, later):
    reviewed = agent.review(step_url(account, "issue"), **TYPED)
    later(16)

    with nothing_moves():
        asked = agent.send(address_of(reviewed), **agreement_of(reviewed))
        again = agent.follow(prove(agent, asked, code=code_of(agent)))

    assert (ASKED in text_of(asked), address_of(again)) == (True, address_of(reviewed))
    agent.confirm(again)
    assert history_of(account)[-1] == ("ISSUE", "12.34")


def test_within_a_quarter_of_an_hour_nothing_is_asked(agent, account, later):
    later(14)

    agent.do(step_url(account, "issue"), **TYPED)

    assert history_of(account)[-1] == ("ISSUE", "12.34")


def test_a_proof_of_a_time_that_is_still_to_come_is_none(agent, account, later):
    later(-2)

    asked = agent.send(address_of(agent.open(step_url(account, "issue"))), **TYPED)

    assert ASKED in text_of(asked)


def test_an_export_asks_too_and_its_list_is_led_to_afterwards(agent, later):
    agent.user.groups.add(newcomer("Finance").user.groups.get())
    export = reverse("admin:ledger_transaction_export")
    later(16)

    asked = agent.send(f"{export}?type=ISSUE", format="csv")
    led_back = prove(agent, asked, code=code_of(agent))

    assert (asked.headers["Content-Type"], ASKED in text_of(asked)) == ("text/html; charset=utf-8", True)
    assert agent.follow(led_back).url == f"{reverse('admin:ledger_transaction_changelist')}?type=ISSUE"
    assert agent.send(export, format="csv").headers["Content-Type"].startswith("text/csv")


def test_looking_searching_and_writing_to_colleagues_ask_for_nothing(agent, account, later):
    later(60)

    looked = agent.client.get(reverse("admin:ledger_account_changelist"))
    searched = agent.client.post(reverse("admin:search"), {"q": "x"})
    comment = reverse("admin:ledger_customer_comment", args=[account.customer_id])
    commented = agent.client.post(comment, {"text": "Called back"})

    assert [ASKED in text_of(answer) for answer in (looked, searched)] == [False, False]
    assert commented.status_code == 302


def test_a_remembered_device_is_good_for_looking_and_never_for_money(agent, account, later):
    agent.client.post(reverse("admin:logout"))
    give_password(agent)
    give_code(agent, code_of(agent, 1), remember="1")
    agent.client.post(reverse("admin:logout"))
    give_password(agent)

    form = agent.open(step_url(account, "issue"))
    with nothing_moves():
        asked = agent.send(address_of(form), **TYPED)
        by_password = prove(agent, asked, password=PASSWORD)

    assert (form.status_code, ASKED in text_of(asked)) == (200, True)
    assert ASKED in text_of(by_password)


def test_whoever_has_no_second_factor_gives_the_password_again(db, account, time_machine, later):
    agent = newcomer("Agent")
    give_password(agent)
    form = agent.open(step_url(account, "issue"))
    later(16)

    with nothing_moves():
        asked = agent.send(address_of(form), **TYPED)
        wrong = prove(agent, asked, password="not this one")
        again = agent.follow(prove(agent, wrong, password=PASSWORD))

    assert "That is not your password." in text_of(wrong)
    assert typed_in(again) == {name: [value] for name, value in TYPED.items()}


def test_a_proof_leads_to_no_other_host(agent):
    assert agent.client.get(f"{AGAIN}?next=https://evil.example/").url == "/admin/"
    assert prove(agent, agent.client.get(f"{AGAIN}?next=//evil.example/"), code=agent.codes[0]).url == "/admin/"


def test_a_script_that_sends_too_late_is_told_so_in_its_own_words(agent, later):
    later(16)

    refused = agent.client.post("/admin/backoffice/importrun/add/", headers={"Accept": "application/json"})

    assert (refused.status_code, list(refused.json())) == (403, ["refused"])


def test_a_proof_of_before_is_none_of_somebody_elses(agent, account):
    eve = newcomer("Agent", username="eve")
    give_password(eve, agent.client)

    assert agent.client.get("/admin/").url == "/admin/security/"
    assert said(agent.client.get("/admin/ledger/customer/")) != []


@pytest.mark.parametrize(
    "url",
    [
        "/admin/owed/accounts/?file=csv",
        "/admin/owed/duties/?file=csv",
        "/admin/finance/journalexport/{}/file/plain/",
    ],
)
def test_a_file_that_a_link_leads_to_does_not_leave_without_a_proof(agent, later, url):
    agent.user.groups.add(newcomer("Finance").user.groups.get())
    path = url.format(JournalExportFactory.create().pk)
    later(16)

    asked = agent.client.get(path)

    assert ("Content-Disposition" in asked.headers, ASKED in text_of(asked)) == (False, True)
    assert prove(agent, asked, code=code_of(agent)).url == path
