"""What is refused on each table without conditions: what was done is told for ever."""

GUARDED = {
    "audit_activity": ("immutable", "no_truncate", "dated"),
    "audit_erasure": ("immutable", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "audit_activity": (
        "kind", "actor_kind", "actor_id", "actor_label", "actor_owner", "door", "request_id", "address",
        "subject_kind", "subject_id", "subject_label", "before", "after", "details", "created_at",
    ),
    "audit_erasure": ("table_name", "row_id", "row_name", "customer_id", "digest_sealed", "digest_left", "created_at"),
}  # fmt: skip

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "audit_activity": {"subject_label": "text", "before": "json", "after": "json", "details": "json"},
}

#: Where it is told what was done to a login: anybody can write a colleague's address on a customer.
OF_COLLEAGUES = {"audit_activity": ("subject_kind = 'auth.user'", ("subject_label", "before", "after"))}
