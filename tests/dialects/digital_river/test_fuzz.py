"""
Schemathesis over the paths of this dialect: whatever it makes up, no 5xx, and every answer is what is described.

Where schemathesis is not installed (it is a tool for development) the test is skipped by name.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from tests.callers import ApiCaller, given_client
from tests.dialects.described import at_its_limits, open_description
from tests.dialects.digital_river.shop import (
    credit_of,
    fulfilling,
    given_checkout,
    given_line,
    given_order,
    given_source,
)

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: see requirements-dev.txt")
checks = pytest.importorskip("schemathesis.checks")
PATHS = r"^/api/v1/((sources|checkouts|fulfillments|refunds|webhooks)(/|$)|orders(/[^/]+(/cancel)?)?$)"
#: What stands in the path instead of a made-up id, which hardly ever names anything.
REAL: dict[str, str] = {}


@pytest.fixture
def api(transactional_db: None) -> Iterator[Any]:
    """The described API over a shop with a checkout, a source and an order, and a key that may do all of it."""
    key = given_client().plain
    shop = ApiCaller(key)
    line = given_line("1000 USD")
    order = given_order(shop, credit_of(line, 27.01))
    source = given_source(shop, credit_of(line, currency="USD"))
    sent = shop.post("/fulfillments", fulfilling(order, quantity=1)).json()
    REAL.update(
        fulfillmentId=sent["id"],
        checkoutId=given_checkout(shop)["id"],
        sourceId=source["id"],
        orderId=order["id"],
        upstreamId=line.number,
    )
    request_started.disconnect(close_old_connections)
    yield open_description(key)
    request_started.connect(close_old_connections)


@pytest.fixture
def api_at_its_limits(api: Any) -> Any:
    return at_its_limits(api)


# The key is always valid here, and a value may fit its schema and still be refused: an id that names nothing, an amount
# finer than its currency, a checkout that is not paid for. A path's part may be anything, and what is no id is 404.
NOT_CHECKED = [checks.ignored_auth, checks.positive_data_acceptance]
described = schemathesis.pytest.from_fixture("api").include(path_regex=PATHS)
described_at_its_limits = schemathesis.pytest.from_fixture("api_at_its_limits").include(path_regex=PATHS)
QUICKLY = settings(
    max_examples=6,
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
@settings(QUICKLY, max_examples=30)
def test_every_answer_at_the_limits_is_what_is_described(case: Any) -> None:
    validate(case)


def validate(case: Any) -> None:
    case.path_parameters |= {name: value for name, value in REAL.items() if name in case.path_parameters}
    case.call_and_validate(excluded_checks=NOT_CHECKED)
