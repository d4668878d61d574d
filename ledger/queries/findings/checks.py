"""
The checks, each one portable statement that selects what is wrong.

Columns: `id` names the broken row, `account` its account's number; columns that end in `_minor` are amounts in the
minor unit of `currency`. The message may use all of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the books. `rule` is the number of the rule whose breach it finds; `title` is for people."""

    name: str
    rule: int
    title: str
    table: str
    sql: str
    message: str


_NUMBERED = """
    SELECT t.*,
           COALESCE(LAG(t.sequence) OVER (PARTITION BY t.account_id ORDER BY t.sequence, t.number), 0) AS previous,
           COALESCE(LAG(t.balance_after_minor) OVER (PARTITION BY t.account_id ORDER BY t.sequence, t.number), 0)
             AS previous_minor
      FROM ledger_transaction t
"""

CHECKS = (
    Check(
        "sequence",
        2,
        "No history has a gap",
        "transaction",
        f"SELECT t.number AS id, a.number AS account, t.sequence, t.previous FROM ({_NUMBERED}) t "
        "JOIN ledger_account a ON a.id = t.account_id WHERE t.sequence <> t.previous + 1",
        "has sequence {sequence} after {previous}: a transaction is missing, or stands there twice",
    ),
    Check(
        "balance_chain",
        2,
        "Each balance follows from the one before",
        "transaction",
        "SELECT t.number AS id, a.number AS account, t.currency, t.previous_minor, t.amount_minor, "
        f"t.balance_after_minor FROM ({_NUMBERED}) t JOIN ledger_account a ON a.id = t.account_id "
        "WHERE t.previous_minor + t.amount_minor <> t.balance_after_minor",
        "says {previous_minor} and {amount_minor} make {balance_after_minor}",
    ),
    Check(
        "currency",
        2,
        "Each entry is in its account's currency",
        "transaction",
        "SELECT t.number AS id, a.number AS account, t.currency AS stated, a.currency AS kept "
        "FROM ledger_transaction t JOIN ledger_account a ON a.id = t.account_id WHERE t.currency <> a.currency",
        "is in {stated}, its account is kept in {kept}",
    ),
    Check(
        "lot_currency",
        5,
        "Each lot is in its account's currency",
        "lot",
        "SELECT l.id, a.number AS account, l.currency AS stated, a.currency AS kept "
        "FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id WHERE l.currency <> a.currency",
        "is in {stated}, its account is kept in {kept}",
    ),
    Check(
        "account_balance",
        3,
        "Each balance is the sum of its history",
        "account",
        "SELECT a.number AS id, a.number AS account, a.currency, a.balance_minor, a.sequence, "
        "COALESCE(t.total_minor, 0) AS total_minor, COALESCE(t.last, 0) AS last FROM ledger_account a "
        "LEFT JOIN (SELECT account_id, SUM(amount_minor) AS total_minor, MAX(sequence) AS last "
        "FROM ledger_transaction GROUP BY account_id) t ON t.account_id = a.id "
        "WHERE a.balance_minor <> COALESCE(t.total_minor, 0) OR a.sequence <> COALESCE(t.last, 0)",
        "has {balance_minor} at sequence {sequence}; its transactions add up to {total_minor} at sequence {last}",
    ),
    Check(
        "ownerless_transaction",
        3,
        "Each entry has its account",
        "transaction",
        "SELECT t.number AS id FROM ledger_transaction t LEFT JOIN ledger_account a ON a.id = t.account_id "
        "WHERE a.id IS NULL",
        "belongs to an account that does not exist",
    ),
    Check(
        "account_bounds",
        4,
        "Nothing is negative, no hold beyond the balance",
        "account",
        "SELECT a.number AS id, a.number AS account, a.currency, a.balance_minor, a.held_minor FROM ledger_account a "
        "WHERE a.held_minor < 0 OR a.held_minor > a.balance_minor",
        "holds {held_minor} of a balance of {balance_minor}",
    ),
    Check(
        "account_held",
        4,
        "Each held amount is the sum of its open holds",
        "account",
        "SELECT a.number AS id, a.number AS account, a.currency, a.held_minor, "
        "COALESCE(h.open_minor, 0) AS open_minor FROM ledger_account a "
        "LEFT JOIN (SELECT account_id, SUM(amount_minor - captured_minor) AS open_minor FROM ledger_hold "
        "WHERE status = 'OPEN' GROUP BY account_id) h ON h.account_id = a.id "
        "WHERE a.held_minor <> COALESCE(h.open_minor, 0)",
        "has {held_minor} on hold; its open holds add up to {open_minor}",
    ),
    Check(
        "hold_lots",
        4,
        "Each hold is the sum of its lots",
        "hold",
        "SELECT h.id, a.number AS account, a.currency, h.amount_minor, h.captured_minor, "
        "COALESCE(p.amount_minor, 0) AS parts_minor, COALESCE(p.captured_minor, 0) AS parts_captured_minor "
        "FROM ledger_hold h JOIN ledger_account a ON a.id = h.account_id "
        "LEFT JOIN (SELECT hold_id, SUM(amount_minor) AS amount_minor, SUM(captured_minor) AS captured_minor "
        "FROM ledger_holdlot GROUP BY hold_id) p ON p.hold_id = h.id "
        "WHERE h.amount_minor <> COALESCE(p.amount_minor, 0) OR h.captured_minor <> COALESCE(p.captured_minor, 0)",
        "is for {amount_minor}, {captured_minor} captured; its lots say {parts_minor} and {parts_captured_minor}",
    ),
    Check(
        "hold_captures",
        4,
        "Each captured amount was spent",
        "hold",
        "SELECT h.id, a.number AS account, a.currency, h.captured_minor, COALESCE(t.spent_minor, 0) AS spent_minor "
        "FROM ledger_hold h JOIN ledger_account a ON a.id = h.account_id "
        "LEFT JOIN (SELECT hold_id, -SUM(amount_minor) AS spent_minor FROM ledger_transaction "
        "WHERE hold_id IS NOT NULL GROUP BY hold_id) t ON t.hold_id = h.id "
        "WHERE h.captured_minor <> COALESCE(t.spent_minor, 0)",
        "says {captured_minor} captured; its transactions took {spent_minor}",
    ),
    Check(
        "foreign_hold_lot",
        4,
        "No hold takes another account's lot",
        "hold",
        "SELECT DISTINCT h.id, a.number AS account FROM ledger_holdlot p JOIN ledger_hold h ON h.id = p.hold_id "
        "JOIN ledger_lot l ON l.id = p.lot_id JOIN ledger_account a ON a.id = h.account_id "
        "WHERE l.account_id <> h.account_id",
        "sets aside a lot of another account",
    ),
    Check(
        "lot_reserved",
        4,
        "Each reserved amount is held",
        "lot",
        "SELECT l.id, a.number AS account, a.currency, l.reserved_minor, COALESCE(p.open_minor, 0) AS open_minor "
        "FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id "
        "LEFT JOIN (SELECT p.lot_id, SUM(p.amount_minor - p.captured_minor) AS open_minor FROM ledger_holdlot p "
        "JOIN ledger_hold h ON h.id = p.hold_id WHERE h.status = 'OPEN' GROUP BY p.lot_id) p ON p.lot_id = l.id "
        "WHERE l.reserved_minor <> COALESCE(p.open_minor, 0)",
        "has {reserved_minor} reserved; open holds set aside {open_minor} of it",
    ),
    Check(
        "account_lots",
        5,
        "Each balance is the sum of its lots",
        "account",
        "SELECT a.number AS id, a.number AS account, a.currency, a.balance_minor, "
        "COALESCE(l.left_minor, 0) AS left_minor FROM ledger_account a "
        "LEFT JOIN (SELECT account_id, SUM(remaining_minor) AS left_minor FROM ledger_lot GROUP BY account_id) l "
        "ON l.account_id = a.id WHERE a.balance_minor <> COALESCE(l.left_minor, 0)",
        "has {balance_minor}; its lots add up to {left_minor}",
    ),
    Check(
        "lot_bounds",
        5,
        "No lot has more than it began with",
        "lot",
        "SELECT l.id, a.number AS account, a.currency, l.amount_minor, l.remaining_minor, l.reserved_minor "
        "FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id "
        "WHERE l.reserved_minor < 0 OR l.reserved_minor > l.remaining_minor OR l.remaining_minor > l.amount_minor",
        "has {reserved_minor} reserved and {remaining_minor} left of {amount_minor}",
    ),
    Check(
        "lot_uses",
        5,
        "Each lot is what its uses left",
        "lot",
        "SELECT l.id, a.number AS account, a.currency, l.amount_minor, l.remaining_minor, "
        "COALESCE(u.used_minor, 0) AS used_minor FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id "
        "LEFT JOIN (SELECT lot_id, SUM(amount_minor) AS used_minor FROM ledger_lotuse GROUP BY lot_id) u "
        "ON u.lot_id = l.id WHERE l.remaining_minor <> l.amount_minor - COALESCE(u.used_minor, 0)",
        "has {remaining_minor} left of {amount_minor}, but {used_minor} was used",
    ),
    Check(
        "lot_use_chain",
        5,
        "Each use follows from the one before",
        "lot use",
        "SELECT u.id, a.number AS account, a.currency, u.amount_minor, u.remaining_after_minor, u.before_minor "
        "FROM (SELECT u.id, u.lot_id, u.amount_minor, u.remaining_after_minor, COALESCE(LAG(u.remaining_after_minor) "
        "OVER (PARTITION BY u.lot_id ORDER BY u.id), l.amount_minor) AS before_minor, l.account_id "
        "FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id) u JOIN ledger_account a ON a.id = u.account_id "
        "WHERE u.before_minor - u.amount_minor <> u.remaining_after_minor",
        "says {before_minor} less {amount_minor} leaves {remaining_after_minor}",
    ),
    Check(
        "transaction_lots",
        5,
        "Each entry moves what its lots say",
        "transaction",
        "SELECT t.number AS id, a.number AS account, t.currency, t.amount_minor, "
        "COALESCE(l.brought_minor, 0) - COALESCE(u.used_minor, 0) AS lots_minor FROM ledger_transaction t "
        "JOIN ledger_account a ON a.id = t.account_id "
        "LEFT JOIN (SELECT transaction_id, SUM(amount_minor) AS brought_minor FROM ledger_lot "
        "GROUP BY transaction_id) l ON l.transaction_id = t.id "
        "LEFT JOIN (SELECT transaction_id, SUM(amount_minor) AS used_minor FROM ledger_lotuse "
        "GROUP BY transaction_id) u ON u.transaction_id = t.id "
        "WHERE t.amount_minor <> COALESCE(l.brought_minor, 0) - COALESCE(u.used_minor, 0)",
        "moves {amount_minor}; its lots say {lots_minor}",
    ),
    Check(
        "lot_transaction",
        5,
        "Each lot was brought in by an entry",
        "lot",
        "SELECT l.id, a.number AS account FROM ledger_lot l LEFT JOIN ledger_account a ON a.id = l.account_id "
        "LEFT JOIN ledger_transaction t ON t.id = l.transaction_id "
        "WHERE t.id IS NULL OR t.account_id <> l.account_id",
        "was brought in by no transaction of its account",
    ),
    Check(
        "lot_use_transaction",
        5,
        "Each use belongs to an entry",
        "lot use",
        "SELECT u.id, a.number AS account FROM ledger_lotuse u LEFT JOIN ledger_lot l ON l.id = u.lot_id "
        "LEFT JOIN ledger_account a ON a.id = l.account_id LEFT JOIN ledger_transaction t ON t.id = u.transaction_id "
        "WHERE l.id IS NULL OR t.id IS NULL OR t.account_id <> l.account_id",
        "belongs to no transaction of its lot's account",
    ),
    Check(
        "reversed_twice",
        6,
        "Nothing is reversed twice",
        "transaction",
        "SELECT t.number AS id, a.number AS account, r.times FROM ledger_transaction t "
        "JOIN ledger_account a ON a.id = t.account_id "
        "JOIN (SELECT reverses_id, COUNT(*) AS times FROM ledger_transaction WHERE type = 'REVERSE' "
        "GROUP BY reverses_id) r ON r.reverses_id = t.id WHERE r.times > 1",
        "was reversed {times} times",
    ),
    Check(
        "undone_beyond",
        6,
        "No refunds beyond the spend",
        "transaction",
        "SELECT t.number AS id, a.number AS account, t.currency, t.amount_minor, r.undone_minor "
        "FROM ledger_transaction t JOIN ledger_account a ON a.id = t.account_id "
        "JOIN (SELECT u.reverses_id, SUM(u.amount_minor) AS undone_minor FROM ledger_transaction u "
        "WHERE u.reverses_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM ledger_transaction q WHERE q.reverses_id = u.id) "
        "GROUP BY u.reverses_id) r ON r.reverses_id = t.id "
        "WHERE ABS(r.undone_minor) > ABS(t.amount_minor) OR (r.undone_minor > 0) = (t.amount_minor > 0)",
        "moved {amount_minor}; reversals and refunds of it moved {undone_minor}",
    ),
    Check(
        "wrong_reversal",
        6,
        "Each reversal fits what it undoes",
        "transaction",
        "SELECT r.number AS id, a.number AS account, t.number AS target FROM ledger_transaction r "
        "JOIN ledger_account a ON a.id = r.account_id LEFT JOIN ledger_transaction t ON t.id = r.reverses_id "
        "WHERE r.type IN ('REVERSE', 'REFUND') AND (t.id IS NULL OR t.type = 'REVERSE' "
        "OR t.currency <> r.currency OR t.counter_account <> r.counter_account "
        "OR (r.type = 'REFUND' AND t.type <> 'REDEEM') "
        "OR (r.type = 'REVERSE' AND (t.account_id <> r.account_id OR t.amount_minor <> -r.amount_minor)))",
        "does not undo transaction {target} as it stands",
    ),
    Check(
        "key_twice",
        7,
        "Each movement key is used once",
        "transaction",
        "SELECT t.number AS id, a.number AS account, t.key FROM ledger_transaction t "
        "JOIN ledger_account a ON a.id = t.account_id WHERE t.key IN "
        "(SELECT key FROM ledger_transaction WHERE key IS NOT NULL GROUP BY key HAVING COUNT(*) > 1)",
        "shares its key {key} with another transaction",
    ),
    Check(
        "closed_account",
        8,
        "Closed accounts are empty",
        "account",
        "SELECT a.number AS id, a.number AS account, a.currency, a.balance_minor FROM ledger_account a "
        "WHERE a.status = 'CLOSED' AND (a.balance_minor <> 0 OR a.held_minor <> 0)",
        "is closed and has {balance_minor}",
    ),
    Check(
        "status_told",
        10,
        "Each account is as its last change of state says",
        "account",
        "SELECT a.number AS id, a.number AS account, a.status, COALESCE(e.to_status, 'OPEN') AS told "
        "FROM ledger_account a LEFT JOIN ledger_accountevent e ON e.id = "
        "(SELECT id FROM ledger_accountevent WHERE account_id = a.id ORDER BY account_id DESC, id DESC LIMIT 1) "
        "WHERE a.status <> COALESCE(e.to_status, 'OPEN')",
        "is {status}, and its history says {told}",
    ),
    Check(
        "anonymous",
        10,
        "Each entry says who, how and why",
        "transaction",
        "SELECT t.number AS id, a.number AS account FROM ledger_transaction t "
        "JOIN ledger_account a ON a.id = t.account_id WHERE t.actor_label = '' OR t.door = '' "
        "OR t.actor_kind NOT IN ('STAFF', 'API', 'SYSTEM') "
        "OR (t.type IN ('ADJUST', 'REVERSE', 'VOID') AND t.reason_id IS NULL AND t.note = '')",
        "does not say who moved the money, through which door and why",
    ),
    Check(
        "transfers",
        2,
        "Each transfer arrives",
        "reference",
        "SELECT reference AS id, currency, SUM(amount_minor) AS open_minor FROM ledger_transaction "
        "WHERE counter_account = 'TRANSFERS' GROUP BY reference, currency HAVING SUM(amount_minor) <> 0",
        "moved {open_minor} into an account that left none",
    ),
)
