"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "giftcards_cardevent": ("immutable", "no_truncate"),
    "giftcards_codesealing": ("immutable", "no_truncate"),
    "giftcards_giftcard": ("no_delete",),
    "giftcards_cardmetadatum": ("immutable", "no_truncate"),
}
