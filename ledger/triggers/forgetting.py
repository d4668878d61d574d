"""
Where words about people stand, column by column. Every column that can hold words is in exactly one place:

- ERASABLE in an app's `triggers/guarded.py`: of rows that are history, erased under a line that tells of it;
- FORGOTTEN in `triggers/personal.py`: of rows that are none, emptied or deleted with their rows;
- FOLLOWING in `triggers/personal.py`: what is written anew whenever other words of the row or its owner are erased;
- NEVER in `triggers/personal.py`: what never holds words about people who buy, and why.

What is erased and forgotten is what the export of all that is held on a person looks through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ledger.triggers.erasing import list_erasable
from ledger.triggers.saying import gather

#: What columns of these names hold, in whatever table.
EVERYWHERE: Final = {
    "actor_kind": "what kind of somebody acted",
    "actor_id": "which colleague or program acted, which is told for ever",
    "actor_label": "which colleague or program acted, which is told for ever",
    "door": "a door of the program",
    "request_id": "a program's name for one request, as its log has it",
    "currency": "a code of three letters",
    "time_zone": "one of the world's zones",
    "general_ledger_code": "the shop's own account",
}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """
    A table's words about people, in rows that are no history.

    :param columns: what is looked through; each with what it is set to, where the row stays.
    :param is_deleted: rows that name them go whole.
    :param is_whole: rows that are theirs by a key are emptied of all of it, whatever stands there.
    :param where: the condition, as SQL, under which a row may be touched.
    :param key: the primary key.
    """

    columns: Mapping[str, Any]
    is_deleted: bool = False
    is_whole: bool = False
    where: str = ""
    key: str = "id"


@cache
def list_forgotten() -> dict[str, tuple[Forgotten, ...]]:
    """Of each table what is forgotten of it, in this order."""
    return gather("FORGOTTEN", module="triggers.personal")


@cache
def list_following() -> dict[str, dict[str, str]]:
    """Of each table the columns that are emptied with other words, and with which."""
    return gather("FOLLOWING", module="triggers.personal")


@cache
def list_never() -> dict[str, dict[str, str]]:
    """Of each table the columns that hold no words about people who buy, and why."""
    return gather("NEVER", module="triggers.personal")


@cache
def list_searched() -> dict[str, tuple[str, ...]]:
    """Of each table the columns in which somebody may be named who is not named by a key."""
    searched = {table: tuple(columns) for table, columns in list_erasable().items()}
    for table, ways in list_forgotten().items():
        searched[table] = tuple(dict.fromkeys(name for way in ways for name in way.columns))
    return searched
