import pytest

from tests.dialects.digital_river.shop import THREE_SHIRTS, card_of, credit_of, given_line, given_order
from tests.scenarios import NOW


@pytest.fixture(autouse=True)
def noon(time_machine):
    """Every request is answered at NOW, which stands still."""
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def line(db):
    return given_line()


@pytest.fixture
def order(caller, line):
    """Of three shirts for 30 USD: 12.50 of credit, 17.50 by card."""
    return given_order(caller, credit_of(line), card_of(17.5), items=THREE_SHIRTS)
