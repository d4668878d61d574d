"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

from ledger.triggers.telling import Told, as_text, yes_or_no

GUARDED = {
    "ledger_transaction": ("immutable", "no_truncate"),
    "ledger_transactionmetadatum": ("immutable", "no_truncate"),
    "ledger_lotuse": ("immutable", "no_truncate"),
    "ledger_accountevent": ("immutable", "no_truncate", "dated"),
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

_USES = ("needs_note", "needs_order", "for_giving", "for_taking", "for_reversing")

#: What entries are booked to, and the rules of the books: told by the database, whoever changes them.
TOLD = {
    "ledger_reason": Told(
        kind="SETTING_CHANGED",
        subject="ledger.reason",
        id="{row}.code",
        label="{row}.code || ' ' || {row}.label",
        columns=(
            "code", "label", "funding", "counter_account", "expires_in_days", *_USES, "general_ledger_code", "active",
        ),
        members={
            "code": "{row}.code",
            "label": "{row}.label",
            "funding": "{row}.funding",
            "counter_account": "{row}.counter_account",
            "expires_in_days": as_text("expires_in_days"),
            **{use: yes_or_no(use) for use in _USES},
            "general_ledger_code": "{row}.general_ledger_code",
            "active": yes_or_no("active"),
        },
    ),
    "ledger_bookrules": Told(
        kind="SETTING_CHANGED",
        subject="ledger.bookrules",
        id="{row}.id",
        label="'Rules of the books'",
        columns=("refund_life_days",),
        members={"refund_life_days": "{row}.refund_life_days"},
    ),
}  # fmt: skip
