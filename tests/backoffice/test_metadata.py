"""What API clients keep with entries, cards and requests stands on their pages: readable, and as text."""

from typing import Any

import pytest

from ledger.operations import Why
from tests.backoffice.staff import Staff, page_url
from tests.factories.credits import CreditRequestFactory
from tests.giftcards.cards import given_card, row_of
from tests.scenarios import entries_of, given_credit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

KEPT = {
    "ticket": "T-17",
    "desk": 4,
    "<b>": "<script>alert(1)</script>",
    "agent": {"name": "Zoë"},
    "text": "a\u202eb\nc",
}
SHOWN = [
    ("<b>", "<script>alert(1)</script>"),
    ("agent", '{\n  "name": "Zoë"\n}'),
    ("desk", "4"),
    ("text", "a\\u202eb\nc"),
    ("ticket", "T-17"),
]


@pytest.fixture(params=["entry", "card", "request"])
def page(request: pytest.FixtureRequest, db: None) -> Any:
    """The page of something with which a client keeps this; and of the same without, on demand."""

    def open_page(metadata: dict[str, Any]) -> Any:
        target: Any
        if request.param == "entry":
            target = entries_of(given_credit("10.00 GBP", why=Why(metadata=metadata)))[0]
        elif request.param == "card":
            target = row_of(given_card("10.00 GBP", metadata=metadata))
        else:
            target = CreditRequestFactory.create(wanted__metadata=metadata)
        return Staff("", username="root", is_superuser=True).open(page_url(target))

    return open_page


def test_the_page_shows_each_member_as_text(page: Any):
    answer = page(KEPT)

    assert answer.status_code == 200
    assert [(member.label, member.text) for member in answer.context["metadata"]] == SHOWN
    html = answer.content.decode()
    assert "Kept by the API client" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)" not in html


def test_a_page_without_says_nothing_of_it(page: Any):
    answer = page({})

    assert (answer.status_code, answer.context["metadata"]) == (200, [])
    assert "Kept by the API client" not in answer.content.decode()
