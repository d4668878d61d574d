"""The three questions before any look-up, in the order that the API documents: who, may they, how often."""

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest

from storecredit.api.callers import Caller, find_caller
from storecredit.api.limits import count_request
from storecredit.api.problems import OwnerLacksRight, ScopeMissing, Unauthenticated
from storecredit.api.rights import RIGHTS, Right
from storecredit.api.scopes import Scope

Scopes = Scope | tuple[Scope, ...]

_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x2b\x2d-\x7e]{1,255}", re.ASCII)


def read_idempotency_key(request: HttpRequest) -> str | None:
    """The request's idempotency key if it has a well-formed one: 1 to 255 printable ASCII, no comma, not blank."""
    key: str = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    return key if _IDEMPOTENCY_KEY.fullmatch(key) and key.strip() else None


def read_api_keys(request: HttpRequest, *, bare: bool = False, basic: bool = False) -> list[str]:
    """
    Every key that the two headers offer; never the query, where logs would keep it. Another scheme offers none.

    :param bare: whether `Authorization` may hold the key alone.
    :param basic: whether the key may be the password of HTTP's Basic scheme, whatever the user is called.
    """
    keys = []
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    if authorization:
        scheme, _, offered = authorization.partition(" ")
        match scheme.lower():
            case "bearer":
                keys.append(offered.strip(" "))
            case "basic" if basic:
                keys.append(_read_password(offered.strip(" ")))
            case _:
                keys.append(authorization if bare else "")
    if request.META.get("HTTP_X_API_KEY"):
        keys.append(request.META["HTTP_X_API_KEY"])
    return keys


def _read_password(credentials: str) -> str:
    try:
        _, _, password = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return ""
    return password


def admit(
    *, request: HttpRequest, keys: Iterable[str], scope: Scopes | None, now: datetime, rights: tuple[Right, ...] = ()
) -> Caller:
    """
    The client behind a request that may go on.

    :param keys: what the request offers; one and the same may be offered twice.
    :param scope: what the request needs, of several any one; None for one that will be refused for its method.
    :param rights: of which the person behind it needs any one; none: that of the scope's ordinary act.
    :raises Unauthenticated: for no key, one that is not valid at `now`, or two different ones.
    :raises ScopeMissing: if the client lacks the scope.
    :raises OwnerLacksRight: if a person is behind it who may not do the same in the admin.
    :raises TooManyRequests: beyond the client's rate.
    """
    offered = set(keys)
    if len(offered) != 1:
        raise Unauthenticated
    idempotency_key = None if request.method in ("GET", "HEAD") else read_idempotency_key(request)
    caller = find_caller(key=offered.pop(), idempotency_key=idempotency_key, now=now)
    if caller is None:
        raise Unauthenticated
    if scope is not None:
        _require_scope(caller, scope if isinstance(scope, tuple) else (scope,), rights)
    count_request(client_id=caller.client_id, rate=caller.rate, now=now)
    return caller


def _require_scope(caller: Caller, scopes: tuple[Scope, ...], rights: tuple[Right, ...]) -> None:
    granted = [scope for scope in scopes if scope in caller.granted]
    if not granted:
        raise ScopeMissing(scope=scopes[0])
    if not any(caller.holds(rights or RIGHTS[scope][:1]) for scope in granted):
        raise OwnerLacksRight(right=(rights or RIGHTS[granted[0]])[0])
