"""Where the tables of the API hold no words about people who buy: `ledger.triggers.forgetting`."""

_PROGRAM = "about a program, as the shop has set it up"

NEVER = {
    "api_apiclient": {
        "name": _PROGRAM,
        "scopes": _PROGRAM,
        "rate": _PROGRAM,
        "miss_limit": _PROGRAM,
        "issue_limits": _PROGRAM,
        "issue_limits_per_day": _PROGRAM,
        "networks": _PROGRAM,
        "tenant": _PROGRAM,
    },
    "api_apikey": {"prefix": "drawn by the program", "hash": "a digest"},
    "api_clientuse": {"dialect": _PROGRAM, "last_address": "where a program came from last"},
    "api_idempotencyrecord": {
        "namespace": "a door of the program",
        "key": "a program's key: forgotten, it would pay a second time",
        "fingerprint": "a digest",
    },
}
