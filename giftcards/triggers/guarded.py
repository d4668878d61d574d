"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "giftcards_cardevent": ("immutable", "no_truncate"),
    "giftcards_codesealing": ("immutable", "no_truncate"),
    "giftcards_giftcard": ("no_delete",),
    "giftcards_codedelivery": ("no_delete",),
    "giftcards_cardmetadatum": ("immutable", "no_truncate"),
}

#: The rules that tables of several apps have alike, by the files that say them.
ALIKE = {
    "metadata": {"of": "giftcards_giftcard", "members": "giftcards_cardmetadatum", "row": "card"},
    "words": {"of": "giftcards_giftcard", "words": "giftcards_cardword", "row": "card"},
}
