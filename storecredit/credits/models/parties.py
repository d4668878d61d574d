from dataclasses import dataclass

from ledger.models import Actor


@dataclass(frozen=True, slots=True)
class Party:
    """
    Who asks or decides, and which person that is.

    :param person_id: the user; for an API client its owner; None if no person stands behind it.
    :param client_id: the API client, if it is one.
    """

    actor: Actor
    person_id: int | None
    client_id: int | None = None
