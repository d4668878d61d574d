"""What each kind of file is read by, checked against and written with."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.management.card_file import CardFile
from giftcards.operations import CardRow, import_cards, preview_card_import
from ledger.management.column_maps import ColumnMap, DayOrder, Decimals, Layout, Separator, own_map, read_map
from ledger.management.csv_file import CsvFile, Portion
from ledger.management.customer_file import CustomerFile
from ledger.management.opening_file import OpeningFile
from ledger.management.text_lines import Source
from ledger.operations import (
    Actor,
    CustomerOutcome,
    OpeningRow,
    import_customers,
    import_opening_balances,
    preview_customer_import,
    preview_opening_balances,
)
from storecredit.backoffice.imports.changed import tell_of_each
from storecredit.backoffice.imports.labels import list_hints
from storecredit.backoffice.imports.packing import pack, pack_customers, unpack_cards, unpack_customers, unpack_openings
from storecredit.backoffice.kit import Words
from storecredit.backoffice.models import ImportKind, ImportRun

Refuse = Callable[[int, str, str], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What one piece of a file says: its good lines as a text, what each is known by, and their sum by currency."""

    packed: str
    keys: list[tuple[int, str]]
    sums_minor: dict[str, int]


class Kind(ABC):
    """One kind of file."""

    name: ClassVar[ImportKind]
    permission: ClassVar[str]
    file: ClassVar[type[CsvFile]]
    #: What the lines of the file make, for sentences; and whether they come to a sum that is to be confirmed.
    makes: ClassVar[Words]
    verb: ClassVar[Words] = _("Write them")
    has_sums: ClassVar[bool] = True
    result_columns: ClassVar[Sequence[str]]
    outcome_column: ClassVar[str] = "status"
    #: Beside those that all kinds have.
    choices: ClassVar[Sequence[str]] = ()
    #: How many lines a slice has, which holds the locks of their accounts; a kind that is written as one whole takes
    #: them all in one.
    slice_rows: ClassVar[int] = 1000
    is_whole: ClassVar[bool] = False
    help: ClassVar[Words] = ""

    @abstractmethod
    def read(self, source: Source, run: ImportRun, portion: Portion | None) -> CsvFile:
        """Read a file, or a piece of one, as the run's choices and map say."""

    @property
    def column_names(self) -> str:
        """The columns of our own layout, in words."""
        return ", ".join(self.file.columns)

    def list_maps(self) -> dict[str, ColumnMap]:
        """Our own layout and those that are shipped, by name."""
        own = own_map(reads=self.file.kind, columns=self.file.columns)
        return {each.name: each for each in (own, *self.file.list_maps())}

    def layout(self, run: ImportRun) -> Layout:
        """How the run's file is laid out."""
        said = run.choices
        return Layout(
            map=read_map_of(self, run.map) if run.map else None,
            separator=Separator(said["separator"]) if said.get("separator") else None,
            decimals=Decimals(said["decimals"]) if said.get("decimals") else None,
            days=DayOrder(said["days"]) if said.get("days") else None,
            as_written=frozenset(said.get("as_written", [])),
            hints=list_hints(),
        )


class PartedKind(Kind):
    """A kind whose lines are written a slice at a time."""

    @abstractmethod
    def check(self, file: Any, run: ImportRun, now: datetime, refuse: Refuse) -> Checked:
        """Compare a piece of the file with the books."""

    @abstractmethod
    def write(self, packed: str, run: ImportRun, actor: Actor, now: datetime) -> list[list[Any]]:
        """Write a slice; for each line what stands in the result."""


class Customers(PartedKind):
    name, permission, makes = ImportKind.CUSTOMERS, "backoffice.import_customers", "customers"
    file = CustomerFile
    has_sums = False
    result_columns = ("line", "customer_number", "status")
    help = _(
        "A customer whose number is known is changed where the line differs; a column that the file does not have is "
        "left alone, and a blank cell empties the customer's."
    )

    def read(self, source: Source, run: ImportRun, portion: Portion | None) -> CustomerFile:
        return CustomerFile(source, layout=self.layout(run), portion=portion)

    def check(self, file: CustomerFile, run: ImportRun, now: datetime, refuse: Refuse) -> Checked:
        rows = list(file.list_rows())
        _, taken = preview_customer_import(rows=(row for _, row in rows), test_mode=run.test_mode)
        why = gettext("%(number)s belongs to a test customer")
        if run.test_mode:
            why = gettext("%(number)s belongs to a live customer")
        for row in taken:
            refuse(file.find_line(row.number), "number", why % {"number": row.number})
        return Checked(pack_customers(rows), [(line, row.number.upper()) for line, row in rows], {})

    def write(self, packed: str, run: ImportRun, actor: Actor, now: datetime) -> list[list[Any]]:
        rows = unpack_customers(packed)
        outcomes: dict[str, CustomerOutcome] = {}
        import_customers(
            rows=[row for _, row in rows],
            now=now,
            test_mode=run.test_mode,
            on_changed=partial(tell_of_each, actor=actor, now=now),
            on_portion=outcomes.update,
        )
        by_line = sorted(rows, key=lambda each: each[0])
        return [[line, row.number, outcomes[row.number].value] for line, row in by_line]


class Cards(PartedKind):
    name, permission, makes = ImportKind.CARDS, "backoffice.import_cards", "cards"
    file = CardFile
    result_columns = ("line", "last_four", "account_number", "status")
    choices = ("currency", "time_zone", "legacy_numbers", "expired_cards")
    help = _("The balances come in against OPENING. A card that is here already, from the same file, is passed over.")

    def read(self, source: Source, run: ImportRun, portion: Portion | None) -> CardFile:
        return CardFile(
            source,
            layout=self.layout(run),
            currency=run.choices.get("currency", ""),
            time_zone=run.choices["time_zone"],
            legacy_numbers=bool(run.choices.get("legacy_numbers")),
            portion=portion,
        )

    def check(self, file: CardFile, run: ImportRun, now: datetime, refuse: Refuse) -> Checked:
        preview_card_import(
            rows=file,
            now=now,
            test_mode=run.test_mode,
            take_expired=bool(run.choices.get("expired_cards")),
            on_conflict=file.add_conflict,
        )
        rows: list[CardRow] = list(file)
        return Checked(pack(rows), [(row.line, row.number.code.digest) for row in rows], file.sum_balances())

    def write(self, packed: str, run: ImportRun, actor: Actor, now: datetime) -> list[list[Any]]:
        done: list[list[Any]] = []
        import_cards(
            rows=unpack_cards(packed),
            actor=actor,
            now=now,
            source=run.file_name,
            test_mode=run.test_mode,
            take_expired=bool(run.choices.get("expired_cards")),
            on_portion=lambda cards: done.extend(
                [card.line, card.last_four, card.account_number, card.status.value] for card in cards
            ),
        )
        return done


class OpeningBalances(PartedKind):
    name, permission, makes = ImportKind.OPENING_BALANCES, "backoffice.import_opening_balances", "balances"
    file = OpeningFile
    result_columns = ("line", "customer_number", "account_number", "transaction_number", "status")
    choices = ("currency",)
    help = _(
        "What customers had in another system comes in against OPENING. A balance is known by its customer, currency, "
        "last day and reference, and comes in once, from whatever file."
    )

    def read(self, source: Source, run: ImportRun, portion: Portion | None) -> OpeningFile:
        return OpeningFile(source, layout=self.layout(run), currency=run.choices.get("currency", ""), portion=portion)

    def check(self, file: OpeningFile, run: ImportRun, now: datetime, refuse: Refuse) -> Checked:
        keys: list[tuple[int, str]] = []

        def find_twin(key: str, line: int) -> int | None:
            twin = file.find_twin(key, line)
            if twin is None:
                keys.append((line, key))
            return twin

        preview_opening_balances(
            rows=file,
            now=now,
            test_mode=run.test_mode,
            find_twin=find_twin,
            on_conflict=lambda conflict: refuse(conflict.line, conflict.column, conflict.message),
        )
        return Checked(pack(file), keys, file.sum_balances())

    def write(self, packed: str, run: ImportRun, actor: Actor, now: datetime) -> list[list[Any]]:
        rows = unpack_openings(packed)
        done: list[list[Any]] = []
        import_opening_balances(
            rows=rows,
            expected_minor=_sum(rows),
            actor=actor,
            now=now,
            source=run.file_name,
            test_mode=run.test_mode,
            on_portion=lambda portion: done.extend(
                [each.line, each.customer_number, each.account_number, each.transaction_number, each.status.value]
                for each in portion
            ),
        )
        return done


def read_map_of(kind: Kind, data: Any) -> ColumnMap:
    """
    A map that was kept as data.

    :raises MapUnusable: if it is none for files of this kind.
    """
    return read_map(json.dumps(data), columns={kind.file.kind: kind.file.columns})


def digest_of(key: str) -> str:
    """What a line is known by, so short that it may be kept, and so that nothing is read from it."""
    return hashlib.sha256(key.encode()).hexdigest()


def _sum(rows: Sequence[OpeningRow]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.currency] += row.balance_minor
    return dict(sums)
