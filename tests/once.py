"""
What `make test` runs on one database alone.

On PostgreSQL, as in production: pages that search, sort and add up, what is done at the same moment, counts of
statements. On SQLite, which is quicker: who is let in where, how somebody signs in, forms and their steps, words and
shapes, what is wrong with requests and files, how the program is set up, and whatever asks no database. So are the
doors of what is tried below them on both: the answers of a dialect whose orders, cards and requests the domains' own
tests move. What is not named here is run on both: what writes, locks, searches, sorts and adds up, and what the
database itself refuses.
"""

from fnmatch import fnmatch
from functools import cache

#: By mark and folder the files, without their `test_`; the first that fits is taken.
ONCE = {
    "once_on_sqlite": {
        "tests/api": "*",
        "tests/backoffice": (
            "adding_once amounts_on_buttons api_clients back_and_reload editing error_pages export_rights "
            "gone_currency intents languages money_buttons numbers page_parts page_words people permissions "
            "reasons_by_use reconciliations roles shipped_words signed_out steps undoing_moves"
        ),
        "tests/backoffice/cards": "card_permissions card_steps codes demo_cards receipts refunds sending",
        "tests/backoffice/checkouts": "checkout_permissions event_pages secrets_and_rules",
        "tests/backoffice/credits": (
            "asking batch_pages limit_forms request_pages request_permissions who_can_approve"
        ),
        "tests/backoffice/imports": "import_pages imports",
        "tests/backoffice/signing_in": "*",
        "tests/backoffice/walk": "*",
        "tests/browser": "walk_by_role",
        "tests/checkouts": "signatures splitting spoilt_events",
        "tests/dialects": "guessing issue_limits",
        "tests/dialects/*": "answers creating examples four_eyes headers integrating requests revealing sources",
        "tests/dialects/digital_river": "callout checkouts limits orders seed webhook",
        "tests/dialects/fabric": "seed status",
        "tests/dialects/glu": "accounts",
        "tests/dialects/lightspeed": "transactions",
        "tests/dialects/tiquo": "seed store_credit",
        "tests/finance": "journal_layouts",
        "tests/giftcards": "codes spellings",
        "tests/giftcards/commands": "foreign_cards",
        "tests/integrators": "*",
        "tests/ledger": "days money refusals spreadsheet text",
        "tests/ledger/commands": "foreign_customers",
        "tests/project": (
            "arrivals doors everything factories image imports launch locks logins logs once proxy ruined_files "
            "secrets server settings static_files"
        ),
    },
    "once_on_postgresql": {
        "tests/backoffice*": "*",
        "tests/credits": "transitions",
        "tests/dialects": "metadata",
        "tests/dialects/*": "budgets",
        "tests/giftcards": "states",
    },
}  # fmt: skip
#: What a test may bear already that keeps each of the above from it: with both it would be run nowhere.
STRONGER = {"once_on_sqlite": ("postgresql", "once_on_postgresql"), "once_on_postgresql": ("sqlite", "once_on_sqlite")}


@cache
def find_mark(file: str) -> str | None:
    """The mark of all tests in a file, None for one that is run on both databases."""
    folder, _, name = file.rpartition("/")
    for mark, places in ONCE.items():
        for place, names in places.items():
            if fnmatch(folder, place) and any(fnmatch(name, f"test_{wanted}.py") for wanted in names.split()):
                return mark
    return None
