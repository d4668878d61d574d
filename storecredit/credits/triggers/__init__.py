"""The database's own rules of credit requests and their histories; `ledger.triggers` puts them up."""
