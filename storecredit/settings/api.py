"""The settings of the HTTP API and of its description."""

from typing import Any

# Which dialect words the answers below a first path segment, or below a longer beginning in which `*` stands for any
# segment; the plain one words all others.
_GLU = "storecredit.dialects.glu.errors.Glu"
_FABRIC = "storecredit.dialects.fabric.errors.Fabric"
_DIGITAL_RIVER = "storecredit.dialects.digital_river.errors.DigitalRiver"
API_DIALECTS = {
    "customers": "storecredit.dialects.tiquo.errors.Tiquo",
    "stored_credit_accounts": _GLU,
    "credit_accounts": _GLU,
    "balances": _GLU,
    "contacts": _GLU,
    "gift_cards/*/balances": _GLU,
    "gift_cards/*/redeem": _GLU,
    "gift_cards": "storecredit.dialects.lightspeed.errors.Lightspeed",
    "orders/order-id": _FABRIC,
    "orders/order-number": _FABRIC,
    "orders/order-external-id": _FABRIC,
    "orders/*/actions": _FABRIC,
    "sources": _DIGITAL_RIVER,
    "checkouts": _DIGITAL_RIVER,
    "orders": _DIGITAL_RIVER,
    "fulfillments": _DIGITAL_RIVER,
    "refunds": _DIGITAL_RIVER,
    "webhooks": _DIGITAL_RIVER,
}
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "storecredit.api.exceptions.handle_exception",
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    # Requests are made by API clients, not by users; the views of each dialect say how they are known.
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Store credit",
    "DESCRIPTION": (
        "Store credit over HTTP, at the paths and in the shapes of the documented API of each section. What is marked "
        "as ours goes beyond that document.\n\n"
        "**Bodies** are JSON objects, UTF-8, at most 64 KiB (1 MiB for checkouts and webhooks, and where credits are "
        "asked for). Types are never coerced and nothing is rounded; members that are not described are ignored.\n\n"
        "**Order of refusals**: 401, 403, 429, 404 for the object that the path names, 400 for header and body, then "
        "the idempotency key (replay or 409), then what the books refuse. Nothing was written when the answer is not "
        "2xx.\n\n"
        "**Test mode**: a test key sees and makes test objects alone, a live key live ones alone."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "SORT_OPERATION_PARAMETERS": False,
    "DEFAULT_GENERATOR_CLASS": "storecredit.api.schema.DialectGenerator",
    # None of them: they would take choices out of the schemas and give them names of their own.
    "POSTPROCESSING_HOOKS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, `sc_…`."},
            "header": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key, `sc_…`."},
            "bare": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "An API key, `sc_…`, without a scheme before it.",
            },
            "basic": {"type": "http", "scheme": "basic", "description": "Any user; an API key, `sc_…`, as password."},
            "signature": {
                "type": "apiKey",
                "in": "header",
                "name": "DigitalRiver-Signature",
                "description": '`t=<epoch s>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, with a webhook secret.',
            },
        }
    },
}
