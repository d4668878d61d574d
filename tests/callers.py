"""Programs that call the API, as the tests play them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from storecredit.api.operations import IssuedKey
from tests.factories.api import IssuedKeyFactory
from tests.factories.people import permissions_named

ROOT = "/api/v1"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def given_client(scopes: Iterable[str] | None = None, **details: Any) -> IssuedKey:
    """An API client with a key; with every scope that needs no owner unless some are named."""
    named = {} if scopes is None else {"scopes": list(scopes)}
    return IssuedKeyFactory.create(**{"now": LONG_AGO} | named | details)


def given_rights(person: User, *names: str) -> User:
    """The person, who from now on has these permissions, each named with its app."""
    person.user_permissions.add(*permissions_named(*names))
    return person


class ApiCaller:
    """Calls the API with one key, below its root."""

    def __init__(self, key: str, *, raises: bool = True) -> None:
        self.key = key
        self._client = Client(raise_request_exception=raises)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str = b"",
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> Any:
        """Any request, byte for byte."""
        sent = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return self._client.generic(
            method, f"{ROOT}{path}", body, content_type=content_type, headers=sent | (headers or {}), **extra
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, content_type="", headers=_spelled(headers))

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        """A JSON body; bytes and text go out as they are."""
        sent = _spelled(headers) | ({"idempotency-key": key} if key is not None else {})
        return self.send("POST", path, body if isinstance(body, bytes | str) else json.dumps(body), headers=sent)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PATCH", path, json.dumps(body), headers=_spelled(headers))


def _spelled(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
