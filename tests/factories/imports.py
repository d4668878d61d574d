"""Files that are being imported, and layouts that were saved."""

from typing import Any

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from storecredit.backoffice.models import (
    ImportFault,
    ImportKey,
    ImportKind,
    ImportPart,
    ImportPiece,
    ImportRun,
    SavedMap,
)
from tests.factories.defaults import NOW
from tests.factories.people import UserFactory


class ImportRunFactory(DjangoModelFactory[ImportRun]):
    """A file that is about to be uploaded."""

    class Meta:
        model = ImportRun

    kind = ImportKind.CARDS
    file_name = "cards.csv"
    size = 1000
    started_by = SubFactory(UserFactory)
    created_at = changed_at = NOW


class _SealedFactory(DjangoModelFactory[Any]):
    class Meta:
        abstract = True

    run = SubFactory(ImportRunFactory)
    place = Sequence(lambda n: n)
    text = "number,balance\n"

    @classmethod
    def _create(cls, model_class: type[Any], *args: Any, text: str, **fields: Any) -> Any:
        row = model_class(**fields)
        row.hold(text)
        row.save(force_insert=True)
        return model_class._default_manager.get(pk=row.pk)


class ImportPieceFactory(_SealedFactory):
    class Meta:
        model = ImportPiece

    size = LazyAttribute(lambda piece: len(piece.text))


class ImportPartFactory(_SealedFactory):
    class Meta:
        model = ImportPart

    rows = 1


class ImportKeyFactory(DjangoModelFactory[ImportKey]):
    class Meta:
        model = ImportKey

    run = SubFactory(ImportRunFactory)
    name = Sequence(lambda n: f"{n:064x}")
    line = 2


class ImportFaultFactory(DjangoModelFactory[ImportFault]):
    class Meta:
        model = ImportFault

    run = SubFactory(ImportRunFactory)
    line = 2
    column = "balance"
    message = "is not an amount such as 12.50"


class SavedMapFactory(DjangoModelFactory[SavedMap]):
    class Meta:
        model = SavedMap

    name = Sequence(lambda n: f"till-{n}")
    reads = ImportKind.CARDS
    data = LazyAttribute(
        lambda saved: {
            "name": saved.name, "reads": "cards", "columns": {"Karte": "number", "Guthaben": "balance"}
        }
    )  # fmt: skip
    saved_by = SubFactory(UserFactory)
    saved_at = NOW
