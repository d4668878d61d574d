"""What a client may do: its scopes, and the rights of the person behind it."""

from collections.abc import Mapping
from typing import Any

from rest_framework.permissions import BasePermission

from storecredit.api.callers import Caller
from storecredit.api.problems import OwnerLacksRight, ScopeMissing
from storecredit.api.rights import RIGHTS, Right
from storecredit.api.scopes import Scope

Scopes = Scope | tuple[Scope, ...]


class HasScope(BasePermission):
    """
    The client has the scope, and whoever stands behind it may do the same in the admin. It stands in
    `permission_classes` as it is made: `[HasScope(GET=Scope.CUSTOMERS_READ, POST=Scope.CUSTOMERS_WRITE)]`.

    :param scope: for every method; of several any one lets a client in, and what it finds follows from which.
    :param rights: by method, of which the person behind it needs any one, where the act is not the scope's ordinary.
    :param by_method: for one method each, instead of `scope`.
    """

    def __init__(
        self, scope: Scopes = (), *, rights: Mapping[str, tuple[Right, ...]] | None = None, **by_method: Scopes
    ) -> None:
        self._scope = _as_tuple(scope)
        self._rights = rights or {}
        self._by_method = {method: _as_tuple(scopes) for method, scopes in by_method.items()}

    def __call__(self) -> "HasScope":
        """Itself, where REST framework makes an instance of a class."""
        return self

    def scopes_for(self, method: str) -> tuple[Scope, ...]:
        """Of which a client needs any one for a method."""
        return self._by_method.get(_asked_by(method), self._scope)

    def has_permission(self, request: Any, view: Any) -> bool:
        """
        Whether somebody is known who may do this. A method that the view does not answer is nobody's to refuse here.

        :raises ScopeMissing: if the client lacks the scope.
        :raises OwnerLacksRight: if a person is behind it who may not do the same in the admin.
        """
        caller: Caller | None = request.auth
        if caller is None:
            return False
        scopes = self.scopes_for(request.method)
        if not scopes or request.method not in view.allowed_methods:
            return True
        granted = [scope for scope in scopes if scope in caller.granted]
        if not granted:
            raise ScopeMissing(scope=scopes[0])
        rights = self._rights.get(_asked_by(request.method), ())
        if not any(caller.holds(rights or RIGHTS[scope][:1]) for scope in granted):
            raise OwnerLacksRight(right=(rights or RIGHTS[granted[0]])[0])
        return True


def _asked_by(method: str) -> str:
    return "GET" if method == "HEAD" else method


def _as_tuple(scopes: Scopes) -> tuple[Scope, ...]:
    return (scopes,) if isinstance(scopes, Scope) else scopes
