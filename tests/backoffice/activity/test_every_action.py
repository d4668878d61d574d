"""
Whatever is done on any page of the admin stands in the list of activities: under the name of who did it, and of what
it was done to.

The pages are those that the walk knows, from the addresses themselves: one on which something can be done, and of which
nobody says how it is carried out, fails here. What each leaves stands in `told`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib import admin
from django.db import transaction
from django.utils.text import capfirst

from ledger.models import Customer
from storecredit.audit.models import Activity
from storecredit.backoffice.activity.asking import Asked, Named
from storecredit.backoffice.activity.lines import Deed as Line
from storecredit.backoffice.activity.sources import SOURCES
from storecredit.backoffice.kit.site import BackOfficeSite
from tests.backoffice.activity.deeds import Deed, list_known
from tests.backoffice.activity.more_deeds import DEEDS
from tests.backoffice.activity.own_deeds import OWN_DEEDS
from tests.backoffice.staff import Staff, list_url, page_url
from tests.backoffice.walk.guards import DOORS, NOBODY, guard_of
from tests.backoffice.walk.pages import list_patterns
from tests.backoffice.walk.test_walk import nothing_shown
from tests.scenarios import given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.once_on_sqlite]

TOLD: Final = Path(__file__).with_name("told.txt")
#: Where something can be sent, and nothing is done that is not told elsewhere.
NOTHING_DONE: Final = {
    "account_login": "leads on to the sign-in",
    "admin:jsi18n": "words for scripts",
    "admin:search": "finds",
    "admin:giftcards_giftcard_find": "finds, and guesses are counted",
    "admin:ledger_customer_issue_first": "finds whom the form of the next page is for",
    "admin:ledger_bookrules_export": "leads to the row, which is no list",
    "admin:checkouts_checkoutrules_export": "leads to the row, which is no list",
    "admin:backoffice_importrun_piece": "bytes of a file of which it was told that it comes",
    "admin:finance_reconciliationrun_slice": "goes on with what was told as it was begun",
    "admin_password_reset": "sends a link to whoever is found, told of as nobody's doing: see `test_way_back`",
    "password-asked": "says that a link may be on its way",
    "openid_connect_login": "leads on to the company's own sign-in",
}
#: Ways in besides the password's: who comes in by any is told by one adapter, and these need another machine.
TRIED_ELSEWHERE: Final = {"mfa_login_webauthn", "openid_connect_callback"}

#: What is drawn anew each time: numbers, codes, keys.
_DRAWN: Final = re.compile(
    r"\b(SC|GC)\d{12}\b|(\*{4})[0-9A-Z]{4}\b|((?:Request|Checkout|Hold) )[0-9A-F]{8}\b"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(sc_|Key: – → )[A-Za-z0-9]{8}(?![A-Za-z0-9])|(move-)\w+"
    r"|\b(shop |Role |Spring fair |purchases |person-|SHOP-|order )\d+"
    r"|\b(Anonymisation |Change: |Comment: |Correction |Finding |Issue |Merger |Reconciliation )\d+"
    r"|(Move of store credit )\d+"
)


def in_words(line: Line) -> str:
    """A line of the list as it is read, without what is drawn."""
    words = " | ".join(filter(None, [line.kind, line.subject, line.text]))
    return _DRAWN.sub(lambda found: f"{next((part for part in found.groups() if part), '')}…", words)


def list_ways() -> Iterator[tuple[str, Callable[[], Deed]]]:
    yield from list_known()
    yield from DEEDS.items()
    yield from OWN_DEEDS.items()


def find_rows(person: Any) -> Iterator[tuple[Any, Any]]:
    """All rows that tell of somebody, each with its source."""
    for source in SOURCES:
        for rows in source.find(Asked(who=Named("STAFF", str(person.pk)))):
            yield source, rows


class Carried:
    """One action, carried out and undone: what it left, and what of that is found under what it was done to."""

    def __init__(self, deed: Deed, reader: Staff) -> None:
        person = deed.staff.user
        known = {(source.name, pk) for source, rows in find_rows(person) for pk in rows.values_list("pk", flat=True)}
        with nothing_shown():
            self.answer = deed.how(deed.staff, deed.url, deed.data)
            self.lines = [
                source.show(row)
                for source, rows in find_rows(person)
                for row in rows.order_by(source.key)
                if (source.name, row.pk) not in known
            ]
            self.found = None if deed.about is None else self._find(deed, reader)

    def _find(self, deed: Deed, reader: Staff) -> list[Line]:
        assert deed.about is not None
        of = f"{deed.about._meta.label_lower}:{deed.about.pk}"
        page: Any = reader.client.get(list_url(Activity), {"who": deed.staff.user.get_username(), "of": of})
        return [line for line in self.lines if line in page.context_data["cl"].result_list]

    def find_fault(self, name: str, deed: Deed) -> str:
        """What is wrong with what it left; blank if nothing is."""
        if self.answer.status_code not in {200, 302}:
            return f"answered with {self.answer.status_code}"
        nameless = [line for line in self.lines if (line.who, line.door) != (deed.staff.user.get_username(), "admin")]
        if nameless:
            return f"names somebody else: {nameless}"
        said, wanted = [in_words(line) for line in self.lines], _told_of(name)
        if Counter(said) != Counter(wanted):
            return f"tells {said} and not {wanted}"
        return "" if self.found != [] else f"is not found under {deed.about!r}"


@cache
def read_told() -> dict[str, list[str]]:
    """What each action leaves: its name, and below it the lines that it leaves."""
    told: dict[str, list[str]] = {}
    name = ""
    for line in TOLD.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            told[name].append(line.removeprefix("    "))
        else:
            name = line
            told[name] = []
    return told


def _told_of(name: str) -> list[str]:
    kind, _colon, label = name.partition(": ")
    return _told_of_export(label) if kind == "export" else read_told().get(name, [])


def _told_of_export(label: str) -> list[str]:
    model = next(model for model in admin.site._registry if model._meta.label == label)
    title, count = capfirst(str(model._meta.verbose_name_plural)), model._default_manager.count()
    # By now the list of activities holds that it was taken out, too.
    count -= model is Activity
    rows = "1 row" if count == 1 else f"{count} rows"
    return [
        f"Exported | {title} | Began to export as CSV: the whole list",
        f"Exported | {title} | Exported as CSV: {rows}",
    ]


def test_every_action_of_every_page_leaves_its_row_and_is_found_by_who_did_it_and_of_what(monkeypatch):
    monkeypatch.setattr(BackOfficeSite, "get_sidebar_list", lambda self, request: [])
    reader, faults, done = Staff("Finance", username="reader"), {}, set()

    for name, make in list_ways():
        with transaction.atomic():
            deed = make()
            done.add(deed.page)
            if fault := Carried(deed, reader).find_fault(name, deed):
                faults[name] = fault
            transaction.set_rollback(True)

    acting = {name for name, _route in list_patterns() if name in DOORS or _does_something(name)}
    assert faults == {}
    assert acting - done == set(NOTHING_DONE) | TRIED_ELSEWHERE, "Say in `more_deeds` how it is carried out."


def _does_something(name: str) -> bool:
    guard = guard_of(name)
    return guard is not None and guard.act != NOBODY


def test_nothing_is_told_of_a_page_that_is_looked_at():
    root, customer = Staff(username="root", is_superuser=True), given_customer()

    for url in (page_url(customer), list_url(Customer), "/admin/"):
        assert root.open(url).status_code == 200

    assert [rows.count() for _source, rows in find_rows(root.user)] == [0] * len(SOURCES)
