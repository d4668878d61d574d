"""The proof of the books: every check of every domain, each of which proves its own."""

from collections.abc import Callable, Collection, Iterator

import giftcards.queries
import ledger.queries
import storecredit.api.findings
import storecredit.backoffice.findings
import storecredit.checkouts.queries
import storecredit.credits.queries
import storecredit.finance.queries
from ledger.queries import Finding

DOMAINS = (
    ("ledger", ledger.queries),
    ("giftcards", giftcards.queries),
    ("credits", storecredit.credits.queries),
    ("checkouts", storecredit.checkouts.queries),
    ("finance", storecredit.finance.queries),
    ("api", storecredit.api.findings),
    ("backoffice", storecredit.backoffice.findings),
)


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [check for _label, domain in DOMAINS for check in domain.list_checks()]


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """
    Everything that is wrong in one database; the checks of each domain as of one moment.

    :param on_check: called after each check with its name and how much it found.
    :param only: the names of the checks that run; None: all.
    """
    for _label, domain in DOMAINS:
        yield from domain.list_findings(using=using, on_check=on_check, only=only)
