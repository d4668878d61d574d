"""What staff read before they confirm, and what came of it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """Something that will be other than it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that staff should know before they confirm."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a step would do. Whatever stands in it is part of what staff agree to."""

    changes: list[Change] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def digest(self) -> str:
        """Two reviews that read alike have the same."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did: what is to be read before it, where it leads and what is said there."""

    review: Review
    url: str
    message: str
    record: Any = None
