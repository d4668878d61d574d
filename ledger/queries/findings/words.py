"""Whether rows are found by the words of what they say: folding is done in Python, so no statement can tell."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections

from ledger.models import Customer, CustomerWord
from ledger.queries.findings.found import Finding, one_moment

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class CheckOfWords:
    """
    That the rows of a table are found by what they say.

    :param owner: the column of the words that names the row.
    :param name_of: how a row is called in a finding.
    """

    name: str
    title: str
    rows: Any
    words: Any
    owner: str
    name_of: Callable[[Any], str]
    rule: int = 10

    @property
    def listed(self) -> tuple[str, int, str]:
        """Name, rule and title, as lists of checks have them."""
        return self.name, self.rule, self.title


WORDS_OF_CUSTOMERS = CheckOfWords(
    "customer_words",
    "Each customer is found by what is written of them",
    Customer,
    CustomerWord,
    "customer_id",
    lambda customer: f"customer {customer.number}",
)


def run_check_of_words(
    check: CheckOfWords, *, using: str = "default", on_check: Callable[[str, int], None] = lambda name, found: None
) -> Iterator[Finding]:
    """A finding for each row whose words are not those of what it says."""
    with one_moment(connections[using]):
        stale = [
            Finding(check.rule, check.name, "", name, "is not found by all that is written: save it again")
            for name in _list_stale(check, using)
        ]
    yield from stale
    on_check(check.name, len(stale))


def _list_stale(check: CheckOfWords, using: str) -> Iterator[str]:
    rows = check.rows._default_manager.using(using).order_by("pk")
    some = list(rows[:_AT_ONCE])
    while some:
        between = {f"{check.owner}__gte": some[0].pk, f"{check.owner}__lte": some[-1].pk}
        words: dict[Any, set[str]] = {}
        found = check.words._default_manager.using(using).filter(**between)
        for pk, word in found.values_list(check.owner, "word"):
            words.setdefault(pk, set()).add(word)
        for row in some:
            folded = row.fold_words()
            if row.folded != folded or words.get(row.pk, set()) != set(folded.split()):
                yield check.name_of(row)
        some = list(rows.filter(pk__gt=some[-1].pk)[:_AT_ONCE])
