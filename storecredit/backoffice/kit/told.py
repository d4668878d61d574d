"""The ways to what is written down: of one object, and of what one person did."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from storecredit.backoffice.kit.parts import Button

_ICON, _MAY_SEE = "manage_history", "audit.view_activity"


def ways_to_activity(request: HttpRequest, target: Model) -> list[Button]:
    """Where all that was done to an object is listed, for those who may see it."""
    return [Button(_("Activities"), _url(of=f"{target._meta.label_lower}:{target.pk}"), _ICON)] if _may(request) else []


def ways_to_deeds(request: HttpRequest, person: Any) -> list[Button]:
    """Where what a person did in the last week is listed, and what was done to their access."""
    if not _may(request):
        return []
    since = timezone.localdate() - timedelta(days=7)
    last_week = _url(who=":".join(["STAFF", str(person.pk)]), on_from=since.isoformat())
    return [Button(_("What they did last week"), last_week, _ICON), *ways_to_activity(request, person)]


def _url(**asked: str) -> str:
    return f"{reverse('admin:audit_activity_changelist')}?{urlencode(asked)}"


def _may(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm(_MAY_SEE))
