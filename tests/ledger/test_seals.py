"""What cuts have sealed: whoever owns the tables can change it, and cannot hide it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import triggers
from ledger.models import Account, CutSeal
from ledger.operations import Ending, Why, append_seals, complete_cuts, end_credit_at, take_cut
from ledger.queries import SealFile, list_findings, public_key_of, verify_seals
from tests.factories.credits import CreditRequestVoteFactory
from tests.factories.giftcards import CardEventFactory
from tests.ledger.attacks import lot_of, moment, run
from tests.scenarios import NOW, STAFF, SYSTEM, days, entries_of, given_credit, given_spend

pytestmark = pytest.mark.django_db

#: What is changed here.
OWNED = (
    "ledger_account", "ledger_transaction", "ledger_reason", "ledger_lot", "ledger_lotuse", "ledger_lotexpiry",
    "ledger_cut", "ledger_cutfigure", "ledger_cutseal", "giftcards_cardevent", "credits_creditrequestvote",
)  # fmt: skip
SECRET = "a-secret-of-the-tests-that-seals-nothing-but-them"


@pytest.fixture(autouse=True)
def key(settings: Any) -> str:
    settings.SEAL_KEY = SECRET
    return SECRET


@pytest.fixture
def account() -> Account:
    return given_credit("100.00 GBP", expires_at=days(50), now=days(-3), why=Why(reason="GW", note="sorry"))


@pytest.fixture
def seals(account: Account, tmp_path: Path) -> SealFile:
    """A file of three cuts: of the account's credit, of its spend and of what other rooms did, and of nothing."""
    close(days(-2))
    given_spend("40.00 GBP", account=account, now=days(-1))
    end_credit_at(account_id=account.pk, ending=Ending(days(60)), actor=STAFF, now=days(-1), note="asked for it")
    CardEventFactory.create()
    CreditRequestVoteFactory.create()
    close(days(1))
    close(days(2))
    append_seals(path=tmp_path / "seals.jsonl")
    return SealFile(tmp_path / "seals.jsonl")


def close(boundary: Any) -> None:
    take_cut(boundary=boundary, actor=SYSTEM, now=max(NOW, boundary))
    complete_cuts(now=max(NOW, boundary))


def faults(against: SealFile | None = None, **chosen: Any) -> list[tuple[int, str, str]]:
    return [(fault.cut, fault.row, fault.message) for fault in verify_seals(against=against, **chosen)]


def become_the_owner() -> None:
    """From now on to the end of the test nothing refuses: the triggers are off."""
    if connection.vendor == "sqlite":
        for app in ("ledger", "giftcards", "credits"):
            triggers.take_down(connection, app)
        return
    # A table with checks that still wait for the commit is not altered.
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in OWNED:
        run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def spend(account: Account) -> int:
    return entries_of(account)[1].number


CHANGED, GONE = "has been changed since it was sealed", "is gone since it was sealed"


# Each makes one change, and says what is found of it.


def an_amount(account: Account) -> set[tuple[int, str, str]]:
    run("UPDATE ledger_transaction SET amount_minor = -3900 WHERE number = %s", spend(account))
    return {(2, f"transaction {spend(account)}", CHANGED)}


def a_name(account: Account) -> set[tuple[int, str, str]]:
    run("UPDATE ledger_transaction SET actor_label = 'mallory' WHERE number = %s", entries_of(account)[0].number)
    return {(1, f"transaction {entries_of(account)[0].number}", CHANGED)}


def a_date(account: Account) -> set[tuple[int, str, str]]:
    run("UPDATE ledger_transaction SET created_at = %s WHERE number = %s", moment(days(-0.9)), spend(account))
    return {(2, f"transaction {spend(account)}", CHANGED)}


def what_a_reason_books_to(account: Account) -> set[tuple[int, str, str]]:
    run("UPDATE ledger_reason SET counter_account = 'CASH' WHERE code = 'GW'")
    return {(1, f"transaction {entries_of(account)[0].number}", CHANGED)}


def how_much_a_lot_was(account: Account) -> set[tuple[int, str, str]]:
    lot = lot_of(account).pk
    run("UPDATE ledger_lot SET amount_minor = 10001 WHERE id = %s", lot)
    return {(1, f"lot {lot}", CHANGED)}


def a_vote(account: Account) -> set[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM credits_creditrequestvote")
        vote = cursor.fetchall()[0][0]
    run("UPDATE credits_creditrequestvote SET label = 'mallory' WHERE id = %s", vote)
    return {(2, f"credits_creditrequestvote {vote}", CHANGED)}


def a_line_of_a_card(account: Account) -> set[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM giftcards_cardevent")
        event = cursor.fetchall()[0][0]
    run("UPDATE giftcards_cardevent SET note = 'found again' WHERE id = %s", event)
    return {(2, f"giftcards_cardevent {event}", CHANGED)}


def a_change_of_an_expiry(account: Account) -> set[tuple[int, str, str]]:
    change = lot_of(account).expiries.get().pk
    run("UPDATE ledger_lotexpiry SET after = %s WHERE id = %s", moment(days(600)), change)
    return {(2, f"ledger_lotexpiry {change}", CHANGED)}


ATTACKS = (
    an_amount,
    a_name,
    a_date,
    what_a_reason_books_to,
    how_much_a_lot_was,
    a_vote,
    a_line_of_a_card,
    a_change_of_an_expiry,
)


def test_what_nobody_has_changed_is_as_it_was_sealed(seals: SealFile, key: str):
    assert faults(seals) == faults() == []
    assert {seal.public_key for seal in CutSeal.objects.all()} == {public_key_of(key)}


def test_whatever_was_changed_is_named(account: Account, seals: SealFile):
    become_the_owner()
    expected = {fault for attack in ATTACKS for fault in attack(account)}

    # What the changes make of the figures is named beside it.
    assert {fault for fault in faults(seals) if not fault[1].startswith("figure")} == expected
    assert {cut for cut, row, _message in faults() if not row} == {1, 2}


def test_an_account_that_was_erased_with_its_history_is_named(account: Account, seals: SealFile):
    numbers = [entry.number for entry in entries_of(account)]
    lot = lot_of(account).pk
    become_the_owner()
    for sql in (
        "DELETE FROM ledger_lotexpiry WHERE lot_id IN (SELECT id FROM ledger_lot WHERE account_id = %s)",
        "DELETE FROM ledger_lotuse WHERE lot_id IN (SELECT id FROM ledger_lot WHERE account_id = %s)",
        "DELETE FROM ledger_lot WHERE account_id = %s",
        "DELETE FROM ledger_transaction WHERE account_id = %s",
        "DELETE FROM ledger_account WHERE id = %s",
    ):
        run(sql, account.pk)
    found = faults(seals)

    assert {(1, f"transaction {numbers[0]}", GONE), (2, f"transaction {numbers[1]}", GONE), (1, f"lot {lot}", GONE)} < {
        *found
    }


def test_a_row_that_was_put_into_a_closed_time_is_named(account: Account, seals: SealFile):
    become_the_owner()
    run("UPDATE ledger_transaction SET created_at = %s WHERE number = %s", moment(days(-2.5)), spend(account))
    found = faults(seals)

    assert (1, f"transaction {spend(account)}", "has come in since it was sealed") in found
    assert (2, f"transaction {spend(account)}", GONE) in found


def test_who_makes_all_seals_anew_has_no_key_to_sign_them_with(account: Account, seals: SealFile, settings: Any):
    become_the_owner()
    run("UPDATE ledger_transaction SET note = 'nothing' WHERE number = %s", spend(account))
    run("DELETE FROM ledger_cutseal WHERE cut_id > 1")
    run("DELETE FROM ledger_cutfigure WHERE cut_id > 1")
    settings.SEAL_KEY = "another-secret-that-somebody-else-would-have-to-make"
    complete_cuts(now=days(2))
    settings.SEAL_KEY = SECRET

    strange = "is not signed with a key that is trusted"
    assert faults() == [(2, "", strange), (3, "", strange)]
    found = faults(seals)
    assert (2, f"transaction {spend(account)}", CHANGED) in found
    assert (3, "", "has another seal than the file") in found


def test_seals_without_signatures_are_told_where_there_is_a_key(seals: SealFile):
    become_the_owner()
    run("UPDATE ledger_cutseal SET signature = '', public_key = ''")

    assert faults() == [(3, "", "is not signed")]
    assert (1, "", "has lost its signature") in faults(seals)


def test_the_last_cut_is_missed_by_the_file(seals: SealFile):
    become_the_owner()
    run("DELETE FROM ledger_cutseal WHERE cut_id = 3")
    run("DELETE FROM ledger_cut WHERE number = 3")

    assert faults() == []
    assert faults(seals) == [(3, "", "is in the file and is gone from the database")]


def test_a_figure_that_was_changed_is_named(seals: SealFile):
    become_the_owner()
    run("UPDATE ledger_cutfigure SET gained_minor = gained_minor - 1 WHERE cut_id = 1")
    found = faults(seals)

    bucket = "figure GBP STORE_CREDIT GOODWILL ISSUE GOODWILL"
    assert {(1, bucket, CHANGED), (1, bucket, "is not what its entries come to")} <= set(found)


def test_what_a_crash_left_half_written_is_written_once_more(account: Account, seals: SealFile):
    whole = seals.path.read_bytes()
    seals.path.write_bytes(whole[: whole.rindex(b'{"begins": 3}') + 5])

    append_seals(path=seals.path)

    again = SealFile(seals.path)
    assert again.seals == seals.seals
    assert faults(again) == []


def test_the_commands_write_mail_and_verify(account: Account, settings: Any, tmp_path: Path):
    settings.SEAL_FILE, settings.SEAL_TO = tmp_path / "seals.jsonl", "seals@example.com"
    call_command("take_cut", stdout=StringIO())
    out = StringIO()

    call_command("verify_seals", against=settings.SEAL_FILE, json=True, stdout=out)

    assert json.loads(out.getvalue()) == {
        "clean": True,
        "cuts": 2,
        "entries": 1,
        "guards_changed": [],
        "faults": [],
    }
    (sent,) = mail.outbox
    assert sent.to == ["seals@example.com"]
    assert [json.loads(line)["seal"]["cut"] for line in sent.body.splitlines()] == [1, 2]

    become_the_owner()
    run("UPDATE ledger_lot SET expires_at = %s WHERE id = %s", moment(days(600)), lot_of(account).pk)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_seals", stdout=out)
    assert f"lot {lot_of(account).pk} expires otherwise than its history says" in out.getvalue()

    with pytest.raises(CommandError, match="is no file of seals"):
        call_command("verify_seals", against=tmp_path / "none")


def test_the_last_entry_that_was_deleted_is_named(account: Account, seals: SealFile):
    last = spend(account)
    become_the_owner()
    run("DELETE FROM ledger_lotuse WHERE transaction_id = (SELECT id FROM ledger_transaction WHERE number = %s)", last)
    run("DELETE FROM ledger_transaction WHERE number = %s", last)

    assert {row for cut, row, message in faults(seals) if (cut, message) == (2, GONE)} >= {f"transaction {last}"}


def test_two_cuts_between_which_the_guards_changed_are_named(seals: SealFile):
    become_the_owner()
    close(days(3))
    close(days(4))
    out = StringIO()

    call_command("verify_seals", stdout=out)

    assert out.getvalue().splitlines()[0] == "Cut 4: other guards stood in the database than at cut 3."
    with pytest.raises(SystemExit):
        call_command("verify_seals", fail_on_guards=True, stdout=StringIO())
    call_command("verify_seals", fail_on_guards=True, after=4, stdout=StringIO())


def test_reconcile_looks_at_the_seals_of_the_last_days(account: Account, seals: SealFile):
    become_the_owner()
    run("UPDATE ledger_transaction SET note = 'nothing' WHERE number = %s", spend(account))

    assert [finding.row for finding in list_findings() if finding.check == "seals"] == ["cut 2"]
