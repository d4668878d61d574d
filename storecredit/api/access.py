"""The three questions before any look-up, in the order that the API documents: who, may they, how often."""

import re
from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from storecredit.api.callers import Caller, find_caller
from storecredit.api.limits import count_request
from storecredit.api.problems import ScopeMissing, Unauthenticated

_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x2b\x2d-\x7e]{1,255}", re.ASCII)


def read_idempotency_key(request: HttpRequest) -> str | None:
    """The request's idempotency key if it has a well-formed one: 1 to 255 printable ASCII, no comma, not blank."""
    key: str = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    return key if _IDEMPOTENCY_KEY.fullmatch(key) and key.strip() else None


class ApiKeyAuthentication(BaseAuthentication):
    """An API key from `Authorization: Bearer` or `x-api-key`; never from the query, where logs would keep it."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        """
        Find the client behind the request.

        :raises Unauthenticated: for no key, one that is not valid now, or two different ones.
        """
        http: HttpRequest = request._request
        keys = set(self.read_keys(http))
        if len(keys) != 1:
            raise Unauthenticated
        view = request.parser_context["view"]
        idempotency_key = None if request.method in ("GET", "HEAD") else read_idempotency_key(http)
        caller = find_caller(key=keys.pop(), idempotency_key=idempotency_key, now=view.now)
        if caller is None:
            raise Unauthenticated
        return caller, None

    def authenticate_header(self, request: Request) -> str:
        return Unauthenticated.auth_header

    def read_keys(self, request: HttpRequest) -> list[str]:
        """Every key the request offers. A dialect whose document shows another form reads it here."""
        keys = []
        authorization = request.META.get("HTTP_AUTHORIZATION", "")
        if authorization:
            scheme, _, key = authorization.partition(" ")
            keys.append(key.strip(" ") if scheme.lower() == "bearer" else "")
        if request.META.get("HTTP_X_API_KEY"):
            keys.append(request.META["HTTP_X_API_KEY"])
        return keys


class HasScope(BasePermission):
    """The client has the scope that the view names for the method, or one of several."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """
        True, also for a method that the view does not answer.

        :raises ScopeMissing: without the scope.
        """
        named = view.scopes.get("GET" if request.method == "HEAD" else request.method)
        if named is None:
            return True
        scopes = named if isinstance(named, tuple) else (named,)
        if view.caller.scopes.isdisjoint(scopes):
            raise ScopeMissing(scope=scopes[0])
        return True


class ClientRate(BaseThrottle):
    """The client's own rate."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """
        True, or a refusal.

        :raises TooManyRequests: beyond the rate.
        """
        count_request(client_id=view.caller.client_id, rate=view.caller.rate, now=view.now)
        return True


class OnlyJson(BaseContentNegotiation):
    """One renderer, whatever the client says it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
