"""
What a member of staff set out to do is one thing, however often its form or its review is sent: done once, for ever.

An intent begins with the address of a form, which a random token makes a new one each time that the form is given out.
Whoever goes back, loads a page again or sends a form twice comes with the same token, and finds the intent spent.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext

from ledger.errors import DomainError
from ledger.operations import operation
from ledger.queries import StaffIntent

#: The parts of an address that name an intent: of a form, and of a review.
FORM, REVIEW = "intent", "review"
#: What was typed and not confirmed is forgotten after so long, and beyond so many of one person's.
_KEPT = timedelta(days=1)
_MOST_KEPT = 200
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


class AlreadyDone(DomainError):
    """This very intent was carried out before."""

    code = "already_done"


def new_token() -> str:
    return secrets.token_urlsafe(24)


def read_token(request: HttpRequest, part: str) -> str:
    """The token in the address, blank if there is none that could be one."""
    text = request.GET.get(part, "")
    return text if _TOKEN.fullmatch(text) else ""


def redirect_to_intent(request: HttpRequest, token: str, part: str = FORM) -> HttpResponseRedirect:
    """To the same page under the address of an intent, with whatever else stood in the query."""
    query = request.GET.copy()
    for name in (FORM, REVIEW):
        query.pop(name, None)
    query[part] = token
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


def where_it_led(row: StaffIntent, otherwise: str) -> str:
    """
    Where the doing led, blank if nothing was done.

    :param otherwise: what is said where that is forgotten.
    """
    return str(row.result.get("url", otherwise)) if row.spent_at else ""


@dataclass(frozen=True, slots=True)
class Intent:
    """
    One intent of one person.

    :param person: the user's id, as text.
    :param purpose: which step, of which object.
    """

    token: str
    person: str
    purpose: str

    def find(self) -> StaffIntent | None:
        """
        What is known of it; nothing until its form was sent.

        :raises PermissionDenied: if it is somebody else's, or for something else.
        """
        row = StaffIntent.objects.filter(pk=self.token).first()
        if row is not None and (row.person, row.purpose) != (self.person, self.purpose):
            raise PermissionDenied
        return row

    @operation
    def keep(self, data: str, now: datetime) -> None:
        """
        Remember what was typed, in the place of what was typed before.

        :raises AlreadyDone: if it is spent.
        """
        self._forget_old(now)
        self._begin(now)
        if not self._unspent().update(data=data, kept_at=now):
            raise AlreadyDone(gettext("This was done already."))

    def spend(self, now: datetime) -> None:
        """
        Claim it, in the transaction that does the thing: of twins the second waits here for the first.

        :raises AlreadyDone: if it is spent.
        """
        self._begin(now)
        if not self._unspent().update(spent_at=now, data=""):
            raise AlreadyDone(gettext("This was done already."))

    def tell(self, **result: Any) -> None:
        """Say where the doing led: `url`, and what else its page shows."""
        StaffIntent.objects.filter(pk=self.token).update(result=result)

    def _begin(self, now: datetime) -> None:
        row = StaffIntent(token=self.token, person=self.person, purpose=self.purpose, kept_at=now)
        StaffIntent.objects.bulk_create([row], ignore_conflicts=True)

    def _unspent(self) -> Any:
        return StaffIntent.objects.filter(
            pk=self.token, person=self.person, purpose=self.purpose, spent_at__isnull=True
        )

    def _forget_old(self, now: datetime) -> None:
        unspent = StaffIntent.objects.filter(spent_at__isnull=True)
        unspent.filter(kept_at__lt=now - _KEPT).delete()
        beyond = unspent.filter(person=self.person).order_by("-kept_at", "pk")[_MOST_KEPT:]
        unspent.filter(pk__in=[row.pk for row in beyond]).delete()
