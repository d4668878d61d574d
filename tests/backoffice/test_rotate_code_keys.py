"""`rotate_code_keys` reaches every code that is kept sealed: those of cards, and of cards that are only asked for."""

from datetime import UTC, datetime

import pytest

from giftcards.models.codes import newest_key_name
from giftcards.queries import get_card
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request, fail_request, reject_request
from tests.credits.requests import change_request, given_approver, given_request, party_of
from tests.credits.requests import row_of as request_row
from tests.giftcards.cards import given_card, row_of
from tests.ledger.commands.running import run
from tests.scenarios import nothing_moves

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
OLD = "the-first-key-of-the-tests-which-hides-nothing-at-all"
NEW = "the-second-key-of-the-tests-which-hides-nothing-at-all"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def given_asked_for(number: str) -> CreditRequest:
    return given_request("5.00 USD", attributes={"giftCardNumber": number})


def test_codes_are_sealed_with_the_newest_key_and_counted(settings):
    settings.CODE_KEYS = [OLD]
    cards = [given_card() for _ in range(3)]
    settings.CODE_KEYS = [NEW, OLD]

    before = run("rotate_code_keys", "--check", "--json")
    done = run("rotate_code_keys", "--json")
    after = run("rotate_code_keys", "--check")

    assert (before.code, before.facts["remaining"], before.facts["sealed"]) == (1, 3, 0)
    assert (done.code, done.facts["sealed"], done.facts["keys"]) == (0, 3, {newest_key_name(): 3})
    assert (after.code, after.out) == (0, "Code keys\nCodes sealed anew: 0\nCodes that remain: 0\n")
    assert {row_of(card).code_key for card in cards} == {newest_key_name()}


def test_a_code_whose_key_is_gone_is_named_and_fails_the_run(settings):
    settings.CODE_KEYS = [OLD]
    number = row_of(given_card()).account.number
    settings.CODE_KEYS = [NEW]

    done = run("rotate_code_keys")

    assert done.code == 1
    assert done.err == f"{number}: the code does not open with the keys in CODE_KEYS\n"


def test_numbers_of_cards_that_are_asked_for_are_sealed_anew_too(settings):
    settings.CODE_KEYS = [OLD]
    bob = given_approver("bob")
    pending, failed, canceled, without = (
        given_asked_for("SUMMER-2026-1"),
        given_asked_for("WINTER-2026-1"),
        given_asked_for("SPRING-2026-1"),
        given_request(),
    )
    fail_request(request_id=failed.pk, party=party_of(bob), now=NOW)
    reject_request(request_id=canceled.pk, party=party_of(bob), now=NOW)
    settings.CODE_KEYS = [NEW, OLD]

    before = run("rotate_code_keys", "--check", "--json")
    done = run("rotate_code_keys", "--json")

    assert (before.code, before.facts["remaining"]) == (1, 2)
    assert (done.code, done.facts["sealed"], done.facts["keys"]) == (0, 2, {newest_key_name(): 2})
    settings.CODE_KEYS = [NEW]
    assert request_row(pending).open_number() == "SUMMER-2026-1"
    assert request_row(failed).open_number() == "WINTER-2026-1"
    assert request_row(without).open_number() is None
    assert request_row(pending).version == 1
    approve_request(request_id=pending.pk, party=party_of(bob), now=NOW, version=1)
    assert get_card(code="SUMMER-2026-1", test_mode=False, now=NOW).spendable_minor == 500


def test_a_number_is_the_same_payee_under_every_key(settings):
    settings.CODE_KEYS = [OLD]
    request = given_asked_for("SUMMER-2026-1")
    settings.CODE_KEYS = [NEW, OLD]
    run("rotate_code_keys")

    change_request(
        request_id=request.pk,
        party=party_of(given_approver("bob")),
        now=NOW,
        attributes={"giftCardNumber": "SUMMER-2026-1"},
    )

    assert request_row(request).version == 1


def test_a_second_run_seals_nothing(settings):
    settings.CODE_KEYS = [OLD]
    given_asked_for("SUMMER-2026-1")
    settings.CODE_KEYS = [NEW, OLD]
    run("rotate_code_keys")

    with nothing_moves():
        assert run("rotate_code_keys").out == "Code keys\nCodes sealed anew: 0\nCodes that remain: 0\n"


def test_a_number_whose_key_is_gone_is_named_and_fails_the_run(settings):
    settings.CODE_KEYS = [OLD]
    request = given_asked_for("SUMMER-2026-1")
    settings.CODE_KEYS = [NEW]

    done = run("rotate_code_keys", "--json")

    assert (done.code, done.facts["remaining"], done.facts["unreadable"]) == (1, 1, [str(request)])
    assert done.err == f"{request}: the code does not open with the keys in CODE_KEYS\n"
