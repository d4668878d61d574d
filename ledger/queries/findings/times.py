"""The checks of time: a history goes forward, whatever the clocks of those who wrote it said."""

from ledger.queries.findings.checks import Check

CHECKS_OF_TIMES = (
    Check(
        "goes_back",
        2,
        "No history goes back in time",
        "transaction",
        "SELECT t.number AS id, a.number AS account, t.created_at, t.previous_at FROM (SELECT t.number, t.account_id, "
        "t.created_at, LAG(t.created_at) OVER (PARTITION BY t.account_id ORDER BY t.sequence, t.number) AS previous_at "
        "FROM ledger_transaction t) t JOIN ledger_account a ON a.id = t.account_id WHERE t.created_at < t.previous_at",
        "is dated {created_at}, before the one that it follows ({previous_at})",
    ),
    Check(
        "account_last_entry",
        3,
        "Each account knows when it last moved",
        "account",
        "SELECT a.number AS id, a.number AS account, a.last_entry_at, t.newest_at FROM ledger_account a "
        "LEFT JOIN (SELECT account_id, MAX(created_at) AS newest_at FROM ledger_transaction GROUP BY account_id) t "
        "ON t.account_id = a.id WHERE COALESCE(a.last_entry_at <> t.newest_at, "
        "a.last_entry_at IS NOT NULL OR t.newest_at IS NOT NULL)",
        "says that it moved at {last_entry_at} last; its newest transaction is of {newest_at}",
    ),
    Check(
        "lot_birth",
        5,
        "Each lot is as old as the entry that brought it in",
        "lot",
        "SELECT l.id, a.number AS account, l.born_at, t.created_at FROM ledger_lot l "
        "JOIN ledger_transaction t ON t.id = l.transaction_id JOIN ledger_account a ON a.id = l.account_id "
        "WHERE l.born_at <> t.created_at",
        "says that it came in at {born_at}; its transaction is of {created_at}",
    ),
    Check(
        "hold_times",
        4,
        "No hold ends, and none is captured, before it began",
        "hold",
        "SELECT h.id, a.number AS account FROM ledger_hold h JOIN ledger_account a ON a.id = h.account_id "
        "WHERE h.closed_at < h.created_at OR EXISTS (SELECT 1 FROM ledger_transaction t "
        "WHERE t.hold_id = h.id AND t.created_at < h.created_at)",
        "ended, or was captured, before it was placed",
    ),
)
