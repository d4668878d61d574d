"""Where cards hold no words about people who buy, and what is forgotten: `ledger.triggers.forgetting`."""

from ledger.triggers.erasing import ERASED
from ledger.triggers.forgetting import Forgotten

_DIGEST = "a digest"
_SEALED = "a code, sealed"
_KEY = "which of the shop's keys sealed it"
_STAFF = "which colleague acted, which is told for ever"

FORGOTTEN = {
    "giftcards_codedelivery": (Forgotten({"address": "", "failure": ""}, is_whole=True),),
    "giftcards_cardbatch": (
        Forgotten({"name": f"{ERASED} {{id}}"}),
        Forgotten({"rejected_because": ERASED}),
    ),
}

_FOLDED = "what a card is found by, made of its recipient"
FOLLOWING = {"giftcards_giftcard": {"folded": _FOLDED}, "giftcards_cardword": {"word": _FOLDED}}

NEVER = {
    "giftcards_cardbatch": {"created_by": _STAFF, "codes_taken_by": _STAFF},
    "giftcards_cardevent": {"code_digest": _DIGEST},
    "giftcards_cardmetadatum": {"digest": "a digest, which goes with its card's metadata"},
    "giftcards_codedelivery": {"language": "a code of a language"},
    "giftcards_codesealing": {
        "digest_before": _DIGEST,
        "code_key": _KEY,
        "code_digest": _DIGEST,
        "code_cipher": _SEALED,
    },
    "giftcards_giftcard": {
        "code_digest": _DIGEST,
        "code_cipher": _SEALED,
        "code_key": _KEY,
        "last_four": "the end of a code",
    },
}
