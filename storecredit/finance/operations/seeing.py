"""What a run sees, in the form in which it is kept: what it is, about what, and with which figures."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.money import from_minor
from ledger.queries import Finding
from storecredit.finance.models import RunKind, Severity
from storecredit.finance.queries.comparing import Difference, Found

#: The checks of the books that say how the database is built, and of what is only found less easily.
_BUILD = frozenset({"rights", "schema"})
_ONLY_FOUND = ("_words", "_metadata")
_TWO_WORDS = ("credit request", "gift card", "API client", "API key")


@dataclass(frozen=True, slots=True)
class Seen:
    """
    One thing that a run found. Amounts in minor units, above zero what a customer gained.

    :param code: the check that found it, or the kind of difference.
    :param identity: what makes it the same thing in the next run: never a figure that may change.
    """

    kind: RunKind
    code: str
    severity: Severity
    subject_kind: str
    subject_id: str
    message: str
    identity: tuple[str, ...]
    account_number: str = ""
    test_mode: bool = False
    source: str = ""
    currency: str = ""
    theirs_minor: int | None = None
    ours_minor: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """What the finding is known by in every run."""
        told = [self.kind.value, self.code, self.source, "test" if self.test_mode else "live", *self.identity]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def numbered(self, place: int) -> "Seen":
        """The same thing once more in one run is another thing: the second, the third."""
        return replace(self, identity=(*self.identity, f"#{place}")) if place > 1 else self


def seen_in_books(finding: Finding) -> Seen:
    """What `reconcile` found wrong in the books."""
    kind, subject = _split(finding.row)
    # What breaks no rule of the books is told by its words, without figures: one row may lack several things.
    more = () if finding.rule else (finding.message,)
    return Seen(
        kind=RunKind.BOOKS,
        code=finding.check,
        severity=_severity_of(finding),
        subject_kind=kind,
        subject_id=subject,
        account_number=finding.account,
        message=finding.message,
        identity=(finding.account, finding.row, *more),
        facts={"rule": finding.rule, "row": finding.row},
    )


def seen_in_statement(found: Found, *, test_mode: bool, source: str) -> Seen:
    """How a list and the books differ over one reference in one currency."""
    sides = (("theirs", found.theirs_minor), ("ours", found.ours_minor))
    told = [
        f"{name} {found.currency} {from_minor(minor, found.currency).amount}"
        for name, minor in sides
        if minor is not None
    ]
    return Seen(
        kind=RunKind.STATEMENT,
        code=found.difference.value,
        severity=Severity.LOW if found.difference == Difference.DAY else Severity.MEDIUM,
        subject_kind="reference",
        subject_id=found.reference,
        message=f"{found.difference.value}: {', '.join(told)}",
        identity=(found.reference, found.currency),
        test_mode=test_mode,
        source=source,
        currency=found.currency,
        theirs_minor=found.theirs_minor,
        ours_minor=found.ours_minor,
        facts={
            "line": found.line,
            "lines": found.theirs_count,
            "entries": found.ours_count,
            "their_days": list(found.theirs_days),
            "our_days": list(found.ours_days),
        },
    )


def _severity_of(finding: Finding) -> Severity:
    if finding.check in _BUILD:
        return Severity.MEDIUM
    return Severity.LOW if finding.check.endswith(_ONLY_FOUND) else Severity.HIGH


def _split(row: str) -> tuple[str, str]:
    """The kind of a row and what it is called: `credit request 0198…`."""
    for kind in _TWO_WORDS:
        if row.startswith(f"{kind} "):
            return kind, row.removeprefix(f"{kind} ")
    kind, _, name = row.partition(" ")
    return (kind, name) if name else ("", row)
