"""
Each role at every address of the admin, asked by GET and by POST, as it is in production.

What each may see and do there is said by `guards`, and the table of it, docs/who-may-what.md, is written from there:
an address that is open to more or to fewer than its right says fails here, as does one that nobody gave a right.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.template.backends.django import Template
from django.test import Client

from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit.site import BackOfficeSite
from storecredit.backoffice.models import ImportRun
from tests.backoffice.walk.guards import (
    DOORS,
    EVERYBODY,
    NOBODY,
    SETTING_UP,
    Guard,
    Right,
    guard_of,
    is_import_page,
    right_of_import,
)
from tests.backoffice.walk.pages import Page, list_pages, list_patterns, make_rows
from tests.backoffice.walk.people import let_in, person_of
from tests.backoffice.walk.table import FILE, write_table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

_REFUSED = {403, 404, 405}
_WRITES = re.compile(r"^\s*(?:WITH\b.*?\)\s*)?(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.DOTALL)
#: What looking writes and no change is: that a session was seen, what was given out, and sums that are kept.
_HARMLESS = re.compile(r"django_session|usersessions_usersession|audit_activity|ledger_(day|account)\w+")
#: Rules that bear on whoever has every role, who therefore changes none of them.
_BEARING = tuple(
    f"admin:credits_{model}_{page}" for model in ("approvalpolicy", "issueceiling") for page in ("change", "delete")
)
_INPUT = re.compile(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"')
_ON_EVERY_PAGE = {"q", "format", "action", "review", "agreed"}
_JUNK = "\u2028x' --<\U0001f600"


@pytest.fixture(autouse=True)
def _production(settings):
    settings.SECOND_FACTOR = settings.SECURE_SSL_REDIRECT = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.fixture
def pages(db, today) -> list[Page]:
    rows = make_rows()
    return list_pages(rows)


class Statements:
    """What was written while it looked on, without what is harmless."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.match(sql) and not _HARMLESS.search(sql):
            self.written.append(sql[:120])
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[Statements]:
    """Take back whatever is written, and say what it was."""
    statements = Statements()
    with connection.execute_wrapper(statements), transaction.atomic():
        yield statements
        transaction.set_rollback(True)


class Walker:
    """A browser that is at each page as if it had been at no other."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def ask(self, method: str, address: str, data: Any = b"", **headers: str) -> tuple[Any, list[str]]:
        """The answer, and what was written for it."""
        self.client.cookies.clear()
        for name, value in self._cookies.items():
            self.client.cookies[name] = value
        more: Any = {"content_type": "application/octet-stream"} if data == b"" and method == "POST" else {}
        with undone() as statements:
            ask: Any = getattr(self.client, method.lower())
            answer = ask(address, data if method == "POST" else data or None, secure=True, **more)
            list(answer.streaming_content) if answer.streaming else None
        return answer, statements.written


@pytest.fixture
def unshown(monkeypatch):
    """Who is let in is decided before anything is shown."""
    with nothing_shown():
        monkeypatch.setattr(BackOfficeSite, "get_sidebar_list", lambda self, request: [])
        yield


@contextmanager
def nothing_shown(*, is_so: bool = True) -> Iterator[None]:
    """Leave all pages blank."""
    with pytest.MonkeyPatch.context() as patch:
        if is_so:
            patch.setattr(Template, "render", lambda self, context=None, request=None: "")
        yield


def test_every_page_of_the_admin_names_the_right_that_guards_it():
    unguarded = {name for name, route in list_patterns() if name not in DOORS and guard_of(name) is None}

    assert unguarded == set()


def judge(guard: Guard, permissions: frozenset[str], method: str, status: int, written: list[str]) -> str:
    """What is wrong with how a page answered, blank if nothing is."""
    sees, acts = guard.see.is_held(permissions), guard.act.is_held(permissions)
    if status >= 500:
        return f"broke: {status}"
    if written and not (method == "POST" and acts):
        return f"wrote: {written}"
    is_open = acts if method == "POST" else sees
    if is_open:
        return f"refused: {status}" if status in _REFUSED - {404} else ""
    if method == "POST" and sees:
        return ""
    return "" if status in _REFUSED else f"open: {status}"


def guard_at(page: Page) -> Guard:
    """What guards a page of the scenario, whose one import takes files of one kind."""
    guard = guard_of(page.name)
    assert guard, page
    if not is_import_page(page.name):
        return guard
    of_its_kind = right_of_import(ImportRun.objects.get(), page.name)
    return Guard(guard.see & of_its_kind, guard.act & of_its_kind)


def is_asked_by_another(role: str, method: str, right: Right) -> bool:
    """What the role with the fewest rights is let in to all are, and what is done is done by who has every role."""
    if role not in ROLES or not right.is_held(ROLES[role]):
        return False
    return method == "POST" or (role != "Viewer" and right.is_held(ROLES["Viewer"]))


def test_each_role_sees_and_does_what_its_rights_say_and_nothing_beyond(pages, unshown, monkeypatch):
    guards = {page: guard_at(page) for page in pages if page.name not in DOORS}
    found = {}
    for role, permissions in {**ROLES, "nobody": frozenset[str]()}.items():
        person = person_of(role, username=f"a-{role}")
        walker = Walker(let_in(person))
        # Who it is was asked of the database once.
        monkeypatch.setattr("django.contrib.auth.get_user", lambda request, person=person: person)
        for page, guard in guards.items():
            for method, right in (("GET", guard.see), ("POST", guard.act)):
                if right in (NOBODY, EVERYBODY) or is_asked_by_another(role, method, right):
                    continue
                answer, written = walker.ask(method, page.address)
                if wrong := judge(guard, permissions, method, answer.status_code, written):
                    found[role, method, page.name or page.route] = wrong

    assert found == {}


def test_whoever_has_every_role_sees_and_does_what_some_role_does_and_breaks_nothing(pages, monkeypatch):
    permissions = frozenset[str]().union(*ROLES.values())
    person = person_of(*ROLES, username="everything")
    walker = Walker(let_in(person))
    monkeypatch.setattr("django.contrib.auth.get_user", lambda request: person)
    monkeypatch.setattr(BackOfficeSite, "get_sidebar_list", lambda self, request: [])
    found = {}
    for page in pages:
        if page.name in DOORS or page.name.startswith(_BEARING):
            continue
        guard = guard_at(page)
        opened, written = walker.ask("GET", page.address)
        found[page, "GET"] = judge(guard, permissions, "GET", opened.status_code, written)
        if "intent=" in opened.headers.get("Location", ""):
            opened, written = walker.ask("GET", opened.headers["Location"])
            found[page, "form"] = judge(guard, permissions, "GET", opened.status_code, written)
        shown = "" if opened.streaming else opened.content.decode()
        names = {*_INPUT.findall(shown), *_ON_EVERY_PAGE} - {"csrfmiddlewaretoken"}
        # A form is shown again with what was typed; every other page was shown already.
        with nothing_shown(is_so=not names - _ON_EVERY_PAGE):
            sent, written = walker.ask("POST", page.address, dict.fromkeys(names, _JUNK))
        found[page, "POST"] = judge(guard, permissions, "POST", sent.status_code, written)

    assert {(page.name or page.route, way): wrong for (page, way), wrong in found.items() if wrong} == {}


def test_nobody_without_a_second_factor_is_let_in_but_to_set_one_up(pages, unshown):
    root = person_of(username="root", is_superuser=True)
    walkers = {
        "a password alone": (Walker(let_in(root, method="password")), "/admin/security/"),
        "not of the staff": (Walker(let_in(person_of(username="guest", is_staff=False))), "/admin/login/"),
        "a stranger": (Walker(Client(raise_request_exception=False)), "/admin/login/"),
    }
    found = {}
    for who, (walker, door) in walkers.items():
        for page in pages:
            for method in ("GET", "POST"):
                answer, written = walker.ask(method, page.address)
                way = answer.headers.get("Location", "").partition("?")[0]
                is_open = page.name in DOORS or (who == "a password alone" and page.name in SETTING_UP)
                is_told = not written or page.name == "admin:logout"
                if answer.status_code >= 500 or not is_told or (not is_open and way != door):
                    found[who, method, page.name or page.route] = (answer.status_code, way, written)

    assert found == {}


def test_the_table_of_who_may_what_is_as_the_rights_are():
    assert Path(FILE).read_text(encoding="utf-8") == write_table(), "Write it anew: make role-table"
