"""Where credit requests hold no words about people who buy, and what is forgotten: `ledger.triggers.forgetting`."""

_STAFF = "which colleague or program acted, which is told for ever"
_DIGEST = "a digest"
_SHOP = "the shop's own word for a part of it"

_FOLDED = "what a request is found by, made of its order and of who asked for it"
FOLLOWING = {"credits_creditrequest": {"folded": _FOLDED}, "credits_creditrequestword": {"word": _FOLDED}}

NEVER = {
    "credits_approvalpolicy": {"code": _SHOP},
    "credits_creditrequest": {
        "tenant": _SHOP,
        "channel": _SHOP,
        "policy_code": _SHOP,
        "amounts": "amounts",
        "number_digest": _DIGEST,
        "number_cipher": "a number of a card, sealed, until it is decided",
        "number_key": "which of the shop's keys sealed it",
        "number_last_four": "the end of a number of a card",
        "requested_label": _STAFF,
        "decided_label": _STAFF,
    },
    "credits_creditrequestbatch": {"file_digest": _DIGEST, "totals": "amounts", "digest": _DIGEST},
    "credits_creditrequestevent": {"request_header_id": "a program's name for one request, as its log has it"},
    "credits_creditrequestmetadatum": {"digest": "a digest, which goes with its request's metadata"},
    "credits_creditrequestvote": {"label": _STAFF},
    "credits_moneyapproval": {"label": _STAFF},
    "credits_customerrequest": {
        "requested_label": _STAFF,
        "decided_label": _STAFF,
        "undone_label": _STAFF,
        "result": "keys of what moved",
    },
}
