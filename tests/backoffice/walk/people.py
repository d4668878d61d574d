"""Who walks: one of each role, and those who may nothing."""

from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.staff import PASSWORD
from tests.factories.people import UserFactory

_MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def let_in(person: Any, *, method: str = "mfa") -> Client:
    """A browser in which somebody has just given their second factor, or only what is named."""
    client = Client(raise_request_exception=False)
    client.force_login(person, backend=_MODEL_BACKEND)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": timezone.now().timestamp()}]
    session.save()
    return client


def person_of(*roles: str, **fields: Any) -> Any:
    """A member of staff with these roles."""
    name = roles[0].lower().replace(" ", "-") if roles else "nobody"
    groups = Group.objects.filter(name__in=roles)
    return UserFactory.create(**{"username": f"a-{name}", "password": PASSWORD, "groups": groups} | fields)


def staff_of_each_role() -> dict[str, Any]:
    return {role: person_of(role) for role in ROLES}
