"""
Where the database comes from that a process tests on. To migrate one takes many seconds, to copy one none: `make test`
has one migrated for all processes on a server, by `python -m tests.databases`, and each of them copies it. Its name is
TEST_TEMPLATE; where that is not set, each process migrates one of its own, as Django does.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import django
from django.conf import settings
from django.db import connection
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.migrations.state import ProjectState
from django.db.models import Field


def make_folder_in_memory() -> Path:
    """A new folder for SQLite files, in memory if the machine has a place for that. Whoever makes it removes it."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="storecredit-tests-", dir=memory if os.access(memory, os.W_OK) else None))


def copy_the_template_if_there_is_one() -> None:
    """Replace how Django makes a test database; what it is called, and that it goes in the end, stays as it is."""
    if "TEST_TEMPLATE" in os.environ:
        BaseDatabaseCreation.create_test_db = _copy_template  # type: ignore[method-assign]  # as it is called


# Half of what it asks of Django is private to Django.
def _copy_template(self: Any, *args: Any, **options: Any) -> str:
    name: str = self._get_test_db_name()
    template = os.environ["TEST_TEMPLATE"]
    self.connection.close()
    if self.connection.vendor == "sqlite":
        shutil.copyfile(template, name)
    else:
        copy, original = map(self.connection.ops.quote_name, (name, template))
        with self._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {copy}")
            cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {original}")
    settings.DATABASES[self.connection.alias]["NAME"] = self.connection.settings_dict["NAME"] = name
    return name


@contextmanager
def asking_fields_once() -> Iterator[None]:
    """
    Have Django ask each field of a model of former days but once what it is made of.

    It makes such a model anew at almost each step of a migration, with those that refer to it, and asks each time: a
    third of all that to migrate takes. What a field of a migration is made of never changes.
    """

    def clone(self: Any) -> Any:
        if "_made_of" not in self.__dict__:
            self._made_of = self.deconstruct()[2:]
        positional, named = self._made_of
        return self.__class__(*positional, **named)

    with mock.patch.object(Field, "clone", clone):
        yield


@contextmanager
def only_going_up() -> Iterator[None]:
    """
    Have Django make models of former days anew only where a step changes what they are made of: another third.

    A model that is new changes no other, and of a constraint or an index its own model alone knows, in a list. The
    model before the step is then the one after it, which nobody asks for who goes up; a way back needs both.
    """

    def add_model(self: Any, model: Any) -> None:
        self.models[model.app_label, model.name_lower] = model
        if self._relations is not None:
            self.resolve_model_relations((model.app_label, model.name_lower))
        if "apps" in self.__dict__:
            self.apps.render_multiple([model])

    def append(self: Any, app_label: str, model_name: str, option: str, obj: Any) -> None:
        change(self, app_label, model_name, option, lambda listed: [*listed, obj])

    def remove(self: Any, app_label: str, model_name: str, option: str, name: str) -> None:
        change(self, app_label, model_name, option, lambda listed: [kept for kept in listed if kept.name != name])

    def change(state: Any, app_label: str, model_name: str, option: str, how: Callable[[list[Any]], list[Any]]) -> None:
        options = state.models[app_label, model_name].options
        options[option] = how(options[option])
        if "apps" in state.__dict__:
            meta = state.apps.get_model(app_label, model_name)._meta
            setattr(meta, option, meta._format_names(options[option]))
            meta.__dict__.pop("total_unique_constraints", None)

    with (
        mock.patch.object(ProjectState, "add_model", add_model),
        mock.patch.object(ProjectState, "_append_option", append),
        mock.patch.object(ProjectState, "_remove_option", remove),
    ):
        yield


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    connection.settings_dict["TEST"]["NAME"] = os.environ["TEST_TEMPLATE"]
    with asking_fields_once(), only_going_up():
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    # SQLite moves what it has written into the file itself; PostgreSQL copies nothing that is in use.
    connection.close()


if __name__ == "__main__":
    main()
