"""
Schemathesis over the description: whatever it makes up, no 5xx, and every answer is what is described.

It runs on the stricter of the two databases alone; what lies at the limits is left to `make slow`. Where schemathesis
is not installed (it is a tool for development) the test is skipped by name.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from tests.callers import given_client
from tests.dialects.described import at_its_limits, open_description
from tests.giftcards.cards import given_card
from tests.scenarios import given_credit, given_customer

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: see requirements-dev.txt")
checks = pytest.importorskip("schemathesis.checks")


@pytest.fixture
def api(transactional_db: None) -> Iterator[Any]:
    """The described API over a shop with one customer and one card, and a key that may guess codes."""
    given_credit("100 GBP", customer=given_customer(number="CUST-000001"))
    given_card("100 GBP", code="TILL-0001")
    request_started.disconnect(close_old_connections)
    key = given_client(miss_limit="1000000/h").plain
    yield open_description(key)
    request_started.connect(close_old_connections)


@pytest.fixture
def api_at_its_limits(api: Any) -> Any:
    return at_its_limits(api)


# The key is always valid here, and a value may fit its schema and still be refused: a cursor of another list, an amount
# finer than its currency, a customer's number that is taken.
NOT_CHECKED = [checks.ignored_auth, checks.positive_data_acceptance]
# The paths of checkouts and of credits on orders have tests of their own: over a shop with a checkout, and with a key
# that may decide on credits.
OTHERS = r"^/api/v1/(sources|checkouts|fulfillments|refunds|webhooks|orders)(/|$)"
described = schemathesis.pytest.from_fixture("api").exclude(path_regex=OTHERS)
described_at_its_limits = schemathesis.pytest.from_fixture("api_at_its_limits").exclude(path_regex=OTHERS)
QUICKLY = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.postgresql
@described.parametrize()
@QUICKLY
def test_every_answer_is_what_is_described(case: Any) -> None:
    validate(case)


@pytest.mark.slow
@pytest.mark.postgresql
@described_at_its_limits.parametrize()
@settings(QUICKLY, max_examples=40)
def test_every_answer_at_the_limits_is_what_is_described(case: Any) -> None:
    validate(case)


def validate(case: Any) -> None:
    if "customerId" in case.path_parameters and case.operation.method.upper() != "PATCH":
        case.path_parameters["customerId"] = "CUST-000001"
    for name in {"code", "number"} & set(case.path_parameters):
        if case.operation.path != "/api/v1/balances/{number}":
            case.path_parameters[name] = "TILL-0001"
    case.call_and_validate(excluded_checks=NOT_CHECKED)
