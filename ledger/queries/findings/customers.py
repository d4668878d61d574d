"""What is wrong with customers, whom every account belongs to."""

from ledger.queries.findings.checks import Check

CHECKS_OF_CUSTOMERS = (
    Check(
        "customer_twins",
        10,
        "Each customer's number is one, whatever its capitals",
        "customer",
        "SELECT c.number AS id, o.number AS other FROM ledger_customer c "
        "JOIN ledger_customer o ON UPPER(o.number) = UPPER(c.number) AND NOT o.twin "
        "WHERE o.id <> c.id AND (c.twin OR o.id < c.id)",
        "has the number of customer {other} but for capitals: look-ups that do not spell it so find the other",
    ),
    Check(
        "merged_customers",
        10,
        "Who was merged into another points at somebody who is themself, and has no store credit that can move",
        "customer",
        "SELECT c.number AS id, o.number AS other FROM ledger_customer c "
        "JOIN ledger_customer o ON o.id = c.merged_into_id "
        "WHERE o.merged_into_id IS NOT NULL OR o.test_mode <> c.test_mode OR EXISTS ("
        "SELECT 1 FROM ledger_account a "
        "WHERE a.customer_id = c.id AND a.kind = 'STORE_CREDIT' AND a.status <> 'CLOSED')",
        "was merged into customer {other}, who is another's twin, of another mode, or has not got their accounts",
    ),
)
