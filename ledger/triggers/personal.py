"""Where the books hold no words about people who buy, and what is forgotten: `ledger.triggers.forgetting`."""

from ledger.triggers.forgetting import Forgotten

_DRAWN = "drawn by the program"
_DIGEST = "a digest"
_OF_KINDS = "words that the program has for kinds of things"

FORGOTTEN = {
    "ledger_staffintent": (
        Forgotten({"data": ""}, is_deleted=True, where="spent_at IS NULL", key="token"),
        # What it led to is told on the page of what was done for as long as that stands there; forgotten, it says so.
        Forgotten({"result": '{"erased": true}'}, where="spent_at IS NOT NULL", key="token"),
    ),
}

_OWN = "the customer's own row, which whoever makes them anonymous writes last"
_FOLDED = "what a row is found by, made of its words"
FOLLOWING = {
    "ledger_customer": {
        "number": "as the rest, but stays where it does not say who they are",
        "first_name": _OWN,
        "last_name": _OWN,
        "email": _OWN,
        "phone": _OWN,
        "folded": _FOLDED,
    },
    "ledger_customerword": {"word": _FOLDED},
}

NEVER = {
    "ledger_account": {"number": _DRAWN},
    "ledger_accountsum": {"kind": _OF_KINDS},
    "ledger_accountsumchange": {"kind": _OF_KINDS},
    "ledger_customer": {"document_id": _DRAWN},
    "ledger_cut": {"marks": "numbers of rows", "guards": _DIGEST},
    "ledger_cutseal": {
        "digest": _DIGEST,
        "previous_digest": _DIGEST,
        "public_key": "a key of the shop's",
        "signature": "made of a digest",
    },
    "ledger_hold": {
        "key": "a program's key: forgotten, it would set aside a second time",
        "closed_by": "which colleague or program acted, which is told for ever",
        "changed_id": "which colleague or program acted, which is told for ever",
    },
    "ledger_numberseries": {"name": _OF_KINDS},
    "ledger_reason": {
        "code": "the shop's own words for what it does",
        "label": "the shop's own words for what it does",
    },
    "ledger_staffintent": {
        "token": _DRAWN,
        "person": "the key of a colleague",
        "purpose": "a kind of step and the key of its object",
    },
    "ledger_transaction": {
        "document_id": _DRAWN,
        "key": "a program's key: forgotten, it would pay a second time",
    },
    "ledger_transactionmetadatum": {"digest": "a digest, which goes with its transaction's metadata"},
}
