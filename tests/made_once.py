"""
What is made once for all tests of a file that need it alike, where to make it takes longer than most of them.

It is made in a transaction round theirs: each test leaves it as it was, and at the end of the file it is gone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction
from pytest_django import DjangoDbBlocker

Made = TypeVar("Made")


@contextmanager
def made_once(blocker: DjangoDbBlocker, make: Callable[[], Made]) -> Iterator[Made]:
    """
    Make it, in a fixture of a file: `with made_once(django_db_blocker, make) as made: yield made`.

    The fixture asks for `django_db_setup`, too, and no test of the file may commit for good.
    """
    with blocker.unblock(), transaction.atomic():
        yield make()
        transaction.set_rollback(True)
