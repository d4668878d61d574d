"""Of which rows a person's words were erased."""

from collections.abc import Collection, Iterator

from django.db import DEFAULT_DB_ALIAS

from storecredit.audit.models import Erasure


def list_sealed_erasures(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[tuple[str, str, str, str]]:
    """Of each sealed row, as often as it was erased: table, name, digests of what was sealed and of what was left."""
    sealed = Erasure.objects.using(using).exclude(digest_sealed="").order_by("pk")
    yield from sealed.values_list("table_name", "row_name", "digest_sealed", "digest_left").iterator()


def list_erased_ids(*, table: str, ids: Collection[str]) -> set[str]:
    """Which of these rows were erased before."""
    known = Erasure.objects.filter(table_name=table, row_id__in=ids)
    return set(known.values_list("row_id", flat=True))


def find_sealed_digests(*, table: str, ids: Collection[str]) -> dict[str, str]:
    """Of those of these rows that were erased before: the digest of what was or will be sealed."""
    known = Erasure.objects.filter(table_name=table, row_id__in=ids).exclude(digest_sealed="")
    return dict(known.values_list("row_id", "digest_sealed"))
