"""API clients in the admin: where they are made and changed, and how a key looks."""

import re
from typing import Any

from django.urls import reverse

from storecredit.api.callers import find_caller
from storecredit.api.scopes import Scope
from tests.factories.api import IssuedKeyFactory
from tests.scenarios import NOW

ADD = "/admin/api/apiclient/add/"
KEY = re.compile(r"sc_[A-Za-z0-9]{8}_[A-Za-z0-9]{43}")


def given_client(**fields):
    details: dict[str, Any] = {"name": "Web shop", "scopes": [Scope.STORE_CREDIT_READ]} | fields
    return IssuedKeyFactory.create(**details)


def edit_url(client):
    return reverse("admin:api_apiclient_edit", args=[client.pk])


def works(key):
    return find_caller(key=key, idempotency_key=None, now=NOW) is not None
