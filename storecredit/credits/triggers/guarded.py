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

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "credits_creditrequest": {"note": "text", "attributes": "json", "terms": "json", "metadata": "null"},
    "credits_creditrequestevent": {"note": "text"},
    "credits_creditrequestvote": {"note": "text"},
    "credits_customerrequest": {"note": "text", "decision_note": "text"},
}

#: What goes with the words of another row, and the column that names that row.
ERASED_WITH = {"credits_creditrequestmetadatum": ("credits_creditrequest", "request_id")}
