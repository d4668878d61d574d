from typing import Any

import pytest
from django.template.backends.django import Template
from django.template.context import make_context
from django.test.signals import template_rendered

from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit.site import BackOfficeSite
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


@pytest.fixture
def unseen(monkeypatch):
    """
    Nobody looks at the pages: they are left blank, but it is known what they were given.

    For many tries of who may do what, which is decided before anything is shown. How a form and its review look is
    tried where what they are for is.
    """

    def give(self: Template, context: Any = None, request: Any = None) -> str:
        template_rendered.send(sender=self, template=self.template, context=make_context(context, request))
        return ""

    monkeypatch.setattr(Template, "render", give)
    monkeypatch.setattr(BackOfficeSite, "get_sidebar_list", lambda self, request: [])
