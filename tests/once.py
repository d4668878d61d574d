"""
On which database `make test` runs a file of tests.

- What asks no database, who is let in where, and what starts programs of its own: on SQLite, the quicker (ON_SQLITE).
- How many statements something costs: on PostgreSQL, as in production (ON_POSTGRESQL).
- What the database decides: on both (BOTH). The books and their rules, triggers, locks, races, searches, sums, lists
  that go on, files that are taken in, texts and numbers at their limits, migrations. So is, wherever it is, a test that
  goes round the program, or names what does in its file: SQL of its own, what the database itself refuses, threads that
  meet.
- All the rest moves through pages, the API and the domains' verbs what is tried on both already. It is run once, and
  takes turns: by the checksum of its path, of three files one on PostgreSQL and two on SQLite. So both databases see
  every room, and a new file has its place without being named.

A test that bears a mark of one database is run there, wherever the rest of its file is. `make test-both` runs all on
both, as before a release; a plain `pytest` runs what it is given on the database it is given.
"""

import ast
import re
from collections.abc import Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from zlib import crc32

SQLITE, POSTGRESQL = "once_on_sqlite", "once_on_postgresql"

#: By folder the files, without their `test_`. The first of the three that names a file has it.
ON_SQLITE = {
    "tests/api": "bodies commands fields generics json_text keys networks openapi owners pages rates requests wsgi",
    "tests/backoffice": (
        "adding_once amounts_on_buttons api_clients back_and_reload editing error_pages export_rights "
        "gone_currency intents languages money_buttons numbers page_parts page_words people permissions "
        "reasons_by_use reconciliations refused_buttons roles shipped_words signed_out steps undoing_moves"
    ),
    "tests/backoffice/cards": "card_permissions card_steps codes demo_cards receipts refunds sending",
    "tests/backoffice/checkouts": "checkout_permissions event_pages",
    "tests/backoffice/credits": (
        "asking batch_pages limit_forms request_pages request_permissions who_can_approve"
    ),
    "tests/backoffice/imports": "import_pages imports",
    "tests/backoffice/signing_in": "*",
    "tests/backoffice/walk": "*",
    "tests/browser": "*",
    "tests/checkouts": "signatures splitting spoilt_events",
    "tests/dialects": "guessing issue_limits",
    "tests/dialects/*": "answers creating examples four_eyes headers integrating requests revealing sources",
    "tests/dialects/digital_river": "callout checkouts limits orders seed webhook",
    "tests/dialects/fabric": "seed status",
    "tests/dialects/glu": "accounts",
    "tests/dialects/lightspeed": "transactions",
    "tests/dialects/tiquo": "seed store_credit",
    "tests/finance": "journal_layouts",
    "tests/giftcards": "spellings",
    "tests/giftcards/commands": "foreign_cards",
    "tests/integrators": "*",
    "tests/ledger": "money refusals spreadsheet",
    "tests/ledger/commands": "foreign_customers",
    "tests/project": (
        "arrivals doors everything factories image imports launch locks logins logs once proxy ruined_files "
        "secrets server settings slow_clients static_files translations"
    ),
}  # fmt: skip
ON_POSTGRESQL = {"tests/backoffice/notices": "much_waiting", "tests/dialects/*": "budgets"}
BOTH = {
    "tests/api": "*",
    "tests/audit": "*",
    "tests/backoffice": (
        "days_out_of_range double_click finance_pages list_columns list_pages list_questions schema search "
        "statements transaction_filters turnover"
    ),
    "tests/backoffice/activity": "activity_page every_action what_no_program_writes",
    "tests/backoffice/cards": "card_list",
    "tests/backoffice/imports": "load",
    "tests/backoffice/privacy": "*",
    "tests/checkouts": "commands findings rules state_machine",
    "tests/checkouts/commands": "*",
    "tests/credits": (
        "crashes customer_links finding_requests findings limits merging merging_in_any_order merging_amid_more "
        "row_rules rules undoing_what_expired"
    ),
    "tests/credits/commands": "*",
    "tests/dialects": "any_door days_out_of_range fuzz metadata",
    "tests/dialects/*": "balances customers fuzz lists long_histories look_ups order_lists",
    "tests/dialects/reports": "*",
    "tests/faults": "*",
    "tests/finance": "*",
    "tests/giftcards": (
        "bulk_load custody finding_cards findings locks one_expiry rules silent_changes spent_so_far "
        "state_machine"
    ),
    "tests/giftcards/commands": "*",
    "tests/ledger*": "*",
    "tests/plans": "*",
    "tests/project": "*",
    "tests/races": "*",
    "tests/upgrades": "*",
}  # fmt: skip
ROUND_THE_PROGRAM = re.compile(r"\.cursor\(|\bIntegrityError\b|\bDatabaseError\b|\btriggers_off\(|\btogether\(|\.raw\(")
_WORD = re.compile(r"\w+")
#: Where something does, and the database is not what is tried.
ALTHOUGH = {
    "tests/backoffice/test_intents.py": "an intent is made unspent, which no page does",
    "tests/dialects/lightspeed/test_budgets.py": "a long history is counted before it is read",
    "tests/project/test_slow_clients.py": "the server's own threads are kept busy",
}
TABLES: Mapping[str | None, Mapping[str, str]] = {SQLITE: ON_SQLITE, POSTGRESQL: ON_POSTGRESQL, None: BOTH}
#: What a test may bear already that keeps each of the above from it: with both it would be run nowhere.
STRONGER = {SQLITE: ("postgresql", POSTGRESQL), POSTGRESQL: ("sqlite", SQLITE)}
ROOT = Path(__file__).resolve().parent.parent
#: Set by `make test` to the mark whose files a run need not even read; not by a plain `pytest`.
ELSEWHERE = "TESTS_RUN_ELSEWHERE"


@cache
def find_mark(file: str, test: str | None = None) -> str | None:
    """
    The mark of a test in a file, by its path in the project; None for one that is run on both databases.

    :param test: its name; without one, the mark of all tests in the file, None if any of them is run on both.
    """
    mark = _find_place(file)
    if mark is None or file in ALTHOUGH:
        return mark
    going_round = find_going_round(_read(file))
    return None if (going_round if test is None else test in going_round) else mark


@cache
def find_going_round(text: str) -> frozenset[str]:
    """What of a file goes round the program, by its name in the file: itself, or by something else that it names."""
    parts: dict[str, str] = {}
    for node in ast.parse(text).body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            decorators = [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
            lines = text.splitlines()[min([node.lineno, *decorators]) - 1 : node.end_lineno]
            parts |= dict.fromkeys(_named_by(node), "\n".join(lines))
    found = {name for name, lines in parts.items() if ROUND_THE_PROGRAM.search(lines)}
    while more := {name for name, lines in parts.items() if found & set(_WORD.findall(lines))} - found:
        found |= more
    # What is asked for by all, and not by its name.
    return frozenset(parts if any("autouse=True" in parts[name] for name in found) else found)


def _named_by(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.ClassDef):
        return [node.name, *(part.name for part in node.body if isinstance(part, ast.FunctionDef))]
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]


def has_nothing_for(file: str, elsewhere: str) -> bool:
    """Whether no test of a file is run on this database, its whole being run elsewhere by the mark that says so."""
    if find_mark(file) != elsewhere:
        return False
    return not any(f"mark.{mark}" in _read(file) for mark in STRONGER[elsewhere])


def _find_place(file: str) -> str | None:
    folder, _, name = file.rpartition("/")
    for mark, places in TABLES.items():
        for place, names in places.items():
            if fnmatch(folder, place) and any(fnmatch(name, f"test_{wanted}.py") for wanted in names.split()):
                return mark
    return SQLITE if crc32(file.encode()) % 3 else POSTGRESQL


@cache
def _read(file: str) -> str:
    path = ROOT / file
    return path.read_text(encoding="utf-8") if path.exists() else ""
