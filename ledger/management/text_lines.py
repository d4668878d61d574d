"""
The lines of a file of text, as programs of all kinds write it, and how many of its bytes they are.

UTF-8, with its mark or without, and UTF-16 that begins with its mark; lines that end with LF, CR LF or, in files whose
first line does, CR alone. A first line `sep=;`, which spreadsheets write and read, says what separates the columns.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from django.utils.translation import gettext

from ledger.management.column_maps import Separator

_LONGEST_LINE = 64 * 1024
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAYS_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"?')


class Source(Protocol):
    """What a file is read from, line by line."""

    def readline(self, limit: int, /) -> bytes: ...


class FileUnreadable(Exception):
    """The file cannot be read beyond this line."""


class TextLines:
    """
    A file's lines, each with its end. Bytes that are no text stay recognisable: as lone surrogates, or as U+FFFD.

    `read_bytes` counts those of the lines that were handed out, `has_ended` says whether all were.
    """

    def __init__(self, source: Source) -> None:
        self.read_bytes = 0
        self.has_ended = False
        self._source = source
        self._lines = self._read()

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _read(self) -> Iterator[str]:
        first = self._source.readline(_LONGEST_LINE + 1)
        if first.startswith(b"PK\x03\x04"):
            raise FileUnreadable(gettext("it is a workbook (XLSX) or another ZIP file, not CSV; save it as CSV"))
        if first.startswith(b"\xd0\xcf\x11\xe0"):
            raise FileUnreadable(gettext("it is a workbook (XLS), not CSV; save it as CSV"))
        raw_lines = chain([first], iter(lambda: self._source.readline(_LONGEST_LINE + 1), b""))
        if first.startswith(codecs.BOM_UTF16_LE):
            yield from self._split(raw_lines, "utf-16-le", "replace")
        elif first.startswith(codecs.BOM_UTF16_BE):
            yield from self._split(raw_lines, "utf-16-be", "replace")
        elif _ends_with_cr(first):
            yield from self._split(raw_lines, "utf-8", "surrogateescape")
        else:
            yield from self._take(raw_lines)
        self.has_ended = True

    def _take(self, raw_lines: Iterator[bytes]) -> Iterator[str]:
        """Lines that end with LF or CR LF."""
        encoding = "utf-8-sig"
        for raw in raw_lines:
            _require_short(len(raw))
            self.read_bytes += len(raw)
            text, encoding = raw.decode(encoding, errors="surrogateescape"), "utf-8"
            if text:
                yield text

    def _split(self, chunks: Iterator[bytes], encoding: str, errors: str) -> Iterator[str]:
        """Lines whose end is not a byte that is found in no other place."""
        decode, waiting, is_first = codecs.getincrementaldecoder(encoding)(errors), "", True
        for chunk in chain(chunks, [b""]):
            waiting += decode.decode(chunk, final=not chunk)
            begin = 0
            for end in _LINE_END.finditer(waiting):
                # What follows may be the other half of this end.
                if chunk and end[0] == "\r" and end.end() == len(waiting):
                    break
                line, begin = waiting[begin : end.end()], end.end()
                yield self._count(line, encoding, errors, is_first=is_first)
                is_first = False
            waiting = waiting[begin:]
            _require_short(len(waiting))
        if waiting:
            yield self._count(waiting, encoding, errors, is_first=is_first)

    def _count(self, line: str, encoding: str, errors: str, *, is_first: bool) -> str:
        self.read_bytes += len(line.encode(encoding, errors))
        return line.removeprefix("\ufeff") if is_first else line


def take_separator(lines: Iterator[str]) -> tuple[Iterator[str], Separator | None, int]:
    """
    The lines of a file without one that says what separates its columns; what does so, as the line says or else as the
    header looks, if one does; and how many lines were taken off.

    :raises FileUnreadable: if the line says what none of ours is.
    """
    first = next(lines, "")
    if match := _SAYS_SEPARATOR.fullmatch(first):
        if match[1] not in set(Separator):
            words = gettext("its first line says that columns are separated by %(separator)s, which is not known here")
            raise FileUnreadable(words % {"separator": match[1]})
        return lines, Separator(match[1]), 1
    header = _QUOTED.sub("", first)
    counts = {each: header.count(each.value) for each in Separator}
    most = max(counts, key=counts.__getitem__)
    return chain([first] if first else [], lines), most if counts[most] else None, 0


def _ends_with_cr(first: bytes) -> bool:
    """Whether a file's first line ends with CR alone: one in quotes ends no line."""
    unquoted = re.sub(rb'"(?:[^"]|"")*"?', b"", first)
    place = unquoted.find(b"\r")
    return place >= 0 and unquoted[place : place + 2] != b"\r\n"


def _require_short(length: int) -> None:
    if length > _LONGEST_LINE:
        raise FileUnreadable(gettext("a line is longer than %(longest)s bytes") % {"longest": _LONGEST_LINE})
