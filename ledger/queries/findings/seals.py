"""The check of seals: what the cuts of the last days have closed is still so."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS

from ledger.models import Cut
from ledger.queries.findings.found import Finding
from ledger.queries.seals import verify_seals

NAME: Final = "seals"
LISTED: Final = (NAME, 0, "What the cuts of the last days closed is as it was sealed")
#: A nightly run that was missed for a week leaves nothing out. `verify_seals` does all.
DAYS: Final = 8


def list_broken_seals(
    *, using: str = DEFAULT_DB_ALIAS, on_check: Callable[[str, int], None] = lambda name, found: None
) -> Iterator[Finding]:
    """What differs from its seal in the days before the last cut."""
    found = 0
    for fault in verify_seals(after=_begin(using), using=using):
        found += 1
        yield Finding(0, NAME, "", f"cut {fault.cut}", " ".join(filter(None, (fault.row, fault.message))))
    on_check(NAME, found)


def _begin(using: str) -> int:
    """The last cut that is older than the days that are looked at."""
    cuts = Cut.objects.using(using).order_by("-number")
    last = cuts.first()
    if last is None:
        return 0
    older = cuts.filter(boundary__lt=last.boundary - timedelta(days=DAYS), seal__isnull=False).first()
    return older.number if older else 0
