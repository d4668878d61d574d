from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.callers import ApiCaller
from tests.credits.requests import given_approver, given_person
from tests.dialects.fabric.calls import APPROVER, REQUESTER, given_caller


@pytest.fixture
def shop(db: Any) -> ApiCaller:
    """The program that asks for credits; alice stands behind it."""
    return given_caller(REQUESTER, given_person("alice"), name="order system")


@pytest.fixture
def bob(db: Any) -> User:
    """A person who may approve up to 1000 USD."""
    return given_approver("bob")


@pytest.fixture
def desk(bob: User) -> ApiCaller:
    """The program through which bob approves."""
    return given_caller(APPROVER, bob, name="approval desk")
