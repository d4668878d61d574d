"""Of which rows a person's words were erased."""

from collections.abc import Collection, Iterator

from django.db import DEFAULT_DB_ALIAS

from storecredit.audit.models import Erasure


def list_sealed_erasures(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[tuple[str, str, str, str]]:
    """Of each sealed row that was erased: its table and name, the digest of what was sealed, and of what is left."""
    sealed = Erasure.objects.using(using).exclude(digest_sealed="")
    yield from sealed.values_list("table_name", "row_name", "digest_sealed", "digest_left").iterator()


def list_erased_ids(*, table: str, ids: Collection[str]) -> set[str]:
    """Which of these rows were erased before."""
    known = Erasure.objects.filter(table_name=table, row_id__in=ids)
    return set(known.values_list("row_id", flat=True))
