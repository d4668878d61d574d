"""The database's own rules of this app's tables; `ledger.triggers` puts them up."""
