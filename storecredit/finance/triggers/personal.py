"""Where finance holds no words about people who buy: `ledger.triggers.forgetting`."""

_STAFF = "which colleague acted, which is told for ever"
_SHOP = "the shop's own account"
_BUCKET = "what a line of the journal adds up"

NEVER = {
    "finance_correction": {"asked_label": _STAFF, "decided_label": _STAFF},
    "finance_generalledgeraccount": {
        "code": _SHOP,
        "name": _SHOP,
        "datev_code": _SHOP,
        "quickbooks_name": _SHOP,
        "xero_code": _SHOP,
    },
    "finance_journalexport": {"digest": "a digest", "accounts": _SHOP},
    "finance_journalline": {
        "debit": _SHOP,
        "credit": _SHOP,
        "counter_account": _BUCKET,
        "kind": _BUCKET,
        "funding": _BUCKET,
        "type": _BUCKET,
        "reason": _BUCKET,
        "cohort": _BUCKET,
        "corrects": _BUCKET,
    },
    "finance_reconciliationfinding": {
        "fingerprint": "a digest",
        "code": "a check of the program",
        "subject_kind": "a kind of thing",
        "account_number": "an account, as drawn by the program",
    },
    "finance_reconciliationrun": {"digest": "a digest", "counts": "numbers", "totals": "amounts"},
}
