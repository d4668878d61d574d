"""Where activities hold no words about people who buy: `ledger.triggers.forgetting`."""

NEVER = {
    "audit_activity": {
        "actor_owner": "which colleague a program speaks for",
        "address": "where a colleague or a program came from, which is proof of what they did",
        "subject_kind": "a kind of thing",
        "subject_id": "a key",
    },
    "audit_erasure": {
        "table_name": "a table",
        "row_id": "a key",
        "row_name": "a key, or an entry's number",
        "digest_sealed": "a digest, which the seals need",
        "digest_left": "a digest, which the seals need",
    },
}
