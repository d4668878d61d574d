"""The database's own rules of what finance has exported; `ledger.triggers` puts them up."""
