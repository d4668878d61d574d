"""What chance says: the same for the same seed."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.scenarios import NOW

AMOUNTS = (1, 1, 50, 100, 250, 999, 1000, 2500, 5000)


class NothingThere(Exception):
    """There is nothing yet of which one could be taken."""


class Chance:
    """Takes one of several, again and again, as the days go by."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.now: datetime = NOW

    def one(self, *of: Any) -> Any:
        """One of these. A door at which there is nothing yet is passed by."""
        if not of:
            raise NothingThere
        return self.chance.choice(of)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def minor(self) -> int:
        return self.one(*AMOUNTS)

    def dollars(self) -> dict[str, float]:
        return {"amount": self.minor() / 100}

    def day(self, *days: int) -> str:
        return (self.now + timedelta(days=self.one(*days))).date().isoformat()
