"""
Where whoever has forgotten their password asks for a link, with nothing but their e-mail address.

The answer is the same for every address, and given before anything is sent: it tells no stranger who works here. The
second factor is asked for afterwards as ever.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.audit.queries import Activity
from storecredit.backoffice.access.invitations import NO_MAIL
from storecredit.backoffice.access.signing_in.records import subject_of
from storecredit.backoffice.changes.logins import LINK_DAYS, path_to_choose_password
from storecredit.backoffice.kit import find_preferences, shown_to, style
from storecredit.client_address import client_address
from storecredit.logins import AtTheDoor
from storecredit.mail import MailNotSent, send_mail

logger = logging.getLogger(__name__)

#: For as long as counts go back; how often one address of the network may ask, and how many links go to one person.
_COUNTED_FOR: Final = timedelta(hours=1)
_MOST_BY_ADDRESS: Final = 20
_MOST_TO_PERSON: Final = 3


class ForgottenForm(ResetPasswordForm):
    """The library's form, which finds who has an address, in the look of the house."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.label, field.max_length = _("Your e-mail address"), 254
        field.widget.attrs |= {"placeholder": "", "autocomplete": "email"}
        style(self)

    def find_person(self) -> User | None:
        """Who may sign in here by a password and has this address, if it is one person."""
        people = [each for each in self.users if each.is_staff and each.has_usable_password()]
        return people[0] if len(people) == 1 else None


class ForgotPassword(FormView):  # type: ignore[type-arg]  # takes no argument at run time
    """Asks for the address. Whoever asks too often is told so; how often one person was sent a link, nobody is."""

    template_name = "backoffice/access/forgotten.html"
    form_class = ForgottenForm
    success_url = reverse_lazy("password-asked")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {**site.each_context(self.request), **super().get_context_data(**kwargs)}
        return context | {"title": gettext("Forgotten your password?"), "refused": self._refused()}

    def form_valid(self, form: Any) -> HttpResponse:
        if self._refused():
            return self.render_to_response(self.get_context_data(form=form), status=429)
        person = form.find_person()
        is_sent = person is not None and _count(subject_kind="auth.user", subject_id=str(person.pk)) < _MOST_TO_PERSON
        _tell(self.request, person, is_sent=is_sent)
        if person is None or not is_sent:
            return HttpResponseRedirect(str(self.success_url))
        subject, text = _word(self.request, person)
        return _AnsweredFirst(str(self.success_url), partial(_send, person.email, subject, text))

    def _refused(self) -> str:
        if not settings.MAIL_GOES_OUT:
            return str(NO_MAIL)
        if _count(address=client_address(self.request)) >= _MOST_BY_ADDRESS:
            return gettext(
                "Too many links were asked for. Wait for an hour and try again then, or ask whoever manages the staff."
            )
        return ""


class PasswordAsked(TemplateView):
    """What is said whether somebody has that address or not."""

    template_name = "backoffice/access/forgotten_asked.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {**site.each_context(self.request), **super().get_context_data(**kwargs)}
        return context | {"title": gettext("Look into your mailbox")}


class _AnsweredFirst(HttpResponseRedirect):
    """Does the rest once the answer has gone: how long a mail takes would tell that one is sent."""

    def __init__(self, url: str, rest: Callable[[], None]) -> None:
        super().__init__(url)
        self._rest = rest

    def close(self) -> None:
        super().close()
        self._rest()


def _word(request: HttpRequest, person: User) -> tuple[str, str]:
    told = {
        "person": person,
        "link": request.build_absolute_uri(path_to_choose_password(person)),
        "days": LINK_DAYS,
    }
    with shown_to(find_preferences(person)):
        return gettext("Choose a new password"), render_to_string("backoffice/access/forgotten_mail.txt", told)


def _send(address: str, subject: str, text: str) -> None:
    try:
        send_mail(to=address, subject=subject, text=text)
    except MailNotSent as error:
        logger.warning("password-link-not-sent", extra={"error": str(error)})


def _tell(request: HttpRequest, person: User | None, *, is_sent: bool) -> None:
    """Write it down. What a stranger typed may be anything, and is not."""
    record_activity(
        actor=AtTheDoor(request_id=getattr(request, "request_id", "")),
        kind=ActivityKind.PASSWORD_ASKED,
        subject=Subject(kind="", id="") if person is None else subject_of(person),
        details={"mail_sent": "yes" if is_sent else "no"},
        address=client_address(request),
        now=timezone.now(),
    )


def _count(**of: str) -> int:
    asked = Activity.objects.filter(kind=ActivityKind.PASSWORD_ASKED, created_at__gte=timezone.now() - _COUNTED_FOR)
    return asked.filter(**of).count()
