import pytest

from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.staff import Staff
from tests.scenarios import NOW


@pytest.fixture
def today(time_machine):
    """The admin reads the clock: it shows the moment at which the scenarios play."""
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def agent(db, today):
    return Staff("Agent")


@pytest.fixture
def finance(db, today):
    return Staff("Finance")


@pytest.fixture
def administrator(db, today):
    return Staff("Administrator")


@pytest.fixture
def colleague(db, today):
    """A second administrator."""
    return Staff("Administrator", username="colleague")


@pytest.fixture
def proprietor(db, today):
    """Whose shop it is, and who does everything in it: they have every role."""
    return Staff(*ROLES, username="proprietor")


@pytest.fixture
def viewer(db, today):
    return Staff("Viewer")
