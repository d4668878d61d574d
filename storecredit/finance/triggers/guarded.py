"""What is refused on each table without conditions: a journal that has left the house stays what it was."""

GUARDED = {
    "finance_journalexport": ("immutable", "no_truncate"),
    "finance_journalline": ("immutable", "no_truncate"),
}
