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
    "ledger_cut": ("immutable", "no_truncate"),
    "ledger_cutbucket": ("immutable", "no_truncate"),
    "ledger_cutfigure": ("immutable", "no_truncate"),
    "ledger_cutseal": ("immutable", "no_truncate"),
    "ledger_booksclosing": ("immutable", "no_truncate"),
}

#: The histories that each cut seals row by row, and what of them. Entries and their lots are sealed by their dates.
SEALED = {
    "ledger_lotexpiry": (
        "lot_id", "before", "after", "note", "actor_kind", "actor_id", "actor_label", "door", "request_id",
        "created_at",
    ),
    "ledger_accountevent": (
        "account_id", "from_status", "to_status", "why", "actor_kind", "actor_id", "actor_label", "door", "request_id",
        "created_at",
    ),
}  # fmt: skip

#: The rules that tables of several apps have alike, by the files that say them.
ALIKE = {
    "metadata": {"of": "ledger_transaction", "members": "ledger_transactionmetadatum", "row": "transaction"},
    "words": {"of": "ledger_customer", "words": "ledger_customerword", "row": "customer"},
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "ledger_transaction": {"reference": "named", "note": "text", "details": "metadata"},
    "ledger_accountevent": {"why": "text"},
    "ledger_lotexpiry": {"note": "text"},
    "ledger_hold": {"reference": "named"},
}

#: What goes with the words of another row, and the column that names that row.
ERASED_WITH = {"ledger_transactionmetadatum": ("ledger_transaction", "transaction_id")}
