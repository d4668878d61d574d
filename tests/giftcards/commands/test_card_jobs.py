"""`expire_cards` and `generate_cards` as a program that reads their output meets them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import OperationalError

from giftcards.models import BatchStatus, CardBatch, GiftCard
from giftcards.operations import make_portion, take_batch_codes
from giftcards.queries import list_findings
from ledger.queries import list_findings as list_ledger_findings
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import given_card, row_of, timeline
from tests.ledger.commands.running import run
from tests.scenarios import STAFF, money, nothing_moves

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def given_old_card(amount: str = "25.00 GBP", **fields: Any) -> Any:
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    return given_card(amount, now=moment, expires_on=date(2026, 6, 30), time_zone="UTC", **fields)


# expire_cards


def test_expired_cards_are_marked_and_booked_by_currency():
    card = given_old_card()
    given_old_card("1.250 KWD")
    given_card(now=NOW)

    done = run("expire_cards", "--json")

    assert (done.code, done.facts) == (
        0,
        {
            "now": "2026-07-01T12:00:00+00:00",
            "dry_run": False,
            "cards": 2,
            "lots": 2,
            "booked": [{"currency": "GBP", "amount": "25.00"}, {"currency": "KWD", "amount": "1.250"}],
        },
    )
    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", "EXPIRED", "EXPIRE"]


def test_a_second_sweep_marks_nothing():
    given_old_card()
    run("expire_cards")

    assert run("expire_cards").out == "Expired cards\nCards marked: 0\nLots booked: 0\n"


def test_a_dry_sweep_counts_and_marks_nothing():
    given_old_card()

    with nothing_moves():
        done = run("expire_cards", "--dry-run")

    assert (done.code, done.out) == (0, "Expired cards\nCards to mark: 1\nLots to book: 1\n")


def test_a_sweep_as_of_an_earlier_moment_leaves_what_expired_later():
    card = given_old_card()

    run("expire_cards", "--now", "2026-06-30T23:59:59Z")
    assert row_of(card).state == "ACTIVE"
    run("expire_cards", "--now", "2026-07-01T00:00:00Z")
    assert row_of(card).state == "EXPIRED"


def test_a_sweep_without_a_database_says_that_it_could_not_run(monkeypatch):
    def gone(**arguments: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("giftcards.management.commands.expire_cards.expire_cards", gone)

    done = run("expire_cards")

    assert (done.code, done.err) == (2, "Could not run: connection refused")


# generate_cards


def test_a_new_batch_is_planned_and_made():
    done = run("generate_cards", "--new", "spring", "--count", "2000", "--amount", "25.00", "--currency", "GBP",
               "--expires-on", "2027-12-31", "--time-zone", "Europe/London", "--must-redeem-whole", "--no-reload",
               "--json")  # fmt: skip

    assert (done.code, done.facts) == (
        0,
        {"batches": [{"batch": "spring", "size": 2000, "made": 2000, "status": "READY"}], "made": 2000},
    )
    batch = CardBatch.objects.get(name="spring")
    assert (batch.amount, batch.expires_on, batch.created_by) == (
        money("25.00 GBP"),
        date(2027, 12, 31),
        "generate_cards",
    )
    kinds = GiftCard.objects.values_list("must_redeem_whole", "reloadable", "time_zone", "test_mode").distinct()
    assert list(kinds) == [(True, False, "Europe/London", False)]
    assert [*list_findings(), *list_ledger_findings()] == []


def test_named_batches_are_made_and_the_others_wait():
    for name in ("a", "b", "c"):
        CardBatchFactory.create(name=name)

    done = run("generate_cards", "a", "c")

    assert (done.code, done.out) == (0, "Cards made\na: 3\nc: 3\n")
    assert list(CardBatch.objects.order_by("name").values_list("status", flat=True)) == ["READY", "PLANNED", "READY"]


def test_without_a_name_every_unfinished_batch_goes_on_where_it_was():
    first, second = CardBatchFactory.create(name="a"), CardBatchFactory.create(name="b")
    make_portion(batch_id=first.pk, actor=STAFF, now=NOW, at_most=2)

    done = run("generate_cards")
    again = run("generate_cards")

    assert (done.out, again.out) == ("Cards made\na: 1\nb: 3\n", "Cards made\n")
    assert GiftCard.objects.filter(batch__in=[first, second]).count() == 6
    assert set(CardBatch.objects.values_list("status", flat=True)) == {BatchStatus.READY.value}


def test_test_cards_are_test_cards():
    run("generate_cards", "--new", "spring", "--count", "1", "--amount", "5", "--currency", "GBP", "--test-mode")

    assert GiftCard.objects.get().test_mode


def test_no_code_is_printed():
    done = run("generate_cards", "--new", "spring", "--count", "3", "--amount", "5", "--currency", "GBP", "--json")

    codes = [
        code for *_, code in take_batch_codes(batch_id=CardBatch.objects.get().pk, actor=STAFF, now=NOW, note="why")
    ]
    assert len(codes) == 3
    assert not any(code in done.out + done.err for code in codes)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere"], 1, "There is no such batch."),
        (["--new", "taken", "--count", "1", "--amount", "5"], 1, "There is a batch taken already."),
        (["--new", "x", "--count", "0", "--amount", "5"], 1, "A batch has 1 to 100000 cards, not 0."),
        (["--new", "x", "--count", "1", "--amount", "0"], 1, "is not an amount that can be posted."),
        (["--new", "x", "--count", "1", "--amount", "0.001", "--currency", "GBP"], 1, "more decimals than GBP has."),
        (["--new", "x", "--count", "1", "--amount", "5", "--expires-on", "2026-06-30"], 1, "must not be earlier"),
        (["--new", "x", "--amount", "5"], 2, "--new needs --count."),
        (["--new", "x", "--count", "1", "--amount", "much"], 2, "is not an amount."),
        (["--new", "x", "--count", "1", "--amount", "NaN"], 2, "is not an amount."),
        (
            ["--new", "x", "--count", "1", "--amount", "5", "--currency", "XTS"],
            2,
            "'XTS' is not the code of a currency",
        ),
        (["--new", "x", "--count", "1", "--amount", "5", "--expires-on", "soon"], 2, "is not a day such as"),
        (["--new", "x", "--count", "1", "--amount", "5", "taken"], 2, "not both."),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_planned(arguments: list[str], code: int, words: str):
    CardBatchFactory.create(name="taken")

    with nothing_moves():
        done = run("generate_cards", *arguments)

    assert (done.code, words in done.err) == (code, True)
