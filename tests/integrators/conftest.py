import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from storecredit.api.scopes import Scope
from tests.callers import given_client
from tests.credits.requests import given_approver
from tests.giftcards.cards import given_card
from tests.project.processes import address_of_the_test_database, running_server
from tests.scenarios import given_credit, given_customer


@pytest.fixture(scope="session")
def description(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The description as a file, which is what an integrator's tools are given."""
    file = tmp_path_factory.mktemp("description") / "openapi.json"
    file.write_bytes(Client().get("/api/v1/schema/").content)
    return file


@pytest.fixture(scope="session")
def described(description: Path) -> Any:
    """The description as JSON."""
    return json.loads(description.read_bytes())


@dataclass(frozen=True, slots=True)
class Shop:
    """A running server, and what an integrator knows of the shop behind it."""

    url: str
    #: Of a program with every scope that needs no owner.
    key: str
    #: Of a program that bob stands behind, who may approve up to 1000 USD.
    approvers_key: str
    customer: str
    account: str
    card: str


@pytest.fixture
def shop(transactional_db: None, settings: Any) -> Iterator[Shop]:
    """A server over a shop with one customer, who has 100 USD of credit, and one gift card of 100 USD."""
    account = given_credit("100 USD", customer=given_customer(number="CUST-000001", email="ada@example.com"))
    given_card("100 USD", code="TILL-0001")
    key = given_client().plain
    approvers_key = given_client([Scope.CREDITS_APPROVE], owner=given_approver("bob")).plain
    with running_server(
        HTTPS_ONLY="false",
        SECRET_KEY=settings.SECRET_KEY,
        CODE_KEYS=",".join(settings.CODE_KEYS),
        DATABASE_URL=address_of_the_test_database(),
        LOG_LEVEL="CRITICAL",
        ALLOWED_HOSTS="localhost,127.0.0.1",
    ) as port:
        yield Shop(
            url=f"http://127.0.0.1:{port}",
            key=key,
            approvers_key=approvers_key,
            customer="CUST-000001",
            account=account.number,
            card="TILL-0001",
        )
