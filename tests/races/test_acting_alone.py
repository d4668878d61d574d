"""The command line takes the place of what a page asks for in the same moment; two of it come one after the other."""

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from storecredit.backoffice.changes import deciding
from storecredit.backoffice.models import AccessChange, ChangeKind
from tests.factories.defaults import NOW, STAFF, SYSTEM
from tests.factories.people import UserFactory
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)

COMMAND = SYSTEM.__class__(kind=SYSTEM.kind, id="let_back_in", label="let_back_in", door="command:let_back_in")


def change_of(person: Any) -> dict[str, Any]:
    return {
        "kind": ChangeKind.FACTORS,
        "subject_id": str(person.pk),
        "label": person.username,
        "before": {"factors": ["totp"]},
        "after": {"factors": [], "why": "lost"},
        "now": NOW,
    }


def act_alone(change: dict[str, Any]) -> None:
    with deciding.acting_alone(**change, actor=COMMAND):
        pass


def states() -> list[tuple[str, bool]]:
    return [(each.state, each.asked_by is None) for each in AccessChange.objects.order_by("pk")]


def test_two_of_it_come_one_after_the_other():
    grace = UserFactory.create(username="grace")

    outcomes = together(*[partial(act_alone, change_of(grace))] * 3)

    assert (len(outcomes.done), outcomes.refused) == (3, [])
    assert states() == [("APPLIED", True)] * 3


@pytest.mark.postgresql
def test_it_takes_the_place_of_what_a_page_asks_for_meanwhile(monkeypatch):
    grace, ann = UserFactory.create(username="grace"), UserFactory.create(username="ann", is_superuser=True)
    take: Callable[..., None] = deciding._take_the_place
    page = Thread(target=_ask, args=(change_of(grace), ann))

    def take_and_let_the_page_ask(*said: Any) -> None:
        take(*said)
        if page.ident is None:
            page.start()
            page.join(timeout=20)

    monkeypatch.setattr(deciding, "_take_the_place", take_and_let_the_page_ask)

    act_alone(change_of(grace))

    assert states() == [("REFUSED", False), ("APPLIED", True)]


def _ask(change: dict[str, Any], person: Any) -> None:
    try:
        deciding.ask_change(**change, person=person, actor=STAFF)
    finally:
        connection.close()
