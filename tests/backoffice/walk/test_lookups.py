"""What the address of a list may ask for: nothing that the list does not offer, over however many relations."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.urls import reverse

from tests.backoffice.staff import Staff, list_url, page_url
from tests.factories.people import UserFactory, permissions_named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def list_paths(model: type[Model], relations: int) -> Iterator[str]:
    """Every column that a lookup of a model may name, over so many relations, forwards and back."""
    for field in model._meta.get_fields(include_hidden=True):
        yield field.name
        related: Any = field.related_model
        if relations and related:
            for path in list_paths(related, relations - 1):
                yield f"{field.name}__{path}"


def list_offered(model_admin: Any) -> set[str]:
    """What its filters, and what leads to it, may name: a column, and of a related row which one it is."""
    filters = [each[0] if isinstance(each, tuple) else each for each in model_admin.list_filter]
    named = {getattr(each, "parameter_name", None) or str(each) for each in filters} | {*model_admin.led_to_by}
    return named | {f"{name.partition('__')[0]}{what}" for name in named for what in ("", "__id")}


def test_no_list_is_narrowed_by_what_it_does_not_offer():
    request = Staff(username="root", is_superuser=True).open(reverse("admin:index")).wsgi_request
    faults: dict[str, set[str]] = {}

    for model, model_admin in admin.site._registry.items():
        paths = set(list_paths(model, 2))
        allowed = {
            path
            for path in paths
            for lookup in ("", "__startswith", "__gt", "__isnull")
            if model_admin.lookup_allowed(path + lookup, "a", request)
        }
        if taken := allowed - list_offered(model_admin):
            faults[model._meta.label] = taken

    assert faults == {}


def test_whoever_sees_the_roles_finds_out_by_no_address_who_has_which():
    reader = Staff()
    reader.user.user_permissions.set(permissions_named("auth.view_group"))
    member = Staff("Finance")

    asked = [f"user={member.user.pk}", f"user__id__exact={member.user.pk}", "user__username__startswith=f"]
    asked += ["permissions__codename=issue_credit", "approver_limits__id__gt=0"]

    assert reader.open(list_url(Group)).status_code == 200
    assert {reader.open(f"{list_url(Group)}?{each}").status_code for each in asked} == {400}


@pytest.mark.parametrize("asked", ["_to_field=password", "_popup=1&_to_field=email", "_to_field=groups"])
def test_no_list_is_made_a_choice_by_a_column_of_its_own(asked):
    root = Staff(username="root", is_superuser=True)

    assert root.open(f"{list_url(User)}?{asked}").status_code == 400
    assert root.open(f"{page_url(root.user)}?{asked}").status_code == 400


def test_a_list_is_put_in_no_order_but_that_of_its_columns():
    root = Staff(username="root", is_superuser=True)
    for number in range(3):
        UserFactory.create(username=f"u{number}", password=f"{number}")
    usual = shown_in(root.open(list_url(User)))

    for order in ("99", "-99", "password", "-7", "0.99", "1.-password"):
        asked = shown_in(root.open(f"{list_url(User)}?o={order}"))
        assert asked in (usual, usual[::-1])


def shown_in(page: Any) -> list[str]:
    return [person.username for person in page.context["cl"].result_list]
