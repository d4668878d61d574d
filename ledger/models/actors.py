from dataclasses import dataclass

from django.db import models


class ActorKind(models.TextChoices):
    STAFF = "STAFF", "Staff"
    API = "API", "API client"
    SYSTEM = "SYSTEM", "System job"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who acts, and through which door. Every row of money carries it.

    :param id: the user's, client's or job's id, as text.
    :param label: what staff read: a user name, a client's name, a command.
    :param door: `admin`, `api:tiquo`, `command:expire_credit` …
    :param request_id: the HTTP request's id, if there was one.
    """

    kind: ActorKind
    id: str
    label: str
    door: str
    request_id: str = ""
