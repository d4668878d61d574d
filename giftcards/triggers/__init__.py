"""The database's own rules of cards and their histories; `ledger.triggers` puts them up."""
