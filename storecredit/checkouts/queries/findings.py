"""
What is wrong with checkouts, orders and deductions, row by row. As in the ledger, each check is one portable statement.
"""

from collections.abc import Callable, Collection, Iterator

from ledger.queries import Check, Finding, name_checks, run_checks

CHECKS = (
    Check(
        "order_credit",
        6,
        "Each order took the credit that its charges say",
        "order",
        "SELECT o.id, o.currency, s.says_minor, s.taken_minor - s.returned_minor AS kept_minor FROM checkouts_order o "
        "JOIN (SELECT c.order_id, SUM(c.amount_minor - c.cancelled_minor - c.refunded_minor) AS says_minor, "
        "SUM(-COALESCE(t.amount_minor, 0)) AS taken_minor, SUM(COALESCE((SELECT SUM(COALESCE(r.amount_minor, "
        "u.amount_minor, 0)) FROM checkouts_chargemovement m LEFT JOIN ledger_transaction r ON r.id = m.transaction_id "
        "LEFT JOIN checkouts_unreturnedcredit u ON u.id = m.unreturned_id "
        "WHERE m.charge_id = c.id AND m.kind <> 'CAPTURE'), 0)) AS returned_minor FROM checkouts_charge c "
        "JOIN checkouts_source q ON q.id = c.source_id LEFT JOIN ledger_transaction t ON t.id = c.transaction_id "
        "WHERE q.type = 'CUSTOMER_CREDIT' GROUP BY c.order_id) s ON s.order_id = o.id "
        "WHERE s.says_minor <> s.taken_minor - s.returned_minor",
        "kept {kept_minor} of credit; its charges say {says_minor}",
    ),
    Check(
        "charge_sums",
        6,
        "Each charge is the sum of its movements",
        "charge",
        "SELECT c.id, o.currency, c.captured_minor, c.cancelled_minor, c.refunded_minor FROM checkouts_charge c "
        "JOIN checkouts_order o ON o.id = c.order_id LEFT JOIN (SELECT charge_id, "
        "SUM(CASE WHEN kind = 'CAPTURE' THEN amount_minor ELSE 0 END) AS captured, "
        "SUM(CASE WHEN kind = 'CANCEL' THEN amount_minor ELSE 0 END) AS cancelled, "
        "SUM(CASE WHEN kind = 'REFUND' THEN amount_minor ELSE 0 END) AS refunded "
        "FROM checkouts_chargemovement GROUP BY charge_id) m ON m.charge_id = c.id "
        "WHERE c.captured_minor <> COALESCE(m.captured, 0) OR c.cancelled_minor <> COALESCE(m.cancelled, 0) "
        "OR c.refunded_minor <> COALESCE(m.refunded, 0)",
        "says {captured_minor} captured, {cancelled_minor} cancelled, {refunded_minor} refunded; its movements differ",
    ),
    Check(
        "order_charges",
        6,
        "Each order is paid in full, once",
        "order",
        "SELECT o.id, o.currency, o.total_minor, COALESCE(c.charged_minor, 0) AS charged_minor FROM checkouts_order o "
        "LEFT JOIN (SELECT order_id, SUM(amount_minor) AS charged_minor FROM checkouts_charge GROUP BY order_id) c "
        "ON c.order_id = o.id WHERE o.total_minor <> COALESCE(c.charged_minor, 0)",
        "costs {total_minor}; its charges are for {charged_minor}",
    ),
    Check(
        "consumed_source",
        3,
        "Each consumed line of credit has its entry",
        "source",
        "SELECT q.id, a.number AS account, q.currency, q.amount_minor FROM checkouts_source q "
        "JOIN ledger_account a ON a.id = q.account_id LEFT JOIN checkouts_charge c ON c.source_id = q.id "
        "LEFT JOIN ledger_transaction t ON t.id = c.transaction_id AND t.account_id = q.account_id "
        "AND t.type = 'REDEEM' AND t.amount_minor = -q.amount_minor AND t.reference = c.order_id "
        "WHERE q.type = 'CUSTOMER_CREDIT' AND q.state = 'CONSUMED' AND t.id IS NULL",
        "was consumed for {amount_minor}, and no transaction of its order took that",
    ),
    Check(
        "order_entry",
        3,
        "Each entry of an order has its charge",
        "transaction",
        "SELECT t.number AS id, a.number AS account FROM ledger_transaction t JOIN ledger_account a "
        "ON a.id = t.account_id LEFT JOIN checkouts_charge c ON c.transaction_id = t.id "
        "WHERE t.key LIKE 'order:%' AND t.type = 'REDEEM' AND c.id IS NULL",
        "was taken for an order that has no such charge",
    ),
    Check(
        "ended_checkout_hold",
        4,
        "No ended checkout holds credit",
        "hold",
        "SELECT h.id, a.number AS account, q.state, k.status FROM checkouts_source q "
        "JOIN ledger_hold h ON h.id = q.hold_id JOIN ledger_account a ON a.id = h.account_id "
        "JOIN checkouts_checkout k ON k.id = q.checkout_id "
        "WHERE h.status = 'OPEN' AND (q.state <> 'CHARGEABLE' OR k.status <> 'OPEN')",
        "is open; its source is {state} and its checkout {status}",
    ),
    Check(
        "deduction_entries",
        6,
        "Each deduction took and gave back what its entries say",
        "deduction",
        "SELECT d.id, a.number AS account, d.currency, d.taken_minor, d.given_back_minor "
        "FROM checkouts_creditdeduction d "
        "LEFT JOIN ledger_account a ON a.id = d.account_id LEFT JOIN (SELECT m.deduction_id, "
        "SUM(CASE WHEN m.kind = 'TAKE' THEN -t.amount_minor ELSE 0 END) AS taken, "
        "SUM(CASE WHEN m.kind = 'GIVE_BACK' THEN COALESCE(t.amount_minor, u.amount_minor) ELSE 0 END) AS given "
        "FROM checkouts_deductionmovement m LEFT JOIN ledger_transaction t ON t.id = m.transaction_id "
        "LEFT JOIN checkouts_unreturnedcredit u ON u.id = m.unreturned_id GROUP BY m.deduction_id) m "
        "ON m.deduction_id = d.id WHERE d.taken_minor <> COALESCE(m.taken, 0) "
        "OR d.given_back_minor <> COALESCE(m.given, 0)",
        "says {taken_minor} taken and {given_back_minor} given back; its entries differ",
    ),
    Check(
        "deduction_shortfall",
        6,
        "Each deduction tells what it could not take",
        "deduction",
        "SELECT d.id, a.number AS account, d.currency, d.asked_minor, d.taken_minor, d.shortfall_minor "
        "FROM checkouts_creditdeduction d LEFT JOIN ledger_account a ON a.id = d.account_id "
        "WHERE d.asked_minor <> d.taken_minor + d.shortfall_minor",
        "was to take {asked_minor}, took {taken_minor} and says {shortfall_minor} was short",
    ),
    Check(
        "short_secret",
        10,
        "Each webhook secret that works has 32 characters or more",
        "secret",
        "SELECT s.id, s.label FROM checkouts_webhooksecret s WHERE s.retired_at IS NULL AND LENGTH(s.cipher) < 60",
        "is shorter and works still: add another one as {label} and retire it",
    ),
    *(
        Check(
            f"{name}_settled",
            10,
            f"Each {name} that is settled says who settled it",
            name,
            f"SELECT d.id, a.number AS account, d.resolved_by FROM checkouts_{table} d "
            f"LEFT JOIN ledger_account a ON a.id = d.account_id LEFT JOIN checkouts_settlement s ON s.{column} = d.id "
            "WHERE d.resolved_at IS NOT NULL AND (s.id IS NULL OR s.created_at <> d.resolved_at "
            "OR s.actor_label <> d.resolved_by OR s.resolution <> d.resolution)",
            "was settled by {resolved_by}, and no line tells of it",
        )
        for name, table, column in (
            ("shortfall", "creditdeduction", "deduction_id"),
            ("unreturned", "unreturnedcredit", "unreturned_id"),
        )
    ),
    Check(
        "event_settled",
        10,
        "Each event that is settled says who settled it, and no other has a line that settles it",
        "event",
        "SELECT e.event_id AS id, e.event_id AS event, e.state FROM checkouts_webhookevent e "
        "LEFT JOIN checkouts_settlement s ON s.event_id = e.id WHERE (e.state = 'SETTLED') <> (s.id IS NOT NULL)",
        "is {state}, which its line of settlement does not tell",
    ),
)


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return name_checks("checkouts", CHECKS)


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """
    Everything that is wrong with the checkouts of one database, as of one moment.

    :param on_check: called after each check with its name and how much it found.
    :param only: the names of the checks that run; None: all.
    """
    yield from run_checks("checkouts", CHECKS, using=using, on_check=on_check, only=only)
