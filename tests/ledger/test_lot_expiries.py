"""Until when credit lives changes only together with the row that tells of it."""

from datetime import datetime
from typing import Any

import pytest

from ledger.models import Account, LotExpiry
from ledger.operations import Ending, end_credit_at
from tests.ledger.attacks import expiry_row, insert, lot_of, moment, refused_by, run
from tests.scenarios import NOW, STAFF, days, given_credit, given_hold, given_spend, lots_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return given_credit("100.00 GBP", expires_at=days(10))


def test_every_lot_of_an_account_is_given_one_ending_and_each_change_says_why(account: Account):
    given_credit("50.00 GBP", to=account)
    given_credit("5.00 GBP", to=account, expires_at=days(20))
    given_spend("100.00 GBP", account=account)
    given_hold("55.00 GBP", account=account)

    end_credit_at(account_id=account.pk, ending=Ending(days(20)), actor=STAFF, now=NOW, note="asked for it")

    assert {lot.expires_at for lot in account.lots.all()} == {days(20)}
    told = LotExpiry.objects.order_by("id").values_list("lot_id", "before", "after", "note", "actor_label", "door")
    first, endless = (lot_of(account, place).pk for place in (0, 1))
    assert list(told) == [
        (first, days(10), days(20), "asked for it", "alice", "admin"),
        (endless, None, days(20), "asked for it", "alice", "admin"),
    ]


def test_a_second_time_changes_nothing(account: Account):
    for _ in range(2):
        end_credit_at(account_id=account.pk, ending=Ending(None), actor=STAFF, now=NOW, note="asked for it")

    assert (lots_of(account), LotExpiry.objects.count()) == ([("100.00", None)], 1)


@pytest.mark.parametrize("after", [days(11), days(9), None])
def test_a_lots_expiry_is_not_changed_without_a_row_that_tells_of_it(account: Account, after: datetime | None):
    with refused_by("ledger_lot_expires_as_told"):
        run("UPDATE ledger_lot SET expires_at = %s", moment(after))


def test_a_change_that_was_told_before_does_not_tell_of_another(account: Account):
    insert("ledger_lotexpiry", **expiry_row(lot_of(account), days(20)))

    for after in (days(10), days(30), None):
        with refused_by("ledger_lot_expires_as_told"):
            run("UPDATE ledger_lot SET expires_at = %s", moment(after))
    assert lots_of(account) == [("100.00", days(20))]


def test_what_a_lot_first_expired_on_stays(account: Account):
    with refused_by("ledger_lot_identity"):
        run("UPDATE ledger_lot SET first_expires_at = %s", moment(days(20)))


@pytest.mark.parametrize(
    "spoilt",
    [{"before": None}, {"before": moment(days(9))}, {"after": moment(days(10))}, {"lot_id": 999}],
    ids=["from never", "from another day", "to the same day", "of no lot"],
)
def test_a_change_begins_where_the_lot_is_and_ends_elsewhere(account: Account, spoilt: dict[str, Any]):
    with refused_by("ledger_lotexpiry_chain"):
        insert("ledger_lotexpiry", **expiry_row(lot_of(account), days(20)) | spoilt)


@pytest.mark.parametrize("spoilt", [{"note": ""}, {"actor_label": ""}, {"door": ""}, {"actor_kind": "CAT"}])
def test_a_change_says_who_how_and_why(account: Account, spoilt: dict[str, str]):
    with refused_by("ledger_lotexpiry_says_who_how_and_why"):
        insert("ledger_lotexpiry", **expiry_row(lot_of(account), days(20)) | spoilt)


@pytest.mark.parametrize("attack", ["UPDATE ledger_lotexpiry SET note = 'x'", "DELETE FROM ledger_lotexpiry"])
def test_the_history_of_an_expiry_stays(account: Account, attack: str):
    insert("ledger_lotexpiry", **expiry_row(lot_of(account), days(20)))

    with refused_by("ledger_lotexpiry_immutable"):
        run(attack)


@pytest.mark.postgresql
def test_the_history_of_an_expiry_is_not_truncated(account: Account):
    with refused_by("ledger_lotexpiry_no_truncate"):
        run("TRUNCATE ledger_lotexpiry")
