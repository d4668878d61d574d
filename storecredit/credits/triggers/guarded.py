"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "credits_creditrequestvote": ("immutable", "no_truncate"),
    "credits_creditrequestevent": ("immutable", "no_truncate"),
    "credits_creditrequest": ("no_delete", "no_truncate"),
    "credits_creditrequestmetadatum": ("immutable", "no_truncate"),
    "credits_creditrequestbatch": ("no_delete",),
    "credits_clientperson": ("immutable", "no_truncate"),
    "credits_customerrequest": ("no_delete", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "credits_creditrequestevent": (
        "request_id", "kind", "from_status", "to_status", "version", "note", "person_id", "request_header_id",
        "actor_kind", "actor_id", "actor_label", "door", "created_at",
    ),
    "credits_creditrequestvote": ("request_id", "version", "person_id", "label", "door", "note", "created_at"),
}  # fmt: skip

#: The rules that tables of several apps have alike, by the files that say them.
ALIKE = {
    "metadata": {"of": "credits_creditrequest", "members": "credits_creditrequestmetadatum", "row": "request"},
    "words": {"of": "credits_creditrequest", "words": "credits_creditrequestword", "row": "request"},
}
