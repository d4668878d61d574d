"""The list of activities opens and is taken out whatever stands in its rows: raw SQL writes what no program would."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from giftcards.models import CardEvent
from storecredit.audit.models import Activity
from tests.backoffice.exporting import CSV, XLSX, bytes_of, take
from tests.backoffice.staff import Staff, list_url
from tests.factories.giftcards import CardEventFactory
from tests.ledger.attacks import insert, moment
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

#: What SQLite still takes, and Python does not read.
DEEP = 950
STRANGE: dict[str, dict[str, Any]] = {
    "a negative person": {"actor_id": "-7"},
    "a person beyond all numbers": {"actor_id": "9" * 64},
    "a person in other digits": {"actor_id": "٣"},
    "words that lead the eye": {"actor_label": "\u202ebob\r\n=1+1", "door": "=cmd", "subject_label": "<b>x</b>"},
    "no kind that is known": {"kind": "NOTHING"},
    "a thing of no app": {"subject_kind": "page", "after": {"x": 1}},
    "a thing with dots": {"subject_kind": "a.b.c", "after": {"x": 1}, "subject_id": "../../x"},
    "a thing that is a model's field": {"subject_kind": "auth.user", "subject_id": "x\ny", "after": {"groups": [1]}},
    "a person who is not there": {"subject_kind": "auth.user", "subject_id": "-1", "after": {"roles": [-1, 10**30]}},
    "many roles": {"after": {"roles": [10**30] * 2, "owner_id": 2**63, "user_id": True}},
    "roles in words": {"after": {"roles": {"a": "b"}, "permissions": "[1, null]", "factors": {"x": 1}}},
    "a moment at the end of time": {"after": {"ends": "9999-12-31T23:59:59-14:00", "begins": "0001-01-01T00:00+14:00"}},
    "a list": {"before": [], "after": [1, 2]},
    "a word": {"after": "word", "details": 7},
    "nothing": {"before": None, "after": None, "details": None},
    "a long number": {"details": {"n": "raw:" + "9" * 5000}},
    "a deep list": {"details": {"n": "raw:" + "[" * DEEP + "]" * DEEP}},
    "a deep list as text": {"details": {"n": "[" * 100_000}},
    "numbers that are none": {"details": {"n": "raw:1e400"}},
    "a member without a name": {"details": {"": "", " ": [[]], "text": {"a": None}}},
    "an address of no network": {"address": "javascript:alert(1)"},
}  # fmt: skip


def told(value: Any) -> str:
    """JSON, with what no program writes where it says `raw:`."""
    text = json.dumps(value)
    return text.replace('"raw:', "", 1).replace('"}', "}") if '"raw:' in text else text


PLAIN = {
    "kind": "CHANGED",
    "actor_kind": "STAFF",
    "actor_id": "7",
    "actor_label": "alice",
    "door": "admin",
    **dict.fromkeys(("actor_owner", "request_id", "address", "subject_kind", "subject_id", "subject_label"), ""),
    "before": {},
    "after": {},
    "details": {},
}


def written(**columns: Any) -> None:
    values = PLAIN | columns
    documents = {name: told(values[name]) for name in ("before", "after", "details")}
    insert("audit_activity", **values | documents, created_at=moment(NOW))


@pytest.mark.parametrize("columns", STRANGE.values(), ids=STRANGE)
def test_the_list_opens_and_is_taken_out(columns: dict[str, Any]):
    finance = Staff("Finance", username="fay")
    written(**columns)

    assert finance.open(list_url(Activity)).status_code == 200
    for form in (CSV, XLSX):
        assert bytes_of(take(finance, Activity, form=form))
    for who in ("actor_id", "actor_label"):
        asked = {"who": f"STAFF:{columns.get(who, '7')}", "of": f"auth.user:{columns.get('subject_id', '')}"}
        for query in (asked, {"of": asked["who"]}):
            assert finance.client.get(f"{list_url(Activity)}?{urlencode(query)}").status_code == 200


def test_so_does_a_card_s_event_whose_details_are_no_object():
    finance = Staff("Finance", username="fay")
    given = CardEventFactory.create()
    with triggers_off("giftcards"):
        CardEvent.objects.update(details=["owner"])

    assert finance.open(list_url(Activity)).status_code == 200
    assert str(given.card) in finance.open(list_url(Activity)).content.decode()
