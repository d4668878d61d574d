"""What is refused on each table without conditions: a journal that has left the house stays what it was."""

GUARDED = {
    "finance_journalexport": ("immutable", "no_truncate"),
    "finance_journalline": ("immutable", "no_truncate"),
    "finance_period": ("no_delete", "no_truncate"),
    "finance_periodfigure": ("immutable", "no_truncate"),
    "finance_periodevent": ("immutable", "no_truncate"),
    "finance_correction": ("no_delete", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "finance_periodevent": (
        "period_id", "kind", "person_id", "note", "actor_kind", "actor_id", "actor_label", "door", "request_id",
        "created_at",
    ),
}  # fmt: skip
