"""
What a list shows, as cells of a file.

Without a word from the admin class a column is exported as the text that the list shows, its markup taken off. What is
an amount or a moment there is said in the class's `exported`, so that a spreadsheet can add it up and sort it.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import DateTimeField, ForeignKey, Model
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.money import from_minor, plain
from ledger.workbooks import Cell
from storecredit.backoffice.kit.labels import Words
from storecredit.backoffice.kit.parts import DASH

_BLOCK_ENDS = re.compile(r"</(?:div|p|li)>|<br */?>")
# On a page they are told apart by what stands in them; in a file each column has a title.
_WITHOUT_HEADING = {"mode": _("Mode")}
_SPACES = re.compile(r"\s+")
_PLAIN, _CURRENCY, _ZONED = "%(title)s", _("%(title)s currency"), "%(title)s (%(zone)s)"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """
    One or several columns of a file.

    :param patterns: what the titles make of `title`, one for each column; a moment's names its `zone`, too.
    :param title: blank for the title that the list gives it.
    :param read: the cells of a row; None for the text that the list shows.
    """

    patterns: tuple[Words, ...]
    title: Words = ""
    read: Callable[[Any], Sequence[Cell]] | None = None


def as_shown(title: Words = "") -> ExportColumn:
    """The text of the list: of a column in two lines the one in the same place."""
    return ExportColumn((_PLAIN,), title)


def words_cell(title: Words, read: Callable[[Any], Cell]) -> ExportColumn:
    """A text or a whole number of its own."""
    return ExportColumn((_PLAIN,), title, lambda row: [read(row)])


def money_cells(read: Callable[[Any], Money | None], title: Words = "") -> ExportColumn:
    """An amount as a plain number with the decimals of its currency, and the currency beside it."""

    def cells(row: Any) -> Sequence[Cell]:
        money = read(row)
        return [None, None] if money is None else [plain(money).amount, money.currency.code]

    return ExportColumn((_PLAIN, _CURRENCY), title, cells)


def minor_cells(minor: str, currency: str = "currency", title: Words = "") -> ExportColumn:
    """The same of minor units. Both are named as paths from the row, such as `account.currency`."""

    def read(row: Any) -> Money | None:
        amount_minor = _follow(row, minor)
        return None if amount_minor is None else from_minor(amount_minor, _follow(row, currency))

    return money_cells(read, title)


def moment_cell(path: str, title: Words = "") -> ExportColumn:
    """A moment, in the time zone that the title names."""
    return ExportColumn((_ZONED,), title, lambda row: [_local(_follow(row, path))])


class _Labels:
    """
    The labels of a model's choices in one language, each made but once.

    Django makes all labels of a field anew to find one, and half the time of an export went there.
    """

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        chosen: list[Any] = [field for field in model._meta.concrete_fields if field.flatchoices]
        self._asked = [(field.attname, f"get_{field.name}_display", dict[Any, Any]()) for field in chosen]
        self._shown: dict[tuple[str, Any], Cell] = {}

    def give(self, row: Any) -> None:
        """Have a row of the model answer with them. What was not read of it is not asked for."""
        if not isinstance(row, self._model):
            return
        held = vars(row)
        for attribute, method, labels in self._asked:
            if attribute in held:
                value = held[attribute]
                if value not in labels:
                    labels[value] = getattr(row, method)()
                held[method] = partial(_itself, labels[value])

    def cell(self, value: Any, field: Any) -> Cell:
        """What the list shows for a field that is a column itself."""
        key = (field.attname, value)
        if key not in self._shown:
            self._shown[key] = _cell(display_for_field(value, field, ""))
        return self._shown[key]


class ListColumns:
    """The columns of a list as one export has them, in the language of whoever asked."""

    def __init__(self, admin: Any, names: Sequence[str], exported: Mapping[str, Sequence[ExportColumn]]) -> None:
        self._admin = admin
        self._labels = _Labels(admin.model)
        self._columns = [(name, exported.get(name) or self._default(name)) for name in names]

    @property
    def titles(self) -> list[str]:
        """The titles of all columns."""
        zone = timezone.get_current_timezone_name()
        return [
            str(pattern) % {"title": column.title or self._label(name), "zone": zone}
            for name, columns in self._columns
            for column in columns
            for pattern in column.patterns
        ]

    def cells(self, row: Model) -> list[Cell]:
        """The cells of a row, one for each title."""
        self._labels.give(row)
        found: list[Cell] = []
        for name, columns in self._columns:
            shown = self._shown(name, row) if any(column.read is None for column in columns) else []
            for place, column in enumerate(columns):
                found.extend(column.read(row) if column.read else shown[place : place + 1] or [None])
        return found

    def _label(self, name: str) -> str:
        label = label_for_field(name, self._admin.model, model_admin=self._admin)
        return capfirst(str(label or _WITHOUT_HEADING[name]))

    def _default(self, name: str) -> list[ExportColumn]:
        if isinstance(_field_of(self._admin, name), DateTimeField):
            return [moment_cell(name)]
        is_double = getattr(getattr(self._admin, name, None), "header", False)
        return (
            [as_shown(), as_shown(gettext("%(title)s, more") % {"title": self._label(name)})]
            if is_double
            else [as_shown()]
        )

    def _shown(self, name: str, row: Model) -> list[Cell]:
        try:
            field, attribute, value = lookup_field(name, row, self._admin)
        except ObjectDoesNotExist:
            return [None]
        if field is None:
            return [_cell(each) for each in value] if getattr(attribute, "header", False) else [_cell(value)]
        if isinstance(field, ForeignKey):
            return [_cell(getattr(row, field.name))]
        if getattr(field, "flatchoices", None):
            return [self._labels.cell(value, field)]
        return [_cell(value)]


def _itself(label: Any) -> Any:
    return label


def _field_of(admin: Any, name: str) -> Any:
    try:
        return None if hasattr(admin, name) else admin.opts.get_field(name)
    except FieldDoesNotExist:
        return None


def _follow(row: Any, path: str) -> Any:
    for part in path.split("."):
        row = getattr(row, part)
    return row


def _cell(value: Any) -> Cell:
    """What is shown, without its markup; nothing for the dash that stands for nothing."""
    if value is None or value == DASH:
        return None
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, date):
        return value
    return _text_of(value.__html__()) if hasattr(value, "__html__") else str(value)


def _text_of(markup: str) -> str:
    blocks = (_SPACES.sub(" ", html.unescape(strip_tags(block))).strip() for block in _BLOCK_ENDS.split(markup))
    return " · ".join(block for block in blocks if block)


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment) if moment else None
