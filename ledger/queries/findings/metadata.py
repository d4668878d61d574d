"""The check that each row is found by the members of its metadata, and by nothing else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connections
from django.db.models import Q

from ledger.metadata import METADATA, list_members
from ledger.models import Transaction, TransactionMetadatum
from ledger.queries.findings.found import Finding, one_moment

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class CheckOfMetadata:
    """
    That the rows of a table are found by their metadata.

    :param members: the table of its members, whose column `owner` names the row.
    :param has_some: which rows have metadata, which `metadata_of` gives.
    :param name_of: how a row is called in a finding.
    """

    name: str
    title: str
    rows: Any
    members: Any
    owner: str
    has_some: Q
    metadata_of: Callable[[Any], Mapping[str, Any] | None]
    name_of: Callable[[Any], str]
    rule: int = 10

    @property
    def listed(self) -> tuple[str, int, str]:
        """Name, rule and title, as lists of checks have them."""
        return self.name, self.rule, self.title


METADATA_OF_TRANSACTIONS = CheckOfMetadata(
    "transaction_metadata",
    "Each transaction is found by its metadata",
    Transaction,
    TransactionMetadatum,
    "transaction_id",
    Q(details__has_key=METADATA),
    lambda entry: entry.details.get(METADATA),
    lambda entry: f"transaction {entry.number}",
)


def run_check_of_metadata(
    check: CheckOfMetadata, *, using: str = "default", on_check: Callable[[str, int], None] = lambda name, found: None
) -> Iterator[Finding]:
    """A finding for each row whose members are not those of its metadata."""
    with one_moment(connections[using]):
        wrong = [
            Finding(check.rule, check.name, "", name, "is not found by its metadata, or by what is not in it")
            for name in _list_wrong(check, using)
        ]
    yield from wrong
    on_check(check.name, len(wrong))


def _list_wrong(check: CheckOfMetadata, using: str) -> Iterator[str]:
    members = check.members._default_manager.using(using)
    every = check.rows._default_manager.using(using)
    # Apart from the others: joined by OR, each portion of many rows would look through all members.
    for row in every.exclude(check.has_some).filter(pk__in=members.values(check.owner)).order_by("pk"):
        yield check.name_of(row)
    rows = every.filter(check.has_some).order_by("pk")
    some = list(rows[:_AT_ONCE])
    while some:
        digests: dict[Any, set[str]] = {row.pk: set() for row in some}
        for pk, digest in members.filter(**{f"{check.owner}__in": list(digests)}).values_list(check.owner, "digest"):
            digests[pk].add(digest)
        for row in some:
            if digests[row.pk] != {member.digest for member in list_members(check.metadata_of(row))}:
                yield check.name_of(row)
        some = list(rows.filter(pk__gt=some[-1].pk)[:_AT_ONCE])
