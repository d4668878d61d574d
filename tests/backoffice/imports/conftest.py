import pytest

from storecredit.backoffice.imports.kinds import Kind
from tests.backoffice.staff import Staff


@pytest.fixture
def finance() -> Staff:
    return Staff("Finance")


@pytest.fixture
def controller() -> Staff:
    """Who confirms what another brings into the books."""
    return Staff("Finance", username="controller")


@pytest.fixture
def small_slices(monkeypatch):
    """Two lines to a slice."""
    monkeypatch.setattr(Kind, "slice_rows", 2)
