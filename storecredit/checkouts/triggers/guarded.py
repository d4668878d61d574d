"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

from ledger.triggers.telling import Told, as_text, uuid_text, yes_or_no

_RULES = ("hold_minutes", "checkout_days", "callout_hold_hours", "webhook_tolerance_seconds")

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

#: What the vendor's events are believed by, and the rules of the checkout: told by the database, whoever changes them.
#: Of a secret it is told which key seals it, never what it is.
TOLD = {
    "checkouts_webhooksecret": Told(
        kind="SECRET_CHANGED",
        subject="checkouts.webhooksecret",
        id=uuid_text("id"),
        label="{row}.label",
        columns=("label", "cipher", "cipher_key", "test_mode", "waits", "retired_at", "retired_by"),
        members={
            "label": "{row}.label",
            "test_mode": yes_or_no("test_mode"),
            "waits": yes_or_no("waits"),
            "sealed_with": "{row}.cipher_key",
            "retired_at": as_text("retired_at"),
            "retired_by": "{row}.retired_by",
        },
    ),
    "checkouts_checkoutrules": Told(
        kind="SETTING_CHANGED",
        subject="checkouts.checkoutrules",
        id="{row}.id",
        label="'Rules of the checkout'",
        columns=_RULES,
        members={name: f"{{row}}.{name}" for name in _RULES},
    ),
}

#: While it is open, whoever buys may say and take back whom it bills; once it is over, that has its time.
CHANGEABLE = {
    "checkouts_checkout": "OLD.status = 'OPEN' OR OLD.updated_at < {a_day_ago}",
    "checkouts_source": "OLD.state IN ('CONSUMED', 'CANCELLED') AND OLD.created_at < {a_day_ago}",
}
