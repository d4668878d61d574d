"""A process that takes a cut for each line that it reads, as the timer's does beside those who post, and says so."""

import sys

import django
from django.utils import timezone

django.setup()

from ledger.models import Actor, ActorKind  # noqa: E402  models are there once Django is set up
from ledger.operations import complete_cuts, take_cut  # noqa: E402

TIMER = Actor(kind=ActorKind.SYSTEM, id="", label="take_cut", door="command:take_cut")


def main() -> None:
    for _ in sys.stdin:
        now = timezone.now()
        take_cut(boundary=now, actor=TIMER, now=now)
        complete_cuts(now=now)
        print("taken", flush=True)


if __name__ == "__main__":
    main()
