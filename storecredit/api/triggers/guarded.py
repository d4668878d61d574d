"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

from ledger.triggers.telling import Told, as_text, yes_or_no

GUARDED = {
    "api_idempotencyrecord": ("no_delete", "no_truncate"),
    "api_apikey": ("no_delete", "no_truncate"),
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "api_idempotencyrecord": {"answer": "answer"},
}

#: What was answered has its time; the key and what was asked stand for ever.
CHANGEABLE = {"api_idempotencyrecord": "OLD.created_at < {a_day_ago}"}

#: What programs may do, who owns them, and by which keys they come in: told by the database itself.
TOLD = {
    "api_apiclient": Told(
        kind="CLIENT_CHANGED",
        subject="api.apiclient",
        id="{row}.id",
        label="{row}.name",
        columns=(
            "name", "owner_id", "scopes", "rate", "miss_limit", "issue_limits", "issue_limits_per_day", "tenant",
            "networks", "test_mode", "active",
        ),
        members={
            "name": "{row}.name",
            "owner": "(SELECT username FROM auth_user WHERE id = {row}.owner_id)",
            "scopes": as_text("scopes"),
            "rate": "{row}.rate",
            "miss_limit": "{row}.miss_limit",
            "issue_limits": as_text("issue_limits"),
            "issue_limits_per_day": as_text("issue_limits_per_day"),
            "tenant": "{row}.tenant",
            "networks": as_text("networks"),
            "test_mode": yes_or_no("test_mode"),
            "active": yes_or_no("active"),
        },
    ),
    "api_apikey": Told(
        kind="KEY_CHANGED",
        subject="api.apiclient",
        id="{row}.client_id",
        label="(SELECT name FROM api_apiclient WHERE id = {row}.client_id)",
        columns=("client_id", "prefix", "hash", "expires_at", "revoked_at"),
        members={
            "prefix": "{row}.prefix",
            "expires_at": as_text("expires_at"),
            "revoked_at": as_text("revoked_at"),
        },
    ),
}  # fmt: skip
