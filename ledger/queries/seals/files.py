"""
The file of seals: lines of JSON that are only ever added to, kept where whoever owns the database cannot write.

A cut begins with a line that says so; then come the digests of its rows, some hundred a line, and last its seal. What a
crash left half written is passed over: its cut begins once more.
"""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_LEAVES_A_LINE = 500
#: So much of a row's digest is kept in the file, to name what differs. The proof is the digest of the whole.
_LEAF_BYTES = 16


@dataclass(frozen=True, slots=True)
class SealLine:
    """The seal of one cut as it leaves the database."""

    cut: int
    boundary: str
    entries: int
    digest: str
    previous_digest: str
    public_key: str
    signature: str

    def to_json(self) -> str:
        """One line of the file, and of mails."""
        return json.dumps({"seal": asdict(self)})


def write_seal(path: Path, line: SealLine, produce: Callable[[Callable[[str, Any, bytes], None]], object]) -> None:
    """
    Add a cut to the end of a file and have it on the disk.

    :param produce: is given what takes each leaf, and gives it all of the cut's.
    :raises OSError: if the file cannot be written.
    """
    with open(path, "ab") as file:
        if file.tell() and not _ends_a_line(path):
            file.write(b"\n")
        writer = _Writer(line.cut, lambda text: file.write(text.encode() + b"\n"))
        produce(writer.take)
        writer.flush()
        file.write(line.to_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


class SealFile:
    """A file of seals, of which memory holds the seals and where each cut's leaves begin."""

    def __init__(self, path: Path) -> None:
        """
        Read its seals.

        :raises OSError: if it cannot be read.
        """
        self.path = path
        self.seals: dict[int, SealLine] = {}
        self._begins: dict[int, int] = {}
        begun: dict[int, int] = {}
        place = 0
        with open(path, "rb") as file:
            for raw in file:
                line = _parse(raw)
                if "begins" in line:
                    begun[line["begins"]] = place
                elif "seal" in line:
                    seal = SealLine(**line["seal"])
                    # The first one stays: nobody seals a cut twice.
                    if seal.cut in begun and seal.cut not in self.seals:
                        self.seals[seal.cut], self._begins[seal.cut] = seal, begun[seal.cut]
                place += len(raw)

    def read_leaves(self, cut: int) -> dict[tuple[str, str], str]:
        """The digests of a cut's rows, by kind and name."""
        leaves: dict[tuple[str, str], str] = {}
        with open(self.path, "rb") as file:
            file.seek(self._begins[cut])
            for line in map(_parse, file):
                if "seal" in line and line["seal"]["cut"] == cut:
                    break
                for name, leaf in line.get("leaves", []):
                    leaves[line["of"], str(name)] = leaf
        return leaves


def shorten(leaf: bytes) -> str:
    """A row's digest as the file keeps it."""
    return base64.b64encode(leaf[:_LEAF_BYTES]).decode()


class _Writer:
    def __init__(self, cut: int, write: Callable[[str], Any]) -> None:
        self.kind, self.leaves, self.write = "", list[tuple[Any, str]](), write
        write(json.dumps({"begins": cut}))

    def take(self, kind: str, name: Any, leaf: bytes) -> None:
        if kind != self.kind or len(self.leaves) == _LEAVES_A_LINE:
            self.flush()
        self.kind = kind
        self.leaves.append((name, shorten(leaf)))

    def flush(self) -> None:
        if self.leaves:
            self.write(json.dumps({"of": self.kind, "leaves": self.leaves}))
        self.leaves = []


def _ends_a_line(path: Path) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw)
    except ValueError:
        # Half a line that a crash left; the seal that it belonged to is missing then, and that is told.
        return {}
    return line if isinstance(line, dict) else {}
