"""Logins, their roles, and what they keep for themselves."""

from collections.abc import Sequence as Many
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from storecredit.backoffice.models import Preferences, SavedFilter


def permissions_named(*names: str) -> list[Permission]:
    """The permissions, each named with its app: `credits.decide_request`."""
    found = []
    for name in names:
        app_label, _, codename = name.partition(".")
        found.append(Permission.objects.get(content_type__app_label=app_label, codename=codename))
    return found


class GroupFactory(DjangoModelFactory[Group]):
    """A role, which may do what `permissions` names."""

    class Meta:
        model = Group
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"Role {n}")

    @post_generation
    def permissions(self: Any, create: bool, names: Many[str] | None, **more: Any) -> None:
        if names:
            self.permissions.add(*permissions_named(*names))


class UserFactory(DjangoModelFactory[User]):
    """A login of a member of staff, who has these `groups` and may do what `permissions` names; without a password."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"person-{n}")
    is_staff = True

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(*args, **fields)

    @post_generation
    def groups(self: Any, create: bool, groups: Many[Group] | None, **more: Any) -> None:
        if groups:
            self.groups.add(*groups)

    @post_generation
    def permissions(self: Any, create: bool, names: Many[str] | None, **more: Any) -> None:
        if names:
            self.user_permissions.add(*permissions_named(*names))


class SavedFilterFactory(DjangoModelFactory[SavedFilter]):
    """What somebody asks of the list of transactions again and again."""

    class Meta:
        model = SavedFilter

    owner = SubFactory(UserFactory)
    list = "ledger.transaction"
    name = Sequence(lambda n: f"purchases {n}")
    query = "type=REDEEM"


class PreferencesFactory(DjangoModelFactory[Preferences]):
    """What somebody wants pages to be shown in."""

    class Meta:
        model = Preferences

    person = SubFactory(UserFactory)
    language = "de"
    time_zone = "Europe/Berlin"
