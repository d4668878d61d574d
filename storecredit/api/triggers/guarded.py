"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "api_idempotencyrecord": ("no_delete", "no_truncate"),
    "api_apikey": ("no_delete", "no_truncate"),
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "api_idempotencyrecord": {"answer": "answer"},
}
