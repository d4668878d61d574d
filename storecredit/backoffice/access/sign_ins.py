"""
Who came in, who went, and who was refused: written down from the signals of Django and of axes, which
know of every way in.

A name that nobody has is not kept: people type their password where their name belongs.
"""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from storecredit.audit.operations import ActivityKind, Somebody, record_activity
from storecredit.backoffice.kit import subject_of
from storecredit.client_address import client_address

_NOBODY_KNOWN = "unknown"


def keep_sign_ins() -> None:
    """Listen, once for each process."""
    user_logged_in.connect(_came_in, dispatch_uid="backoffice.came_in")
    user_logged_out.connect(_went, dispatch_uid="backoffice.went")
    user_login_failed.connect(_failed, dispatch_uid="backoffice.failed")
    user_locked_out.connect(_locked_out, dispatch_uid="backoffice.locked_out")


def _came_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    _write(ActivityKind.SIGNED_IN, request, user)


def _went(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None and user.is_authenticated:
        _write(ActivityKind.SIGNED_OUT, request, user)


def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    _refused(ActivityKind.SIGN_IN_FAILED, request, credentials.get("username"))


def _locked_out(sender: Any, request: HttpRequest, username: str | None = None, **kwargs: Any) -> None:
    _refused(ActivityKind.LOCKED_OUT, request, username)


def _write(kind: ActivityKind, request: HttpRequest | None, person: Any) -> None:
    who = Somebody(kind="STAFF", id=str(person.pk), label=person.get_username(), request_id=_request_id(request))
    _record(kind, request, who, person)


def _refused(kind: ActivityKind, request: HttpRequest | None, name: str | None) -> None:
    person = get_user_model()._default_manager.filter(username=name).first() if name else None
    label = person.get_username() if person else _NOBODY_KNOWN
    _record(kind, request, Somebody(kind="NOBODY", id="", label=label, request_id=_request_id(request)), person)


def _record(kind: ActivityKind, request: HttpRequest | None, who: Somebody, person: Any) -> None:
    record_activity(
        actor=who,
        kind=kind,
        now=timezone.now(),
        address=client_address(request) if request is not None else "",
        **({"subject": subject_of(person)} if person is not None else {}),
    )


def _request_id(request: HttpRequest | None) -> str:
    return getattr(request, "request_id", "")
