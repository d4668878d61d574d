"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "giftcards_cardevent": ("immutable", "no_truncate", "dated"),
    "giftcards_codesealing": ("immutable", "no_truncate"),
    "giftcards_giftcard": ("no_delete",),
    "giftcards_codedelivery": ("no_delete",),
    "giftcards_cardmetadatum": ("immutable", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "giftcards_cardevent": (
        "public_id", "card_id", "kind", "transaction_id", "amount_minor", "balance_after_minor", "sold_after_minor",
        "redeemed_after_minor", "state_after", "reason_id", "note", "reference", "details", "tells_card", "code_digest",
        "valid_from", "expires_on", "time_zone", "expires_at", "lives_again", "must_redeem_whole", "reloadable",
        "customer_id", "customer_only", "recipient_name", "recipient_email", "replaced_by_id", "actor_kind", "actor_id",
        "actor_label", "door", "request_id", "created_at",
    ),
}  # fmt: skip

#: The rules that tables of several apps have alike, by the files that say them.
ALIKE = {
    "metadata": {"of": "giftcards_giftcard", "members": "giftcards_cardmetadatum", "row": "card"},
    "words": {"of": "giftcards_giftcard", "words": "giftcards_cardword", "row": "card"},
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "giftcards_cardevent": {
        "note": "text",
        "reference": "named",
        "details": "json",
        "recipient_name": "blank",
        "recipient_email": "blank",
    },
    "giftcards_giftcard": {
        "recipient_name": "blank",
        "recipient_email": "blank",
        "sale_id": "named",
        "user_label": "named",
        "metadata": "null",
    },
}

#: What goes with the words of another row, and the column that names that row.
ERASED_WITH = {"giftcards_cardmetadatum": ("giftcards_giftcard", "card_id")}
