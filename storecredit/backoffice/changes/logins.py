"""What a login hangs on besides its factors: its sessions, and the link under which somebody chooses a password."""

from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

#: For so many days such a link works.
LINK_DAYS: Final = settings.PASSWORD_RESET_TIMEOUT // 86_400


def end_sessions(person: Any, *, only: int | None = None, but: str = "") -> int:
    """
    Sign somebody out.

    :param only: of one session.
    :param but: of all sessions but the one with this key.
    :return: how many sessions were ended.
    """
    rows = UserSession.objects.filter(user_id=person.pk).exclude(session_key=but)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


def path_to_choose_password(person: User) -> str:
    """Where somebody chooses a password: it works once, and for as long as `PASSWORD_RESET_TIMEOUT` says."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("choose-password", args=[uid, default_token_generator.make_token(person)])
