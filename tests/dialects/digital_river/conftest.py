import pytest

from tests.scenarios import NOW


@pytest.fixture(autouse=True)
def noon(time_machine):
    """Every request is answered at NOW, which stands still."""
    time_machine.move_to(NOW, tick=False)
