"""
Who calls: an API key, in whichever of the documented ways it comes.

One statement finds the key, its client, what the person behind it may do, and what the request's idempotency key stood
for before. A client is both `request.user` and `request.auth`.
"""

import base64
import binascii
from typing import Any, ClassVar

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from storecredit.api.callers import Caller, find_caller
from storecredit.api.idempotency import read_idempotency_key


class Authentication(BaseAuthentication):
    """A way to authenticate that describes itself: by a name, and as OpenAPI's security schemes are written."""

    name: ClassVar[str]
    definition: ClassVar[dict[str, str]]


class KeyAuthentication(Authentication):
    """One way to send an API key. The other ways of the view may send the same one, and no other."""

    def read_key(self, request: Any) -> str | None:
        """The key that the request sends in this way; None if it uses another."""
        raise NotImplementedError

    def authenticate(self, request: Any) -> tuple[Caller, Caller] | None:
        """
        The client that the key belongs to.

        :raises AuthenticationFailed: for a key that is not valid now, two different ones, or a scheme not taken here.
        """
        key = self.read_key(request)
        if key is None:
            return None
        offered = [other.read_key(request) for other in request.authenticators]
        if {each for each in offered if each is not None} != {key} or _is_scheme_unknown(request):
            raise AuthenticationFailed
        idempotency_key = None if request.method in ("GET", "HEAD") else read_idempotency_key(request)
        caller = find_caller(key=key, idempotency_key=idempotency_key, now=request.now)
        if caller is None:
            raise AuthenticationFailed
        return caller, caller

    def authenticate_header(self, request: Any) -> str:
        """How to authenticate, for WWW-Authenticate."""
        return 'Bearer realm="api"'


class BearerAuthentication(KeyAuthentication):
    """`Authorization: Bearer <key>`."""

    name = "bearer"
    definition = {"type": "http", "scheme": "bearer", "description": "An API key, `sc_…`."}

    def read_key(self, request: Any) -> str | None:
        return _read_scheme(request, "bearer")


class HeaderAuthentication(KeyAuthentication):
    """`x-api-key: <key>`."""

    name = "header"
    definition = {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key, `sc_…`."}

    def read_key(self, request: Any) -> str | None:
        return request.META.get("HTTP_X_API_KEY") or None


class BareAuthentication(KeyAuthentication):
    """`Authorization: <key>`, without a scheme."""

    name = "bare"
    definition = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "An API key, `sc_…`, without a scheme before it.",
    }

    def read_key(self, request: Any) -> str | None:
        authorization: str = request.META.get("HTTP_AUTHORIZATION", "")
        return authorization if authorization and " " not in authorization.strip(" ") else None


class BasicAuthentication(KeyAuthentication):
    """HTTP's Basic scheme with the key as the password, whatever the user is called."""

    name = "basic"
    definition = {"type": "http", "scheme": "basic", "description": "Any user; an API key, `sc_…`, as password."}

    def read_key(self, request: Any) -> str | None:
        credentials = _read_scheme(request, "basic")
        if credentials is None:
            return None
        try:
            _, _, password = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return ""
        return password


def _read_scheme(request: Any, scheme: str) -> str | None:
    named, _, offered = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return offered.strip(" ") if named.lower() == scheme else None


def _is_scheme_unknown(request: Any) -> bool:
    """Whether there is an Authorization that none of the view's ways reads: it may hold another key."""
    return bool(request.META.get("HTTP_AUTHORIZATION")) and all(
        isinstance(way, HeaderAuthentication) or way.read_key(request) is None for way in request.authenticators
    )
