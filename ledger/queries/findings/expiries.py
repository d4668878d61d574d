"""The checks of until when credit lives: each change of a lot's expiry stands in its history."""

from ledger.queries.findings.checks import Check

_TOLD = """
    SELECT e.lot_id, e.id, e.before, e.after,
           LAG(e.id) OVER (PARTITION BY e.lot_id ORDER BY e.id) AS previous_id,
           LAG(e.after) OVER (PARTITION BY e.lot_id ORDER BY e.id) AS previous
      FROM ledger_lotexpiry e
"""

CHECKS_OF_EXPIRIES = (
    Check(
        "lot_expiry",
        9,
        "Each lot expires as its history says",
        "lot",
        "SELECT l.id, a.number AS account, l.expires_at FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id "
        "LEFT JOIN ledger_lotexpiry e ON e.id = (SELECT MAX(id) FROM ledger_lotexpiry WHERE lot_id = l.id) "
        "WHERE l.expires_at <> CASE WHEN e.id IS NULL THEN l.first_expires_at ELSE e.after END "
        "OR (l.expires_at IS NULL) <> (CASE WHEN e.id IS NULL THEN l.first_expires_at ELSE e.after END IS NULL)",
        "expires otherwise than its history says",
    ),
    Check(
        "lot_expiry_chain",
        9,
        "Each change of an expiry begins where the one before ended",
        "lot",
        "SELECT l.id, a.number AS account, e.id AS change FROM "
        f"({_TOLD}) e JOIN ledger_lot l ON l.id = e.lot_id JOIN ledger_account a ON a.id = l.account_id "
        "WHERE e.before <> CASE WHEN e.previous_id IS NULL THEN l.first_expires_at ELSE e.previous END "
        "OR (e.before IS NULL) "
        "<> (CASE WHEN e.previous_id IS NULL THEN l.first_expires_at ELSE e.previous END IS NULL)",
        "has change {change} of its expiry, which does not begin where the one before ended",
    ),
)
