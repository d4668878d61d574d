"""
Every address of the admin that can be looked at, as its own list of addresses has them: what comes with a page of
somebody's own, or with a step of one, is measured without being named here.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, reverse

#: What ends, begins or proves something, or only leads on.
_NOT_LOOKED_AT = ("logout", "login", "jsi18n", "view_on_site", "autocomplete", "app_list")
_CONVERTED = {"object_id", "run_id", "batch_id", "person_id"}


def list_every_page(visitor: User) -> Iterator[tuple[str, str]]:
    """Each address of the admin with one page of its own, or of a row in the middle of its list, that is shown."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(visitor, backend="django.contrib.auth.backends.ModelBackend")
    for url, name in list_addresses(visitor):
        answer: Any = client.get(url)
        if answer.status_code == 200 and not answer.streaming:
            yield name, url


def list_addresses(visitor: User) -> Iterator[tuple[str, str]]:
    """Each address of the admin, and its name there."""
    for pattern in _walk(admin.site.get_urls()):
        name = pattern.name
        if not name or name in _NOT_LOOKED_AT or name.endswith(("_changelist", "_change")):
            continue  # measured with the lists
        given = pattern.pattern.converters
        if not given:
            yield reverse(f"admin:{name}"), name
        elif len(given) == 1 and set(given) <= _CONVERTED:
            one = visitor.pk if "person_id" in given else _find_row(name)
            if one is not None:
                yield reverse(f"admin:{name}", args=[one]), name


def _walk(patterns: Any) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _walk(pattern.url_patterns)


def _find_row(name: str) -> Any:
    """A row in the middle of those that an address is of."""
    for model in admin.site._registry:
        meta = model._meta
        if name.startswith(f"{meta.app_label}_{meta.model_name}_"):
            rows = model._default_manager.order_by("pk").values_list("pk", flat=True)
            try:
                return rows[rows.count() // 2 : rows.count() // 2 + 1].first()
            except ValidationError:
                return None
    return None
