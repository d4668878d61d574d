"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "ledger_transaction": ("immutable", "no_truncate"),
    "ledger_transactionmetadatum": ("immutable", "no_truncate"),
    "ledger_lotuse": ("immutable", "no_truncate"),
    "ledger_accountevent": ("immutable", "no_truncate"),
    "ledger_lot": ("no_delete",),
    "ledger_lotexpiry": ("immutable", "no_truncate"),
    "ledger_hold": ("no_delete",),
    "ledger_holdlot": ("no_truncate",),
    "ledger_staffintent": ("no_truncate",),
}

#: The rules that tables of several apps have alike, by the files that say them.
ALIKE = {
    "metadata": {"of": "ledger_transaction", "members": "ledger_transactionmetadatum", "row": "transaction"},
    "words": {"of": "ledger_customer", "words": "ledger_customerword", "row": "customer"},
}
