"""What staff read before they confirm, and what came of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from storecredit.backoffice.kit.parts import Fact


@dataclass(frozen=True, slots=True)
class Change:
    """Something that will be other than it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Twin:
    """
    A like thing that was done a short while ago.

    :param key: tells it from others for ever; its words count the minutes.
    """

    key: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a step would do. Whatever stands in it is part of what staff agree to."""

    changes: list[Change] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)

    def digest(self) -> str:
        """Two reviews that read alike have the same. Of twins only which there are counts, and that elsewhere."""
        read = {"changes": [asdict(change) for change in self.changes], "facts": [asdict(fact) for fact in self.facts]}
        return hashlib.sha256(json.dumps(read, default=str).encode()).hexdigest()

    def is_agreed(self, *, digest: str, twins: Sequence[str]) -> bool:
        """Whether it says nothing that the review of this digest and with these twins did not say."""
        return self.digest() == digest and {twin.key for twin in self.twins} <= set(twins)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did: what is to be read before it, where it leads and what is said there."""

    review: Review
    url: str
    message: str
    record: Any = None
    #: Whether what was done did not come to what staff hoped for.
    is_bad: bool = False


def digest_of(text: str) -> str:
    """By what a text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()
