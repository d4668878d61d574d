"""The database's own rules of checkouts, orders and deductions; `ledger.triggers` puts them up."""
