"""Time is closed for good: what lies before a boundary is final, and adds up."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from ledger.errors import CutInTheFuture, CutNotLater, ExpiryInThePast, InsufficientCredit
from ledger.management.commands.take_cut import list_boundaries
from ledger.models import Account, Cut, CutFigure, CutSeal, LotExpiry
from ledger.operations import (
    Ending,
    FirstCredit,
    Funding,
    NewCardAccount,
    TransactionType,
    add_first_credits,
    complete_cuts,
    end_credit_at,
    open_card_accounts,
    take_cut,
    transfer_credit,
)
from ledger.queries import Bucket, list_closings, list_figures
from tests.ledger.attacks import expiry_row, insert, lot_of, moment, post_by_hand, refused_by, run
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    days,
    entries_of,
    given_account,
    given_credit,
    given_spend,
    money,
    refused,
)

pytestmark = pytest.mark.django_db

CLOCK = NOW - timedelta(seconds=7)


@pytest.fixture
def account() -> Account:
    return given_credit("100.00 GBP", now=days(-2))


@pytest.fixture
def cut(account: Account) -> Cut:
    return cut_at(NOW)


def cut_at(boundary: datetime) -> Cut:
    taken = take_cut(boundary=boundary, actor=SYSTEM, now=max(NOW, boundary))
    complete_cuts(now=max(NOW, boundary))
    return taken


def figures_of(cut: Cut) -> dict[str, tuple[int, int, int]]:
    return {
        " ".join([*map(str, figure.bucket[:5]), *(["TEST"] if figure.bucket.test_mode else [])]): (
            figure.count,
            figure.moved_minor,
            figure.closing_minor,
        )
        for figure in list_figures(number=cut.number)
    }


def test_what_comes_late_is_dated_to_the_boundary_and_keeps_what_its_clock_said(account: Account, cut: Cut):
    given_credit("10.00 GBP", to=account, now=CLOCK)
    given_spend("1.00 GBP", account=account, now=CLOCK)

    late = entries_of(account)[1:]
    assert [(entry.created_at, entry.details) for entry in late] == [(NOW, {"clock": CLOCK.isoformat()})] * 2


def test_the_first_entry_of_a_new_account_is_too(cut: Cut):
    account = given_credit("10.00 GBP", now=CLOCK)

    assert [(entry.created_at, entry.details["clock"]) for entry in entries_of(account)] == [(NOW, CLOCK.isoformat())]


def test_so_is_credit_that_comes_in_by_the_thousand(cut: Cut):
    (opened,) = open_card_accounts(accounts=[NewCardAccount("GBP")], now=CLOCK)

    add_first_credits(
        credits=[FirstCredit(opened.id, 500, "GBP")],
        type=TransactionType.IMPORT,
        funding=Funding.IMPORTED,
        actor=STAFF,
        now=CLOCK,
    )

    (entry,) = entries_of(Account.objects.get(pk=opened.id))
    assert (entry.created_at, entry.details) == (NOW, {"clock": CLOCK.isoformat()})


def test_both_sides_of_a_move_are(account: Account, cut: Cut):
    out, into = transfer_credit(
        source_id=account.pk, target_id=given_account().pk, amount=money("5.00 GBP"), actor=STAFF, now=CLOCK
    )

    assert (out.created_at, into.created_at) == (NOW, NOW)


def test_a_change_of_an_expiry_is(account: Account, cut: Cut):
    end_credit_at(account_id=account.pk, ending=Ending(days(9)), actor=STAFF, now=CLOCK, note="asked for it")

    assert LotExpiry.objects.get().created_at == NOW


def test_what_had_expired_at_the_boundary_is_not_spent_by_a_clock_that_is_behind():
    account = given_credit("5.00 GBP", now=days(-2), expires_at=NOW)
    cut_at(NOW)

    with refused(InsufficientCredit):
        given_spend("5.00 GBP", account=account, now=CLOCK)


def test_credit_that_would_have_expired_by_then_is_not_given(account: Account, cut: Cut):
    with refused(ExpiryInThePast):
        given_credit("5.00 GBP", to=account, now=CLOCK, expires_at=NOW)


def test_no_statement_gets_round_the_boundary(account: Account, cut: Cut):
    with refused_by("ledger_transaction_after_cut"):
        post_by_hand(account, 500, created_at=moment(CLOCK))
    with refused_by("ledger_lotexpiry_after_cut"):
        insert("ledger_lotexpiry", **expiry_row(lot_of(account), days(20)) | {"created_at": moment(CLOCK)})
    post_by_hand(account, 500, created_at=moment(NOW))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_reads_the_books_of_before_the_cut_posts_nothing():
    account = given_credit("5.00 GBP")
    with transaction.atomic():
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with refused_by("ledger_transaction_reads_committed"):
            post_by_hand(account, 500)


def cut_row(**spoilt: Any) -> dict[str, Any]:
    row = {
        "number": 2,
        "boundary": moment(days(1)),
        "taken_at": moment(days(1)),
        "marks": "{}",
        "guards": "0" * 64,
        "actor_kind": "SYSTEM",
        "actor_id": "",
        "actor_label": "take_cut",
        "door": "command:take_cut",
    }
    return row | spoilt


def figure_row(cut: Cut, **spoilt: Any) -> dict[str, Any]:
    bucket = CutFigure.objects.latest("pk").bucket_id
    row = {"cut_id": cut.number, "bucket_id": bucket, "count": 1, "gained_minor": 5, "lost_minor": 0}
    return row | {"closing_count": 2, "closing_gained_minor": 10005, "closing_lost_minor": 0} | spoilt


def test_cuts_follow_each_other(cut: Cut):
    for spoilt in ({"number": 3}, {"number": 2, "boundary": moment(NOW)}, {"boundary": moment(CLOCK)}):
        with refused_by("ledger_cut_chain"):
            insert("ledger_cut", **cut_row(**spoilt))
    with refused_by("ledger_cut_closes_the_past_alone"):
        insert("ledger_cut", **cut_row(taken_at=moment(NOW)))


def test_figures_and_seals_follow_each_other(cut: Cut):
    with refused_by("ledger_cutfigure_chain"):
        insert("ledger_cutfigure", **figure_row(cut))
    insert("ledger_cut", **cut_row())
    following = Cut.objects.get(number=2)
    for spoilt in ({"closing_gained_minor": 10004}, {"closing_lost_minor": 1}, {"closing_count": 1}):
        with refused_by("ledger_cutfigure_chain"):
            insert("ledger_cutfigure", **figure_row(following, **spoilt))
    insert("ledger_cutfigure", **figure_row(following))
    seal: dict[str, Any] = {"cut_id": 2, "entries": 0, "digest": "1" * 64, "public_key": "", "signature": ""}
    with refused_by("ledger_cutseal_chain"):
        insert("ledger_cutseal", **seal, previous_digest="2" * 64, sealed_at=moment(NOW))


@pytest.mark.parametrize("table", ["ledger_cut", "ledger_cutbucket", "ledger_cutfigure", "ledger_cutseal"])
def test_what_is_closed_stays(cut: Cut, table: str):
    with refused_by(f"{table}_immutable"):
        run(f"DELETE FROM {table}")


@pytest.mark.parametrize(("boundary", "error"), [(days(1), CutInTheFuture), (NOW, CutNotLater), (CLOCK, CutNotLater)])
def test_time_is_closed_once_and_when_it_has_passed(cut: Cut, boundary: datetime, error: type[Exception]):
    with pytest.raises(error):
        take_cut(boundary=boundary, actor=SYSTEM, now=NOW)

    assert Cut.objects.count() == 1


def test_an_entry_of_the_very_boundary_belongs_to_the_next_cut(account: Account):
    given_spend("1.00 GBP", account=account, now=NOW)

    assert figures_of(cut_at(NOW)) == {"GBP STORE_CREDIT GOODWILL ISSUE GOODWILL": (1, 10000, 10000)}
    assert figures_of(cut_at(NOW + timedelta(microseconds=1))) == {
        "GBP STORE_CREDIT GOODWILL REDEEM SALES": (1, -100, -100)
    }


def test_each_kind_of_movement_is_counted_by_itself_and_adds_up_over_the_cuts(account: Account):
    given_credit("7 JPY", now=days(-2))
    test_money = given_credit("2.00 GBP", to=given_account(test_mode=True), now=days(-2))
    first = cut_at(days(-1))
    given_credit("10.00 GBP", to=account, now=days(-1), funding=Funding.PAID)
    given_spend("105.00 GBP", account=account, now=NOW)
    given_spend("2.00 GBP", account=test_money, now=NOW)
    second = cut_at(days(1))

    assert figures_of(first) == {
        "GBP STORE_CREDIT GOODWILL ISSUE GOODWILL": (1, 10000, 10000),
        "GBP STORE_CREDIT GOODWILL ISSUE GOODWILL TEST": (1, 200, 200),
        "JPY STORE_CREDIT GOODWILL ISSUE GOODWILL": (1, 7, 7),
    }
    assert figures_of(second) == {
        "GBP STORE_CREDIT GOODWILL REDEEM SALES": (1, -10000, -10000),
        "GBP STORE_CREDIT GOODWILL REDEEM SALES TEST": (1, -200, -200),
        "GBP STORE_CREDIT PAID ISSUE CASH": (1, 1000, 1000),
        "GBP STORE_CREDIT PAID REDEEM SALES": (1, -500, -500),
    }
    yen = Bucket("JPY", "STORE_CREDIT", "GOODWILL", "ISSUE", "GOODWILL", False)
    assert list_closings(number=second.number)[yen].closing_minor == 7
    assert CutSeal.objects.get(cut=second).entries == 3


def test_a_cut_that_was_closed_and_not_sealed_is_sealed_by_the_next_run(account: Account):
    take_cut(boundary=days(-1), actor=SYSTEM, now=NOW)
    take_cut(boundary=NOW, actor=SYSTEM, now=NOW)

    assert [cut.number for cut in complete_cuts(now=NOW)] == [1, 2]
    assert complete_cuts(now=NOW) == []
    assert [seal.entries for seal in CutSeal.objects.order_by("cut_id")] == [1, 0]


def test_the_midnights_that_have_passed_are_boundaries_of_their_own(settings: Any):
    settings.TIME_ZONE = "Europe/Berlin"
    berlin = ZoneInfo("Europe/Berlin")
    # The clocks go back on the 25th.
    last, now = datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 26, 9, tzinfo=UTC)
    boundaries = list_boundaries(after=last, now=now)
    first = list_boundaries(after=None, now=now)

    assert [each.astimezone(berlin).isoformat() for each in boundaries] == [
        "2026-10-25T00:00:00+02:00",
        "2026-10-26T00:00:00+01:00",
        "2026-10-26T10:00:00+01:00",
    ]
    assert first == boundaries[1:]
    assert list_boundaries(after=now, now=now) == []


def test_the_command_closes_and_seals_and_says_so(account: Account):
    out = StringIO()

    call_command("take_cut", json=True, stdout=out)

    said = json.loads(out.getvalue())
    assert said["closed_until"] == Cut.objects.latest("number").boundary.isoformat()
    assert [cut["number"] for cut in said["cuts"]] == [1, 2]


@pytest.mark.postgresql
def test_a_clock_that_is_far_ahead_closes_nothing(account: Account, time_machine: Any):
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=1))

    with pytest.raises(CommandError, match="ahead of the database's"):
        call_command("take_cut", stdout=StringIO())

    assert Cut.objects.count() == 0
