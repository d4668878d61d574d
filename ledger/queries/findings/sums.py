"""The check that what all accounts hold together is kept as it is."""

from ledger.queries.findings.checks import Check

_COLUMNS = "kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor"

CHECKS_OF_SUMS = (
    Check(
        "kept_sums",
        3,
        "What is kept of all accounts together is their sum",
        "accounts of kind",
        "SELECT kind AS id, currency, SUM(balance_minor) AS kept_minor, SUM(found_minor) AS found_minor, "
        "SUM(accounts) AS kept, SUM(found) AS found FROM ("
        f"SELECT {_COLUMNS}, 0 AS found_minor, 0 AS found, 0 AS found_with, 0 AS found_held "
        "FROM ledger_accountsum UNION ALL "
        f"SELECT {_COLUMNS}, 0, 0, 0, 0 FROM ledger_accountsumchange UNION ALL "
        "SELECT kind, currency, test_mode, 0, 0, 0, 0, balance_minor, 1, "
        "CASE WHEN balance_minor > 0 THEN 1 ELSE 0 END, held_minor FROM ledger_account) s "
        "GROUP BY kind, currency, test_mode HAVING SUM(balance_minor) <> SUM(found_minor) "
        "OR SUM(accounts) <> SUM(found) OR SUM(with_balance) <> SUM(found_with) OR SUM(held_minor) <> SUM(found_held)",
        "{currency}: {kept} with {kept_minor} are kept, {found} with {found_minor} are there: run migrate",
    ),
)
