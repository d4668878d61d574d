"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

GUARDED = {
    "checkouts_chargemovement": ("immutable", "no_truncate"),
    "checkouts_deductionmovement": ("immutable", "no_truncate"),
    "checkouts_fulfillment": ("immutable",),
    "checkouts_fulfillmentitem": ("immutable",),
    "checkouts_refund": ("immutable",),
    "checkouts_refunditem": ("immutable",),
    "checkouts_settlement": ("immutable", "no_truncate"),
    "checkouts_checkout": ("no_delete", "no_truncate"),
    "checkouts_source": ("no_delete", "no_truncate"),
    "checkouts_order": ("no_delete", "no_truncate"),
    "checkouts_charge": ("no_delete", "no_truncate"),
    "checkouts_creditdeduction": ("no_delete", "no_truncate"),
    "checkouts_vendororder": ("no_delete", "no_truncate"),
    "checkouts_vendorgiveback": ("no_delete", "no_truncate"),
    "checkouts_unreturnedcredit": ("no_delete", "no_truncate"),
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "checkouts_checkout": {"email": "blank", "bill_to": "null", "upstream_id": "named"},
    "checkouts_source": {"owner": "null", "details": "json", "upstream_id": "named", "cancelled_why": "text"},
    "checkouts_refund": {"reason": "text"},
    "checkouts_unreturnedcredit": {"reference": "named", "why": "text", "resolution": "text"},
    "checkouts_creditdeduction": {"upstream_id": "named", "why_short": "text", "resolution": "text"},
    "checkouts_settlement": {"resolution": "text"},
    "checkouts_callouthold": {"released_why": "text"},
    "checkouts_webhookevent": {"body": "bytes", "last_error": "text"},
}

#: While it is open, whoever buys may say and take back whom it bills; once it is over, that has its time.
CHANGEABLE = {
    "checkouts_checkout": "OLD.status = 'OPEN' OR OLD.updated_at < {a_day_ago}",
    "checkouts_source": "OLD.state IN ('CONSUMED', 'CANCELLED') AND OLD.created_at < {a_day_ago}",
}
