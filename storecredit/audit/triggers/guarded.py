"""What is refused on each table without conditions: what was done is told for ever."""

GUARDED = {
    "audit_activity": ("immutable", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "audit_activity": (
        "kind", "actor_kind", "actor_id", "actor_label", "actor_owner", "door", "request_id", "address",
        "subject_kind", "subject_id", "subject_label", "before", "after", "details", "created_at",
    ),
}  # fmt: skip
