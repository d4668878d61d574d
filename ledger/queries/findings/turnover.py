"""The check of kept sums: what the days come to is what the entries that are counted in them come to."""

from ledger.queries.findings.checks import Check

CHECKS_OF_TURNOVER = (
    Check(
        "day_totals",
        5,
        "The totals by day add up from the entries that are counted in them",
        "time zone",
        "SELECT c.time_zone AS id, x.currency, x.counted_as, SUM(x.kept_minor) AS kept_minor, "
        "SUM(x.booked_minor) AS booked_minor FROM ledger_daycount c JOIN ("
        "SELECT k.count_id, k.currency, k.counted_as, k.amount_minor AS kept_minor, 0 AS booked_minor "
        "FROM ledger_daytotal k UNION ALL "
        "SELECT c.id, t.currency, CASE WHEN t.type = 'REVERSE' THEN undone.type ELSE t.type END, 0, "
        "SUM(t.amount_minor) FROM ledger_daycount c JOIN ledger_transaction t ON t.number <= c.counted_through "
        "JOIN ledger_account a ON a.id = t.account_id AND NOT a.test_mode "
        "LEFT JOIN ledger_transaction undone ON undone.id = t.reverses_id "
        "GROUP BY c.id, t.currency, CASE WHEN t.type = 'REVERSE' THEN undone.type ELSE t.type END"
        ") x ON x.count_id = c.id GROUP BY c.time_zone, x.currency, x.counted_as "
        "HAVING SUM(x.kept_minor) <> SUM(x.booked_minor)",
        "says {counted_as} {kept_minor}; its entries come to {booked_minor}",
    ),
)
