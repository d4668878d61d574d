"""The checks of where credit came from: who gave it stays with it, and has it back when it expires."""

from ledger.queries.findings.checks import Check

#: Where credit goes when it expires, as `ledger.models.reasons.expires_to` has it.
_EXPIRES_TO = "CASE WHEN l.given_by IN ('CASH', 'RETURNS', 'OPENING') THEN 'BREAKAGE' ELSE l.given_by END"
# What credit was before a transfer, a refund or a reversal made it into a lot of its own.
_BEFORE = (
    "SELECT 1 FROM ledger_transaction b JOIN ledger_lotuse u ON u.transaction_id = b.id AND u.amount_minor > 0 "
    "JOIN ledger_lot o ON o.id = u.lot_id AND o.funding = l.funding AND o.given_by = l.given_by WHERE"
)

CHECKS_OF_ORIGINS = (
    Check(
        "lot_giver",
        9,
        "Each lot knows who gave its credit",
        "lot",
        "SELECT l.id, a.number AS account, l.given_by, t.number FROM ledger_lot l "
        "JOIN ledger_account a ON a.id = l.account_id JOIN ledger_transaction t ON t.id = l.transaction_id "
        "WHERE (t.type IN ('ISSUE', 'LOAD', 'IMPORT', 'ADJUST') AND l.given_by <> t.counter_account) "
        f"OR (t.type IN ('REFUND', 'REVERSE') AND NOT EXISTS ({_BEFORE} b.id = t.reverses_id)) "
        # What the index of references says of them stands here, too: it serves no other condition.
        f"OR (t.type = 'TRANSFER' AND NOT EXISTS ({_BEFORE} b.reference = t.reference AND b.reference <> '' "
        "AND b.type = 'TRANSFER'))",
        "says that {given_by} gave it; transaction {number}, which brought it in, had it from elsewhere",
    ),
    # An entry of former days that was booked elsewhere is put right by its reversal and the next sweep.
    Check(
        "expired_elsewhere",
        9,
        "What expired went back to its giver, or to BREAKAGE if it was paid for",
        "transaction",
        "SELECT DISTINCT t.number AS id, a.number AS account, t.counter_account, l.given_by FROM ledger_transaction t "
        "JOIN ledger_account a ON a.id = t.account_id JOIN ledger_lotuse u ON u.transaction_id = t.id "
        f"JOIN ledger_lot l ON l.id = u.lot_id WHERE t.type = 'EXPIRE' AND t.counter_account <> {_EXPIRES_TO} "
        "AND NOT EXISTS (SELECT 1 FROM ledger_transaction r WHERE r.reverses_id = t.id)",
        "expired to {counter_account} what {given_by} gave",
    ),
)
