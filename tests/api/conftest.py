import pytest

from tests.callers import ApiCaller, given_client


@pytest.fixture
def caller(db: None) -> ApiCaller:
    """A program with a key that may do everything a key without an owner may."""
    return ApiCaller(given_client().plain)
