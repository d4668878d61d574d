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
)
