"""The database's own rules of what was done; `ledger.triggers` puts them up."""
