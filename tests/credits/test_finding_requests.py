"""Requests are found by the beginnings of the words of their orders and of who asked for them."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import Order, OrderKind, RequestKind
from storecredit.credits.queries import list_findings
from tests.credits.requests import given_person, given_request
from tests.scenarios import given_customer

pytestmark = pytest.mark.django_db
ORDER = Order(kind=OrderKind.NUMBER, value='EU-1138/"7"', tenant="5f328bf0b5f328bf0b5f328b", channel="12")


def found(text: str) -> list[str]:
    """The orders of the requests that a search finds."""
    return sorted(CreditRequest.objects.all().matching(text).values_list("order_value", flat=True))


@pytest.mark.parametrize(
    "text", ["eu-1138", "EU1138", "1138", "muller", "Jörg Müller", "zoe@example.com", "zoe", 'EU-1138/"7"']
)
def test_a_request_is_found_by_its_order_and_by_who_asked_however_that_is_typed(text):
    given_request(by=given_person("zoe@example.com"), order=ORDER, employee="Jörg Müller")
    given_request(by=given_person("ada"))

    assert found(text) == [ORDER.value]


@pytest.mark.parametrize("most", [500, 2])
@pytest.mark.parametrize(
    ("text", "orders"),
    [("jorg", ["A-1", "A-2", "A-3"]), ("jorg a-2", ["A-2"]), ("lovelace", ["A-3"]), ("hopper", []), ("zoe", ["A-3"])],
)
def test_a_word_that_many_requests_have_finds_as_one_that_few_have(monkeypatch, text, orders, most):
    monkeypatch.setattr("ledger.querysets._FREQUENT", most)
    lovelace = given_customer(first_name="Zoë", last_name="Lovelace")
    owed: dict[str, Any] = {"kind": RequestKind.STORE_CREDIT, "attributes": {"customerId": lovelace.number}}
    for number, payee in enumerate(({}, {}, owed), start=1):
        order = replace(ORDER, value=f"A-{number}")
        given_request(by=given_person(f"person-{number}"), order=order, employee="Jörg Müller", **payee)

    assert found(text) == orders


def test_the_middle_of_a_word_finds_nothing():
    given_request(by=given_person("ada"), order=ORDER, employee="Jörg Müller")

    assert found("uller") == []


def test_the_words_follow_the_row_and_reconcile_finds_those_that_are_not_its_own():
    request = given_request(by=given_person("ada"), order=ORDER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE credits_creditrequest SET folded = 'grace' WHERE id = %s", [request.pk.hex])

    assert (found("ada"), found("grace")) == ([], [ORDER.value])
    assert [(finding.check, finding.row) for finding in list_findings()] == [
        ("request_words", f"credit request {request.pk}")
    ]
