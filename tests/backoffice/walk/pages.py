"""Every address of the admin that the resolver knows, with rows that are there in the place of its arguments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories.backoffice import CommentFactory
from tests.factories.people import UserFactory
from tests.project.test_factories import factory_of

#: Addresses of patterns that are no routes.
_BY_PATTERN = {"(?P<app_label>": "/admin/ledger/", "(?P<url>": "/admin/no-such-page/"}
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its name, and where it is for the rows of the scenario."""

    name: str
    route: str
    address: str


def list_patterns(resolver: Any = None, way: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """The name and the route of every address below the admin's, the sign-in's among them."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = way + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from list_patterns(pattern, route, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern) and route.startswith("admin/"):
            yield (f"{space}{pattern.name}" if pattern.name else ""), route


def make_rows() -> dict[str, Any]:
    """A row of each kind that the admin shows, by the beginning of its pages' names."""
    rows = {}
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first() if model._meta.app_label != "auth" else None
        rows[f"admin:{model._meta.app_label}_{model._meta.model_name}_"] = row or factory_of(model).create()
    return rows


def list_pages(rows: dict[str, Any]) -> list[Page]:
    """All of them; an address without a name is one that another leads on to, and asked all the same."""
    others = _list_others(rows)
    pages = []
    for name, route in list_patterns():
        start = next((start for start in rows if name.startswith(start) or route.startswith(_way(start))), "")
        known = {**others, **({"object_id": rows[start].pk} if start else {}), **others.get(name, {})}
        for key in ("run_id", "batch_id"):
            known[key] = known.get("object_id", 1)
        address = "/" + _fill(route, known)
        address = next((found for part, found in _BY_PATTERN.items() if part in route), address)
        pages.append(Page(name, route, address))
    return pages


def _fill(route: str, known: dict[str, Any]) -> str:
    return _ARGUMENT.sub(lambda found: str(known.get(found[2], 1)), route)


def _way(start: str) -> str:
    app, _, model = start.removeprefix("admin:").rstrip("_").partition("_")
    return f"admin/{app}/{model}/"


def _list_others(rows: dict[str, Any]) -> dict[str, Any]:
    """Arguments that name something else than the row of their page."""
    customer = rows["admin:ledger_customer_"]
    comments: dict[str, Any] = {}
    for about, model in (
        ("customer", "ledger_customer"),
        ("card", "giftcards_giftcard"),
        ("request", "credits_creditrequest"),
    ):
        row = rows[f"admin:{model}_"]
        comment = CommentFactory.create(customer=None, **{about: row}) if about != "customer" else (
            CommentFactory.create(customer=customer)
        )  # fmt: skip
        comments[f"admin:{model}_withdraw"] = {"comment_id": comment.pk}
    return {
        **comments,
        "person_id": UserFactory.create(username="colleague").pk,
        "right_id": 1,
        "pk": 10**9,
        "layout": "csv",
        "provider_id": "company",
        "uidb64": "MQ",
        "token": "set-password",
        "content_type_id": 1,
        "filter_id": 10**9,
    }
