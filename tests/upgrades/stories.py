"""
Stories of databases with data that go back over migrations and come up again.

To go back and forth takes many seconds, however little there is to move. So all stories go together, each as far as it
says, and the one test there is goes all the way once. On the way back it stops only where a story has something to do.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration as DjangoMigration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from tests.databases import asking_fields_once, only_going_up

#: Fills a database; after its first `yield`, that database knows no later migration than the one it is told for; after
#: its second, it knows them all. It shares the database with all others, and looks at what is its own.
Story = Callable[[], Generator[None, None, None]]
Migration = tuple[str, str]

STORIES: dict[Story, Migration] = {}
#: Those that do nothing between their two `yield`s: it is enough for them that the way leads past their migration.
PASSED_BY: set[Story] = set()


def before(app: str, migration: str, *, passed_by: bool = False) -> Callable[[Story], Story]:
    """
    Tell a story of a database that knows no later migration of the app, by its number.

    :param passed_by: the database need not stop there, for nothing is done between the two `yield`s.
    """

    def tell(story: Story) -> Story:
        STORIES[story] = (app, migration)
        if passed_by:
            PASSED_BY.add(story)
        return story

    return tell


def begin(stories: Iterable[Story]) -> dict[Story, Generator[None, None, None]]:
    """Fill the database with what each is about."""
    told = {story: story() for story in stories}
    for running in told.values():
        next(running)
    return told


def go_back_and_come_up(told: dict[Story, Generator[None, None, None]]) -> None:
    """Go back, from one story's database to the next older one, and come up again from the oldest."""
    told_at: dict[Migration, list[Story]] = defaultdict(list)
    oldest: dict[str, Migration] = {}
    for story in told:
        app, migration = STORIES[story]
        oldest[app] = min((app, migration), oldest.get(app, (app, migration)))
        if story not in PASSED_BY:
            told_at[app, migration].append(story)
    with asking_fields_once():
        try:
            with rendering_no_state_on_the_way():
                for app, migration in sorted({*told_at, *oldest.values()}, key=_count_later):
                    call_command("migrate", app, migration, verbosity=0)
                    for story in told_at[app, migration]:
                        next(told[story])
            for story in told.keys() & PASSED_BY:
                next(told[story])
        finally:
            # All, and not the app's alone: to go back takes along what other apps built on it, and whoever tests next
            # on this database needs that too.
            with only_going_up():
                call_command("migrate", verbosity=0)


@contextmanager
def rendering_no_state_on_the_way() -> Iterator[None]:
    """
    Have Django make the models of former days only where a migration is undone.

    At each migration that it passes it would make all models anew that any of its operations touched: half of the time.
    """
    mutate = DjangoMigration.mutate_state

    def mutate_unrendered(self: DjangoMigration, project_state: ProjectState, preserve: bool = True) -> ProjectState:
        made = project_state.__dict__.pop("apps", None)
        mutated = mutate(self, project_state, preserve)  # makes them when it is asked for them
        if preserve and made is not None:
            project_state.__dict__["apps"] = made
        return mutated

    with mock.patch.object(DjangoMigration, "mutate_state", mutate_unrendered):
        yield


def _count_later(migration: Migration) -> int:
    """How many migrations, of all apps, a database that stands at this one does not know."""
    executor = MigrationExecutor(connection)
    found = executor.loader.get_migration_by_prefix(*migration)
    return len(executor.migration_plan([(found.app_label, found.name)]))
