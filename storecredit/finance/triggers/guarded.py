"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "finance_journalexport": ("immutable", "no_truncate"),
    "finance_journalline": ("immutable", "no_truncate"),
    "finance_reconciliationrun": ("no_delete", "no_truncate"),
    "finance_reconciliationfinding": ("no_delete", "no_truncate"),
    "finance_findingsighting": ("immutable", "no_truncate"),
    "finance_findingevent": ("immutable", "no_truncate"),
    "finance_period": ("no_delete", "no_truncate"),
    "finance_periodfigure": ("immutable", "no_truncate"),
    "finance_periodevent": ("immutable", "no_truncate"),
    "finance_correction": ("no_delete", "no_truncate"),
    "finance_breakagerate": ("no_delete", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "finance_findingevent": (
        "finding_id", "from_state", "to_state", "note", "run_id", "correction_id", "actor_kind", "actor_id",
        "actor_label", "door", "request_id", "created_at",
    ),
    "finance_periodevent": (
        "period_id", "kind", "person_id", "note", "actor_kind", "actor_id", "actor_label", "door", "request_id",
        "created_at",
    ),
    "finance_periodevent with findings": ("open_findings",),
    "finance_journalline": (
        "export_id", "place", "day", "debit", "credit", "currency", "amount_minor", "counter_account", "kind",
        "funding", "type", "reason", "cohort", "corrects",
    ),
}  # fmt: skip

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "finance_correction": {"note": "text", "decision_note": "text"},
    "finance_reconciliationfinding": {"subject_id": "named", "source": "named", "message": "text", "facts": "json"},
    "finance_findingsighting": {"message": "text"},
    "finance_findingevent": {"note": "text"},
    # These speak of many, or of nobody.
    "finance_reconciliationrun": {"source": "named", "file_name": "named", "options": "emptied", "problem": "named"},
    "finance_periodevent": {"note": "named"},
    "finance_breakagerate": {"note": "named"},
}
