"""The checks of until when credit lives: each change of a lot's expiry stands in its history."""

from ledger.queries.findings.checks import Check

_TOLD = """
    SELECT e.lot_id, e.id, e.before, e.after,
           LAG(e.id) OVER (PARTITION BY e.lot_id ORDER BY e.id) AS previous_id,
           LAG(e.after) OVER (PARTITION BY e.lot_id ORDER BY e.id) AS previous
      FROM ledger_lotexpiry e
"""


def _in_force(since: str) -> str:
    """When lot `l` expired as things stood when entry `t` was booked: later changes are none of its affair."""
    earlier = f"SELECT e.after FROM ledger_lotexpiry e WHERE e.lot_id = l.id AND e.created_at {since} t.created_at"
    return f"CASE WHEN EXISTS ({earlier}) THEN ({earlier} ORDER BY e.id DESC LIMIT 1) ELSE l.first_expires_at END"


CHECKS_OF_EXPIRIES = (
    # Of one moment, the spend may have come first or the change of its lot's expiry.
    Check(
        "spent_expired",
        9,
        "No expired credit was spent",
        "transaction",
        "SELECT DISTINCT t.number AS id, a.number AS account, l.id AS lot FROM ledger_lotuse u "
        "JOIN ledger_lot l ON l.id = u.lot_id JOIN ledger_transaction t ON t.id = u.transaction_id "
        "JOIN ledger_account a ON a.id = t.account_id WHERE u.amount_minor > 0 AND t.amount_minor < 0 "
        "AND t.type IN ('REDEEM', 'TRANSFER') AND t.hold_id IS NULL "
        f"AND {_in_force('<=')} <= t.created_at AND {_in_force('<')} <= t.created_at",
        "spent lot {lot}, which had expired",
    ),
    # Of one moment, either may have come first here, too: clocks wander, and an account's entries never go back.
    Check(
        "expired_live",
        9,
        "No live credit was expired",
        "transaction",
        "SELECT DISTINCT t.number AS id, a.number AS account, l.id AS lot FROM ledger_lotuse u "
        "JOIN ledger_lot l ON l.id = u.lot_id JOIN ledger_transaction t ON t.id = u.transaction_id "
        "JOIN ledger_account a ON a.id = t.account_id WHERE t.type = 'EXPIRE' "
        f"AND COALESCE({_in_force('<')} > t.created_at, TRUE) AND COALESCE({_in_force('<=')} > t.created_at, TRUE)",
        "expired lot {lot}, which was alive",
    ),
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
