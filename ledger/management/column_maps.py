"""
Which column of a foreign file says what.

A map is data, the same whether the project ships it or somebody keeps their own: JSON that names the headers of a
layout, whatever their capitals and blanks, and for each what it says here. Nothing is guessed from a header that no map
names.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from ledger.management.choices import Choice

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_MEMBERS = frozenset(
    {"name", "title", "reads", "columns", "ignored", "values", "apostrophes", "separator", "decimals", "days", "source"}
)
_LARGEST_BYTES = 256 * 1024


class Separator(StrEnum):
    COMMA = ","
    SEMICOLON = ";"
    TAB = "\t"


class Decimals(StrEnum):
    """What sets the decimals of an amount apart. Where it is not said, a comma alone is not understood."""

    UNSAID = ""
    POINT = "point"
    COMMA = "comma"


class DayOrder(StrEnum):
    """In which order a day is written. One that begins with its year is the same in all of them."""

    YEAR_FIRST = "ymd"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class MapUnusable(Exception):
    """A map that is none, or is for another kind of file."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """
    One layout of files of one kind.

    :param reads: the kind of file, such as `cards`.
    :param columns: what each header says here, by `fold_header`.
    :param ignored: headers of the layout that say nothing here.
    :param values: for a column here, what a cell says, by its small letters.
    :param apostrophes: columns here whose cells stand behind an apostrophe in this layout.
    :param is_foreign: another program writes it, so that a day may have a time behind it.
    """

    name: str
    title: str
    reads: str
    columns: Mapping[str, str]
    ignored: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    apostrophes: frozenset[str] = frozenset()
    separator: Separator = Separator.COMMA
    decimals: Decimals = Decimals.UNSAID
    days: DayOrder = DayOrder.YEAR_FIRST
    is_foreign: bool = True

    def knows(self, header: str) -> bool:
        """Whether a header belongs to this layout; as `fold_header` has it. An empty one belongs to any."""
        return not header or header in self.columns or header in self.ignored

    def count_mapped(self, headers: Iterable[str]) -> int:
        """How many of these headers say something here."""
        return sum(header in self.columns for header in headers)

    def says(self, headers: Iterable[str]) -> frozenset[str]:
        """What a file with these headers says here."""
        return frozenset(self.columns[header] for header in headers if header in self.columns)


@dataclass(frozen=True, slots=True)
class Layout:
    """
    How a file is to be read.

    :param map: None: whichever map knows its headers.
    :param known: maps beside the shipped ones among which it is looked for.
    :param separator, decimals, days: None: as the map says.
    :param ignore_unknown: columns that the map does not know are left out; else the file is refused for them.
    :param as_written: columns in which what looks like a spreadsheet's ruin is meant.
    :param hints: how such a choice is said where the file comes in, as the end of a sentence; `%(name)s` is the column.
    """

    map: ColumnMap | None = None
    known: Sequence[ColumnMap] = ()
    separator: Separator | None = None
    decimals: Decimals | None = None
    days: DayOrder | None = None
    ignore_unknown: bool = False
    as_written: frozenset[str] = frozenset()
    hints: Mapping[Choice, str] = field(default_factory=dict)


def fold_header(text: str) -> str:
    """A header without regard to capitals, blanks, underscores and hyphens: `Expires On` is `expires_on`."""
    return re.sub(r"[\s_-]+", "_", text.strip().casefold())


# Who keeps maps that were made here: each gives the JSON of those for one kind of file.
_keepers: list[Callable[[str], Iterable[str]]] = []


def keep_maps(list_texts: Callable[[str], Iterable[str]]) -> None:
    """Let a part of the program that stands on this one give out the maps that it keeps. Called when it starts."""
    if list_texts not in _keepers:
        _keepers.append(list_texts)


def list_kept(reads: str, columns: Sequence[str]) -> list[ColumnMap]:
    """The maps that are kept here for one kind of file; without those that fit its columns no more."""
    kept = []
    for list_texts in _keepers:
        for text in list_texts(reads):
            with suppress(MapUnusable):
                kept.append(read_map(text, columns={reads: columns}))
    return kept


def own_map(*, reads: str, columns: Sequence[str]) -> ColumnMap:
    """The map of our own layout."""
    return ColumnMap(
        name="own",
        title=gettext("Our own layout"),
        reads=reads,
        columns={name: name for name in columns},
        is_foreign=False,
    )


def recognise(
    headers: Collection[str], *, maps: Sequence[ColumnMap], required: Collection[str], ignore_unknown: bool
) -> ColumnMap | None:
    """
    The map that knows all these headers and finds what is required among them; of several, the one that reads most.

    :param ignore_unknown: it need not know all of them.
    """
    fitting = [
        each
        for each in maps
        if each.says(headers).issuperset(required) and (ignore_unknown or all(each.knows(name) for name in headers))
    ]
    return max(fitting, key=lambda each: each.count_mapped(headers), default=None)


def read_map(text: str | bytes, *, columns: Mapping[str, Sequence[str]]) -> ColumnMap:
    """
    A map from its JSON.

    :param columns: what files say here, by their kind.
    :raises MapUnusable: if it is none, and why.
    """
    if len(text) > _LARGEST_BYTES:
        raise MapUnusable(gettext("it is larger than 256 KiB"))
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MapUnusable("it is not JSON") from error
    if not isinstance(data, dict):
        raise MapUnusable("it is no JSON object")
    if unknown := sorted(data.keys() - _MEMBERS):
        raise MapUnusable(gettext("it has %(unknown)s, which no map has") % {"unknown": ", ".join(unknown)})
    name, title = data.get("name"), data.get("title", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(title, str):
        raise MapUnusable(gettext("its name is not of small letters, digits and hyphens, or its title no text"))
    reads = data.get("reads")
    if not isinstance(reads, str) or reads not in columns:
        raise MapUnusable(gettext("it reads none of %(columns)s") % {"columns": ", ".join(columns)})
    return ColumnMap(
        name=name,
        title=title or name,
        reads=reads,
        columns=_columns(data.get("columns"), columns[reads]),
        ignored=frozenset(map(fold_header, _texts(data, "ignored"))),
        values=_values(data.get("values", {}), columns[reads]),
        apostrophes=frozenset(_texts(data, "apostrophes")),
        separator=_choice(Separator, data, "separator", Separator.COMMA),
        decimals=_choice(Decimals, data, "decimals", Decimals.UNSAID),
        days=_choice(DayOrder, data, "days", DayOrder.YEAR_FIRST),
    )


def write_map(chosen: ColumnMap) -> dict[str, Any]:
    """What `read_map` reads as this map."""
    return {
        "name": chosen.name,
        "title": chosen.title,
        "reads": chosen.reads,
        "columns": dict(chosen.columns),
        "ignored": sorted(chosen.ignored),
        "values": {name: dict(words) for name, words in chosen.values.items()},
        "apostrophes": sorted(chosen.apostrophes),
        "separator": chosen.separator.value,
        "decimals": chosen.decimals.value,
        "days": chosen.days.value,
    }


@cache
def list_shipped(folder: Path, reads: str, columns: tuple[str, ...]) -> tuple[ColumnMap, ...]:
    """The maps that the project ships for one kind of file, by name."""
    files = sorted(folder.glob("*.json"))
    maps = (read_map(file.read_bytes(), columns={reads: columns}) for file in files if _reads(file) == reads)
    return tuple(maps)


def _reads(file: Path) -> str:
    return str(json.loads(file.read_bytes()).get("reads"))


def _columns(said: Any, columns: Sequence[str]) -> dict[str, str]:
    if not isinstance(said, dict) or not said:
        raise MapUnusable(gettext("it maps no columns"))
    for header, name in said.items():
        if name not in columns:
            raise MapUnusable(
                gettext("%(header)s is mapped to %(name)r, which is not one of %(columns)s")
                % {"header": header, "name": name, "columns": ", ".join(columns)}
            )
    return {fold_header(header): name for header, name in said.items()}


def _values(said: Any, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    if not isinstance(said, dict):
        raise MapUnusable(gettext("its values are no object"))
    for name, words in said.items():
        if name not in columns or not isinstance(words, dict):
            raise MapUnusable(gettext("its values of %(name)s are none of a column of such files") % {"name": name})
        if not all(isinstance(word, str) for word in words.values()):
            raise MapUnusable(gettext("its values of %(name)s are no texts") % {"name": name})
    return {name: {word.casefold(): meant for word, meant in words.items()} for name, words in said.items()}


def _texts(data: Mapping[str, Any], member: str) -> list[str]:
    said = data.get(member, [])
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise MapUnusable(gettext("its %(member)s is no list of texts") % {"member": member})
    return said


def _choice(kind: Any, data: Mapping[str, Any], member: str, default: Any) -> Any:
    try:
        return kind(data.get(member, default))
    except ValueError as error:
        raise MapUnusable(
            gettext("its %(member)s is not one of %(join)s")
            % {"member": member, "join": ", ".join(repr(each.value) for each in kind)}
        ) from error
