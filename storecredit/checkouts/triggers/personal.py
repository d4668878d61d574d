"""Where checkouts hold no words about people who buy: `ledger.triggers.forgetting`."""

_STAFF = "which colleague acted, which is told for ever"
_VENDOR = "the vendor's own name for it, by which it is not taken twice"

NEVER = {
    "checkouts_callouthold": {"client_id": _VENDOR, "session_id": _VENDOR, "released_by": _STAFF},
    "checkouts_checkoutitem": {"sku_id": "the shop's number of an article"},
    "checkouts_creditdeduction": {"source_id": _VENDOR, "resolved_by": _STAFF},
    "checkouts_order": {"id": "drawn by the program"},
    "checkouts_source": {"cancelled_by": _STAFF},
    "checkouts_unreturnedcredit": {"resolved_by": _STAFF},
    "checkouts_vendorgiveback": {"source_id": _VENDOR, "key": _VENDOR, "asked": "an amount"},
    "checkouts_vendororder": {"order_id": _VENDOR},
    "checkouts_webhookevent": {"event_id": _VENDOR, "type": "a kind of event", "order_id": _VENDOR},
    "checkouts_webhooksecret": {
        "label": "the shop's own word for it",
        "cipher": "a secret, sealed",
        "cipher_key": "which of the shop's keys sealed it",
        "retired_by": _STAFF,
    },
}
