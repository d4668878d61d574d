"""Who went: written down from Django's signal, which knows every way out. Who came is told where they are let in."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest
from django.utils import timezone

from storecredit.audit.operations import ActivityKind, Somebody, record_activity
from storecredit.backoffice.kit import subject_of
from storecredit.client_address import client_address


def keep_sign_outs() -> None:
    """Listen, once for each process."""
    user_logged_out.connect(_went, dispatch_uid="backoffice.went")


def _went(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is None or not user.is_authenticated:
        return
    request_id = getattr(request, "request_id", "")
    record_activity(
        actor=Somebody(kind="STAFF", id=str(user.pk), label=user.get_username(), request_id=request_id),
        kind=ActivityKind.SIGNED_OUT,
        subject=subject_of(user),
        address=client_address(request),
        now=timezone.now(),
    )
