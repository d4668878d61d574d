"""
That a key ends soon is told to its client's owner and to those who keep the clients.

A mail goes first, and then it is noted that it went: of two runs at once both may tell of it, and none is left out.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from storecredit.api.models import ApiKey
from storecredit.api.operations import mark_key_told
from storecredit.api.queries import list_expiring_keys
from storecredit.backoffice.kit.viewers import find_preferences, shown_to
from storecredit.backoffice.notices.sending import Sent
from storecredit.credits.queries import list_people_with
from storecredit.mail import MailNotSent, send_mail


def warn_of_expiring_keys(*, now: datetime) -> Sent:
    """Tell of the keys that end soon; those of which nobody could be told are tried again by the next run."""
    done = Sent()
    for key in list_expiring_keys(now=now):
        people = _list_people(key)
        told = [person for person in people if _tell(person, key, now)]
        done.mails += len(told)
        done.failed += len(people) - len(told)
        if told or not people:
            mark_key_told(key_id=key.pk, now=now)
    return done


def _list_people(key: ApiKey) -> list[Any]:
    """The owner, and whoever may change clients; those with an address."""
    keeping = list_people_with(right="api.change_apiclient")
    people = get_user_model().objects.filter(Q(pk=key.client.owner_id) | Q(pk__in=keeping.values("pk")))
    return list(people.filter(is_active=True).exclude(email="").order_by("pk"))


def _tell(person: Any, key: ApiKey, now: datetime) -> bool:
    with shown_to(find_preferences(person)):
        # A part of a day is a day, so that nobody comes too late.
        days = -((now - key.expires_at) // timedelta(days=1)) if key.expires_at else 0
        subject = gettext("A key of %(client)s ends soon") % {"client": key.client.name}
        shown = {
            "person": person,
            "key": key,
            "days": days,
            "is_owner": person.pk == key.client.owner_id,
            "url": f"{settings.SITE_URL}{reverse('admin:api_apiclient_change', args=[key.client_id])}",
        }
        text = render_to_string("backoffice/notices/expiring_key.txt", shown)
        try:
            send_mail(to=person.email, subject=subject, text=text)
        except MailNotSent:
            return False
    return True
