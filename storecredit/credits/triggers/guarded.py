"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "credits_creditrequestvote": ("immutable", "no_truncate"),
    "credits_creditrequestevent": ("immutable", "no_truncate"),
    "credits_creditrequest": ("no_delete", "no_truncate"),
    "credits_creditrequestmetadatum": ("immutable", "no_truncate"),
    "credits_creditrequestbatch": ("no_delete",),
    "credits_clientperson": ("immutable", "no_truncate"),
}

#: The rules that tables of several apps have alike, by the files that say them.
ALIKE = {
    "metadata": {"of": "credits_creditrequest", "members": "credits_creditrequestmetadatum", "row": "request"},
    "words": {"of": "credits_creditrequest", "words": "credits_creditrequestword", "row": "request"},
}
