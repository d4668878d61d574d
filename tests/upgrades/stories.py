"""
Stories of databases with data that go back over migrations and come up again.

To go back and forth takes ten seconds, however little there is to move. So all stories go together, each as far as it
says, and the one test there is goes all the way once.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

#: Fills a database; after its first `yield`, that database knows no later migration than the one it is told for; after
#: its second, it knows them all. It shares the database with all others, and looks at what is its own.
Story = Callable[[], Generator[None, None, None]]
Migration = tuple[str, str]

STORIES: dict[Story, Migration] = {}


def before(app: str, migration: str) -> Callable[[Story], Story]:
    """Tell a story of a database that knows no later migration of the app, by its number."""

    def tell(story: Story) -> Story:
        STORIES[story] = (app, migration)
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
    for story in told:
        told_at[STORIES[story]].append(story)
    try:
        for app, migration in sorted(told_at, key=_count_later):
            call_command("migrate", app, migration, verbosity=0)
            for story in told_at[app, migration]:
                next(told[story])
    finally:
        # All, and not the app's alone: to go back takes along what other apps built on it, and whoever tests next on
        # this database needs that too.
        call_command("migrate", verbosity=0)


def _count_later(migration: Migration) -> int:
    """How many migrations, of all apps, a database that stands at this one does not know."""
    executor = MigrationExecutor(connection)
    found = executor.loader.get_migration_by_prefix(*migration)
    return len(executor.migration_plan([(found.app_label, found.name)]))
