"""docs/who-may-what.md: what each role sees and does on which page. `make role-table` writes it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import resolve
from django.utils.translation import override

from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.walk.guards import EVERYBODY, NOBODY, Right, guard_of
from tests.backoffice.walk.pages import list_patterns

FILE: Final = Path(settings.BASE_DIR) / "docs" / "who-may-what.md"
_HEAD = """\
# Who may what

What each role that the shop is shipped with sees and does in the admin, page by page, and the right that it takes. A
dot is a yes; what stands in no table is done by nobody. Of two rights with *and* both are needed, of two with *or* one.
Whoever gives a role another right does with it what its rows say; a superuser has every right.

Nobody comes to any of these pages without the second factor, but to set one up. Opening a page changes nothing: at
most it is written down that a file or a paper left by it. Steps that raise what somebody may do wait for a second
administrator, whatever their right ([how](decisions/roles.md)), and limits bound the amounts of others.

`make role-table` writes this file, from the rights that `tests/backoffice/walk/guards.py` names for each address. The
tests beside it ask each address as each role, and fail where one is open to more or to fewer than is said here.

## What is everybody's

The overview, which shows what one may see, and the search, which finds it; one's own language and time zone, notices,
password, sign-in and security, and what one may do oneself.
"""
#: What is done by pages that many kinds of rows have, in words.
_WORDS: Final = {
    "changelist": "See the list and its rows",
    "add": "Add",
    "edit": "Edit",
    "change": "Edit",
    "delete": "Delete",
    "export": "Take the list out as a file",
    "mine": "See one's own requests",
    "mine_export": "Take one's own requests out as a file",
    "comment": "Comment",
    "withdraw": "Withdraw comments of others; everybody withdraws their own",
    "statement": "Print a statement",
    "receipt": "Print a receipt",
    "find": "Find by a whole code",
    "save_filter": "Keep a filter for oneself",
    "make": "Make the cards of a planned batch",
    "issue_first": "Issue store credit to whoever has no account",
    "prove": "Prove the books",
    "file": "Take a journal out as a file",
    "errors": "Take the errors of an import out as a file",
    "result": "Take the result of an import out as a file",
    "start": "Import a file; each kind of file has a right of its own",
    "reject": "Reject a colleague's file, or go on with one that stands still; by the right of its kind",
}
#: Parts of what another row says.
_PARTS: Final = frozenset(
    {
        "history",
        "delete_filter",
        "piece",
        "columns",
        "again",
        "slice",
        "drop",
        "carry-on",
        "stop",
        "app_list",
        "autocomplete",
        "view_on_site",
    }
)
_PAGES: Final = {
    "rights": "Rights: who has which, and why",
    "finance": "What is owed, with the entries behind it",
    "finance_breakage": "Breakage",
    "finance_holders": "Who is owed",
}


def write_table() -> str:
    """The whole file."""
    with override("en"):
        sections = [_section(title, models) for title, models in _list_areas()]
    return _HEAD + "".join(sections)


def _list_areas() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The areas of the menu, each with its pages: title and name of the view."""
    asked = RequestFactory().get("/admin/")
    asked.user = AnonymousUser()
    menu: Any = settings.UNFOLD["SIDEBAR"]["navigation"]
    for area in menu(asked):
        items = [(str(item["title"]), resolve(str(item["link"])).view_name) for item in area["items"]]
        if area.get("title"):
            yield str(area["title"]), items


def _section(title: str, pages: list[tuple[str, str]]) -> str:
    rows = [row for name, view in pages for row in _rows(name, view)]
    head = f"| Page | What | Right | {' | '.join(ROLES)} |\n|---|---|---|{':-:|' * len(ROLES)}\n"
    return f"\n## {title}\n\n{head}{''.join(rows)}"


def _rows(title: str, view: str) -> Iterator[str]:
    short = view.removeprefix("admin:")
    if not short.endswith("_changelist"):
        if short.endswith("_mine"):
            return
        guard = guard_of(view)
        assert guard
        yield _row(title, "See", guard.see)
        return
    start = short.removesuffix("changelist")
    names = {name.removeprefix("admin:") for name, _route in list_patterns()}
    slugs = [name.removeprefix(start) for name in sorted(names) if name.startswith(start)]
    for slug in sorted(slugs, key=lambda slug: (slug != "changelist", slug)):
        guard = guard_of(f"admin:{start}{slug}")
        assert guard
        right = guard.see if slug in {"changelist", "mine"} else guard.act if guard.act != NOBODY else guard.see
        if slug in _PARTS or right == NOBODY or (slug == "change" and guard.act == NOBODY):
            continue
        yield _row(title, _words(start, slug), right)


def _words(start: str, slug: str) -> str:
    model_admin: Any = next(
        each for model, each in admin.site._registry.items()
        if start == f"{model._meta.app_label}_{model._meta.model_name}_"
    )  # fmt: skip
    for step in (*getattr(model_admin, "steps", ()), *getattr(model_admin, "bulk_pages", ())):
        if step.slug == slug:
            label = str(step.label).rstrip("…")
            return f"{label}, of many at once" if slug.endswith("-many") else label
    return _WORDS[slug]


def _row(title: str, what: str, right: Right) -> str:
    ticks = ["•" if right.is_held(permissions) else "" for permissions in ROLES.values()]
    return f"| {title} | {what} | {_text_of(right)} | {' | '.join(ticks)} |\n"


def _text_of(right: Right) -> str:
    if right == EVERYBODY:
        return ""
    ways = sorted(" and ".join(f"`{each}`" for each in sorted(way)) for way in right.ways)
    return " or ".join(ways)


if __name__ == "__main__":
    FILE.write_text(write_table(), encoding="utf-8")
