"""
Schemathesis over the credits on orders: whatever it makes up, no 5xx, and every answer is what is described.

Bodies that would only be refused are brought near to what is asked for, so that states are reached as well.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from storecredit.credits.operations import OrderKind
from tests.credits.requests import given_approver, given_request
from tests.dialects.described import open_description
from tests.dialects.fabric.calls import BOTH, HEADERS, ORDER_ID, given_caller
from tests.dialects.test_fuzz import NOT_CHECKED

CREDIT_ID = "a05b72dc-78d8-4ea4-90fc-2fe6a1fe1111"
schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: see requirements-dev.txt")


@pytest.fixture
def api(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The described API over an order with one credit, and the key of a person who may confirm it."""
    with monkeypatch.context() as patch:
        patch.setattr("storecredit.credits.operations.asking.new_uuid7", lambda: UUID(CREDIT_ID))
        given_request("21.50 USD", attributes={"giftCardNumber": "SUMMER-2026-1"})
    request_started.disconnect(close_old_connections)
    key = given_caller(BOTH, given_approver("bob")).key
    yield open_description(key)
    request_started.connect(close_old_connections)


described = schemathesis.pytest.from_fixture("api").include(path_regex="/orders/.*/actions/")


@pytest.mark.postgresql
@described.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_what_is_described(case: Any) -> None:
    if case.meta.generation.mode.is_positive:
        bring_near(case)
    elif case.path_parameters.get("orderName", OrderKind.ID) not in OrderKind.values:
        return  # another path altogether, which is not described here
    case.call_and_validate(excluded_checks=NOT_CHECKED)


def bring_near(case: Any) -> None:
    """Turn a request that fits its schema to the order, the credit and a reason that there are."""
    case.headers.update(HEADERS)
    if "orderName" in case.path_parameters:
        case.path_parameters |= {"orderName": "order-id", "orderNameValue": ORDER_ID}
    else:
        case.path_parameters["orderId"] = ORDER_ID
    if not isinstance(case.body, dict):
        return
    if "creditId" in case.body:
        case.body["creditId"] = CREDIT_ID
    for credit in case.body.get("credits", []):
        credit["reasonCode"] = "EC"
