"""
How the two databases are spoken to. Both must keep the same promises: one writer per account at a time, nothing
committed that a power cut can take back, and rules that no statement can get round.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# `recursive_triggers` lets INSERT OR REPLACE fire the triggers that refuse a DELETE.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
)
SQLITE_BUSY_SECONDS = 20
# What a report waits for a replica that has vanished.
REPLICA_SECONDS = 2
# A statement is prepared on the server from its third use on: planning was half of the database's work.
PREPARE_THRESHOLD = 2
# A plan is kept as long as its connection, and one that was made while a table was small would read it whole for ever:
# in any shop's first hours, and wherever statistics are old. So no plan reads a table whole that has an index for what
# is asked. The planner notes the refusal as a cost, which would have it compile the statement.
BY_INDEX = "-c enable_seqscan=off -c jit=off"
#: The tables that grow with the shop. `migrate` tells PostgreSQL to look after them sooner than after others.
BIG_TABLES = (
    "api_idempotencyrecord",
    "audit_activity",
    "audit_erasure",
    "checkouts_callouthold",
    "checkouts_charge",
    "checkouts_chargemovement",
    "checkouts_checkout",
    "checkouts_checkoutitem",
    "checkouts_creditdeduction",
    "checkouts_deductionmovement",
    "checkouts_fulfillment",
    "checkouts_fulfillmentitem",
    "checkouts_order",
    "checkouts_refund",
    "checkouts_refunditem",
    "checkouts_settlement",
    "checkouts_source",
    "checkouts_unreturnedcredit",
    "checkouts_vendorgiveback",
    "checkouts_vendororder",
    "checkouts_webhookevent",
    "credits_creditrequest",
    "credits_creditrequestevent",
    "credits_creditrequestmetadatum",
    "credits_creditrequestvote",
    "credits_creditrequestword",
    "giftcards_cardevent",
    "giftcards_cardmetadatum",
    "giftcards_cardword",
    "giftcards_codedelivery",
    "giftcards_codesealing",
    "giftcards_giftcard",
    "ledger_account",
    "ledger_accountevent",
    "ledger_customer",
    "ledger_customerword",
    "ledger_cut",
    "ledger_cutfigure",
    "ledger_cutseal",
    "ledger_hold",
    "ledger_holdlot",
    "ledger_lot",
    "ledger_lotexpiry",
    "ledger_lotuse",
    "ledger_transaction",
    "ledger_transactionmetadatum",
)


def database(url: str) -> dict[str, Any]:
    """
    Turn a database URL into Django's settings for it.

    The query part of a PostgreSQL URL holds options of the connection, such as `?sslmode=verify-full`; and
    `?prepare_threshold=none` for a pooler between that cannot carry prepared statements, `?options=none` for one that
    refuses settings at connection. Other `options` are added to ours, and win over them.

    :raises ImproperlyConfigured: if the URL names another kind of database.
    """
    config: dict[str, Any] = environ.Env.db_url_config(url)
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith(".sqlite3"):
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_BUSY_SECONDS,
            "init_command": ";".join(SQLITE_PRAGMAS),
        }
    elif config["ENGINE"].endswith(".postgresql"):
        config["ENGINE"] = "storecredit.engines.postgresql"
        options |= {
            "server_side_binding": True,
            "prepare_threshold": _prepare_threshold(str(options.get("prepare_threshold", PREPARE_THRESHOLD))),
        }
        # Of two settings of one name the last counts.
        options["options"] = f"{BY_INDEX} {options.get('options', '')}".strip()
        if options["options"] == f"{BY_INDEX} none":
            del options["options"]
    else:
        raise ImproperlyConfigured("DATABASE_URL and REPLICA_URL take sqlite:/// and postgres:// addresses alone.")
    return config


def replica_database(url: str) -> dict[str, Any]:
    """
    The settings of a replica, which nobody waits for: where it does not answer, the primary tells.

    :raises ImproperlyConfigured: if the URL names another kind of database.
    """
    config = database(url) | {"TEST": {"MIRROR": "default"}}
    if config["ENGINE"].endswith(".postgresql"):
        config["OPTIONS"].setdefault("connect_timeout", REPLICA_SECONDS)
    return config


def make_folder_for(config: dict[str, Any]) -> None:
    """Make the folder of an SQLite file, which SQLite itself would not."""
    if config["ENGINE"].endswith(".sqlite3") and config["NAME"] != ":memory:":
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)


def _prepare_threshold(text: str) -> int | None:
    if text.lower() == "none":
        return None
    if not text.isdecimal():
        raise ImproperlyConfigured(f"prepare_threshold is a number of uses or 'none', not {text!r}.")
    return int(text)
