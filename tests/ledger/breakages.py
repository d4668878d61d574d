"""One thing broken at a time with the guards off, and what `reconcile` is to say of it: the check and the row."""

from collections.abc import Callable
from typing import Any

from ledger.models import Account, DayCount, Transaction
from ledger.models.identifiers import new_document_id, new_uuid7
from tests.ledger.attacks import expiry_row, insert, lot_of, moment, run
from tests.scenarios import (
    NOW,
    days,
)


def entry(account: Account, sequence: int) -> Transaction:
    return Transaction.objects.get(account=account, sequence=sequence)


def row(account: Account, sequence: int) -> str:
    return f"transaction {entry(account, sequence).number}"


def copy_of(source: Transaction, **changes: Any) -> Transaction:
    """A row more, like the source but for the changes."""
    fields = {field.attname: getattr(source, field.attname) for field in Transaction._meta.concrete_fields}
    fields |= {"id": new_uuid7(), "document_id": new_document_id(), "number": source.number + 1000}
    return Transaction.objects.create(**fields | changes)


def a_changed_amount(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET amount_minor = amount_minor - 1 WHERE id = %s", entry(account, 2).pk.hex)
    return {
        ("balance_chain", row(account, 2)),
        ("transaction_lots", row(account, 2)),
        ("account_balance", f"account {account.number}"),
    }


def a_deleted_row(account: Account) -> set[tuple[str, str]]:
    gone, use = entry(account, 2), entry(account, 2).lot_uses.get()
    expected = {
        ("sequence", row(account, 3)),
        ("balance_chain", row(account, 3)),
        ("account_balance", f"account {account.number}"),
        ("lot_use_transaction", f"lot use {use.pk}"),
    }
    run("DELETE FROM ledger_transaction WHERE id = %s", gone.pk.hex)
    return expected


def a_deleted_last_row(account: Account) -> set[tuple[str, str]]:
    use = entry(account, 3).lot_uses.get()
    run("DELETE FROM ledger_transaction WHERE id = %s", entry(account, 3).pk.hex)
    return {("account_balance", f"account {account.number}"), ("lot_use_transaction", f"lot use {use.pk}")}


def a_gap_in_a_sequence(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET sequence = 7 WHERE id = %s", entry(account, 3).pk.hex)
    return {("sequence", row(account, 7)), ("account_balance", f"account {account.number}")}


def a_wrong_balance(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE id = %s", account.pk)
    return {("account_balance", f"account {account.number}"), ("account_lots", f"account {account.number}")}


def a_wrong_balance_after(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET balance_after_minor = 6999 WHERE id = %s", entry(account, 2).pk.hex)
    return {("balance_chain", row(account, 2)), ("balance_chain", row(account, 3))}


def a_lot_that_does_not_add_up(account: Account) -> set[tuple[str, str]]:
    lot = lot_of(account)
    run("UPDATE ledger_lot SET remaining_minor = remaining_minor - 1 WHERE id = %s", lot.pk)
    return {("lot_uses", f"lot {lot.pk}"), ("account_lots", f"account {account.number}")}


def a_lot_that_is_larger_than_it_was(account: Account) -> set[tuple[str, str]]:
    lot = lot_of(account)
    run("UPDATE ledger_lot SET amount_minor = amount_minor + 1 WHERE id = %s", lot.pk)
    return {
        ("lot_uses", f"lot {lot.pk}"),
        ("lot_use_chain", f"lot use {entry(account, 2).lot_uses.get().pk}"),
        ("transaction_lots", row(account, 1)),
    }


def a_lot_from_nowhere(account: Account) -> set[tuple[str, str]]:
    run(
        "INSERT INTO ledger_lot "
        "(account_id, transaction_id, amount_minor, remaining_minor, reserved_minor, funding, given_by, currency, "
        "born_at) VALUES (%s, %s, 500, 500, 0, 'PAID', 'CASH', 'GBP', %s)",
        account.pk,
        new_uuid7().hex,
        moment(NOW),
    )
    return {("lot_transaction", f"lot {lot_of(account, 1).pk}"), ("account_lots", f"account {account.number}")}


def a_use_that_is_gone(account: Account) -> set[tuple[str, str]]:
    run("DELETE FROM ledger_lotuse WHERE id = %s", entry(account, 2).lot_uses.get().pk)
    return {
        ("lot_uses", f"lot {lot_of(account).pk}"),
        ("lot_use_chain", f"lot use {entry(account, 3).lot_uses.get().pk}"),
        ("transaction_lots", row(account, 2)),
    }


def a_hold_that_does_not_add_up(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_hold SET amount_minor = amount_minor + 1")
    return {("hold_lots", f"hold {account.holds.get().pk}"), ("account_held", f"account {account.number}")}


def an_account_that_holds_too_much(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_account SET held_minor = 6000 WHERE id = %s", account.pk)
    return {("account_held", f"account {account.number}"), ("account_bounds", f"account {account.number}")}


def a_lot_that_is_reserved_for_nobody(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_lot SET reserved_minor = reserved_minor + 1 WHERE id = %s", lot_of(account).pk)
    return {("lot_reserved", f"lot {lot_of(account).pk}")}


def a_capture_that_was_never_spent(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_holdlot SET captured_minor = 100")
    run("UPDATE ledger_hold SET captured_minor = 100")
    run("UPDATE ledger_lot SET reserved_minor = 900 WHERE id = %s", lot_of(account).pk)
    run("UPDATE ledger_account SET held_minor = 900 WHERE id = %s", account.pk)
    return {("hold_captures", f"hold {account.holds.get().pk}")}


def a_foreign_currency(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET currency = 'EUR' WHERE id = %s", entry(account, 2).pk.hex)
    return {("currency", row(account, 2))}


def a_reversal_twice(account: Account) -> set[tuple[str, str]]:
    spend = entry(account, 3)
    undoes = {"type": "REVERSE", "amount_minor": 2000, "reverses_id": spend.pk, "note": "why"}
    first = copy_of(spend, sequence=4, balance_after_minor=7000, **undoes)
    second = copy_of(spend, sequence=5, balance_after_minor=9000, number=first.number + 1, **undoes)
    run("UPDATE ledger_account SET balance_minor = 9000, sequence = 5 WHERE id = %s", account.pk)
    return {
        ("reversed_twice", row(account, 3)),
        ("undone_beyond", row(account, 3)),
        ("transaction_lots", f"transaction {first.number}"),
        ("transaction_lots", f"transaction {second.number}"),
        ("account_lots", f"account {account.number}"),
    }


def a_duplicate_key(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET key = 'issue-1' WHERE id = %s", entry(account, 3).pk.hex)
    return {("key_twice", row(account, 1)), ("key_twice", row(account, 3))}


def a_closed_account_with_value(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_account SET status = 'CLOSED' WHERE id = %s", account.pk)
    return {("closed_account", f"account {account.number}"), ("status_told", f"account {account.number}")}


def expired_credit_that_was_spent(account: Account) -> set[tuple[str, str]]:
    run(
        "UPDATE ledger_lot SET expires_at = %s, first_expires_at = %s WHERE id = %s",
        moment(NOW),
        moment(NOW),
        lot_of(account).pk,
    )
    return {
        ("spent_expired", row(account, 2)),
        ("spent_expired", row(account, 3)),
    }


def credit_that_expired_to_a_stranger(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET type = 'EXPIRE' WHERE id = %s", entry(account, 3).pk.hex)
    run(
        "UPDATE ledger_lot SET expires_at = %s, first_expires_at = %s WHERE id = %s",
        *[moment(days(-1))] * 2,
        lot_of(account).pk,
    )
    return {
        ("expired_elsewhere", row(account, 3)),
        ("spent_expired", row(account, 2)),
    }


def a_lot_that_lives_longer_than_was_ever_said(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_lot SET expires_at = %s WHERE id = %s", moment(days(500)), lot_of(account).pk)
    return {("lot_expiry", f"lot {lot_of(account).pk}")}


def a_change_of_an_expiry_that_never_was(account: Account) -> set[tuple[str, str]]:
    lot = lot_of(account)
    insert("ledger_lotexpiry", **expiry_row(lot, days(500)) | {"before": moment(days(400))})
    run("UPDATE ledger_lot SET expires_at = %s WHERE id = %s", moment(days(500)), lot.pk)
    return {("lot_expiry_chain", f"lot {lot.pk}")}


def credit_that_says_another_gave_it(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_lot SET given_by = 'PROMOTION' WHERE id = %s", lot_of(account).pk)
    return {("lot_giver", f"lot {lot_of(account).pk}")}


def an_entry_that_goes_back(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET created_at = %s WHERE id = %s", moment(days(-1)), entry(account, 3).pk.hex)
    return {("goes_back", row(account, 3))}


def an_account_that_forgot_its_last_entry(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_account SET last_entry_at = %s WHERE id = %s", moment(days(-1)), account.pk)
    return {("account_last_entry", f"account {account.number}")}


def a_lot_that_makes_itself_younger(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_lot SET born_at = %s WHERE id = %s", moment(days(1)), lot_of(account).pk)
    return {("lot_birth", f"lot {lot_of(account).pk}")}


def a_lot_in_another_currency(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_lot SET currency = 'USD' WHERE id = %s", lot_of(account).pk)
    return {("lot_currency", f"lot {lot_of(account).pk}")}


def a_hold_that_ended_before_it_began(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_hold SET closed_at = %s", moment(days(-1)))
    return {("hold_times", f"hold {account.holds.get().pk}")}


def an_entry_by_nobody(account: Account) -> set[tuple[str, str]]:
    run("UPDATE ledger_transaction SET door = '' WHERE id = %s", entry(account, 2).pk.hex)
    return {("anonymous", row(account, 2))}


def half_a_transfer(account: Account) -> set[tuple[str, str]]:
    run(
        "UPDATE ledger_transaction SET type = 'TRANSFER', counter_account = 'TRANSFERS', reference = 'move 1' "
        "WHERE id = %s",
        entry(account, 2).pk.hex,
    )
    return {("transfers", "reference move 1")}


def an_account_that_is_gone(account: Account) -> set[tuple[str, str]]:
    rows = {("ownerless_transaction", row(account, sequence)) for sequence in (1, 2, 3)}
    run("DELETE FROM ledger_account WHERE id = %s", account.pk)
    return rows


def a_day_that_does_not_add_up(account: Account) -> set[tuple[str, str]]:
    DayCount.objects.create(time_zone="UTC", counted_through=entry(account, 2).number, seen_at=NOW)
    return {("day_totals", "time zone UTC")}


BREAKAGES: list[Callable[[Account], set[tuple[str, str]]]] = [
    a_changed_amount,
    a_deleted_row,
    a_deleted_last_row,
    a_gap_in_a_sequence,
    a_wrong_balance,
    a_wrong_balance_after,
    a_lot_that_does_not_add_up,
    a_lot_that_is_larger_than_it_was,
    a_lot_from_nowhere,
    a_use_that_is_gone,
    a_hold_that_does_not_add_up,
    an_account_that_holds_too_much,
    a_lot_that_is_reserved_for_nobody,
    a_capture_that_was_never_spent,
    a_foreign_currency,
    a_reversal_twice,
    a_duplicate_key,
    a_closed_account_with_value,
    expired_credit_that_was_spent,
    credit_that_expired_to_a_stranger,
    a_lot_that_lives_longer_than_was_ever_said,
    a_change_of_an_expiry_that_never_was,
    credit_that_says_another_gave_it,
    an_entry_that_goes_back,
    an_account_that_forgot_its_last_entry,
    a_lot_that_makes_itself_younger,
    a_lot_in_another_currency,
    a_hold_that_ended_before_it_began,
    an_entry_by_nobody,
    half_a_transfer,
    an_account_that_is_gone,
    a_day_that_does_not_add_up,
]
