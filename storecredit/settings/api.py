"""The settings of the HTTP API and of its description."""

from typing import Any

# Which dialect words the answers below the beginning of a path, in which `*` stands for any segment: the first one that
# fits; the plain one words all others.
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
    "sources": _DIGITAL_RIVER,
    "checkouts": _DIGITAL_RIVER,
    "fulfillments": _DIGITAL_RIVER,
    "refunds": _DIGITAL_RIVER,
    "webhooks": _DIGITAL_RIVER,
    "orders/*/cancel": _DIGITAL_RIVER,
    "orders/actions": _FABRIC,
    "orders/*/actions": _FABRIC,
    "orders/*/*/actions": _FABRIC,
    "orders/order-id/*": _FABRIC,
    "orders/order-number/*": _FABRIC,
    "orders/order-external-id/*": _FABRIC,
    "orders": _DIGITAL_RIVER,
    "reports": "storecredit.dialects.reports.errors.Reports",
}
# One for each dialect, in the order of the README's table, under the title that the dialect has.
TAGS = [
    {
        "name": "Customer store credit",
        "description": "After the store credit of customers in **tiquo**'s Admin API. A customer has one balance in "
        "each currency; credit is added to it and, ours, spent from it. A customer is named by their "
        "number (`CUST-000001`) or their document id. Amounts are JSON numbers in major units; each "
        "answer is `{success, data, timestamp}`. Whatever moves money needs an `Idempotency-Key`.",
    },
    {
        "name": "Stored credit accounts",
        "description": "After the stored credit accounts of **glu**, in which every change of a balance is an event. "
        "Gift cards and customers' store credit are both accounts with a code. Amounts are integers in "
        "the currency's minor unit (`100` is 1.00 USD); objects name each other by address; errors are "
        "problem details (RFC 9457).",
    },
    {
        "name": "Gift cards",
        "description": "After the gift cards of **Lightspeed**'s point of sale (X-Series). A card is made, redeemed, "
        "reloaded and voided by its number; a redemption can be reversed. Amounts are strings with the "
        "currency's decimals, negative where they take; answers are wrapped in `data`. A transaction's "
        "`client_id` keeps it from being booked twice.",
    },
    {
        "name": "Store credit as a payment source",
        "description": "After the checkouts of **Digital River**, which sells in a merchant's name. Store credit is a "
        "source of the type `customerCredit`: attached to a checkout its amount is set aside, and it is "
        "taken when the order is accepted. Refunds go to the card first and to the credit for what is "
        "left. The vendor's own events and its question whether an account can pay are taken, too. "
        "Amounts are JSON numbers in major units.",
    },
    {
        "name": "Credits on orders",
        "description": "After the order service of **fabric**, a commerce platform. A credit is asked for on an order, "
        "which is a reference and no record here; another person, or a policy, decides on it, and a "
        "confirmed one is paid out in the same moment. Every action is a POST and needs the headers "
        "`x-fabric-tenant-id` and `x-fabric-channel-id`. Amounts are JSON numbers in major units.",
    },
    {
        "name": "Reports",
        "description": "The product's own: what is owed, what moved it, how old it is, the journal, and the cuts up to "
        "which time is closed. All of them are read from cuts, so a report of a past one never changes; its `ETag` may "
        "be sent back. `Accept: text/csv` gives the lines as CSV. Amounts are strings in major units and, as "
        "`…_minor`, whole numbers of minor ones. Test money is in no figure: a test key gets reports without lines.",
    },
]
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "storecredit.api.exceptions.handle_exception",
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    # What an answer comes as is said by Accept alone.
    "URL_FORMAT_OVERRIDE": None,
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
    "VERSION": "1.1.0",
    # Relative to the description's own address, which is the server's whatever its name is.
    "SERVERS": [{"url": "/", "description": "This server."}],
    "CONTACT": {"name": "Whoever gave you your API key: it names the client that is yours."},
    "LICENSE": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
    "TAGS": TAGS,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "SORT_OPERATION_PARAMETERS": False,
    "DEFAULT_GENERATOR_CLASS": "storecredit.api.schema.DialectGenerator",
    # None of the package's own: they would take choices out of the schemas and give them names of their own.
    "POSTPROCESSING_HOOKS": ["storecredit.api.error_codes.describe_error_codes"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
