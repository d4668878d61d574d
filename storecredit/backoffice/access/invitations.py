"""
How somebody comes to a password: a link that goes to their own mailbox, works once, and for three days.

Nobody chooses or sees another person's password, and nobody is shown the link: either would let them sign in as a
colleague, in whose name the books would then tell what they did.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.operations import Actor, ActorKind
from storecredit.audit.operations import ActivityKind, acting, record_activity
from storecredit.backoffice.changes.addresses import word_moving
from storecredit.backoffice.changes.logins import LINK_DAYS, end_sessions, path_to_choose_password
from storecredit.backoffice.kit import (
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    find_preferences,
    kept_in_records,
    shown_to,
    style,
    subject_of,
)
from storecredit.client_address import client_address
from storecredit.mail import MailNotSent, send_mail

NO_MAIL = _("No mail goes out from here: EMAIL_URL is not set. Whoever runs this server sets it, as the README says.")


def send_link(request: HttpRequest, person: User) -> None:
    """Send somebody the link under which they choose a password, and say whether it went."""
    if not settings.MAIL_GOES_OUT:
        unsent = gettext("%(person)s was sent nothing.") % {"person": person.get_username()}
        messages.warning(request, f"{unsent} {NO_MAIL}")
        return
    told = {
        "person": person,
        "by": _name_of(request.user),
        "link": request.build_absolute_uri(path_to_choose_password(person)),
        "days": LINK_DAYS,
        "is_new": not person.has_usable_password(),
    }
    with shown_to(find_preferences(person)):
        subject = gettext("Your access to store credit") if told["is_new"] else gettext("Choose a new password")
        text = render_to_string("backoffice/access/link_mail.txt", told)
    if _send(request, person.email, subject, text):
        messages.success(
            request, gettext("A link to choose a password is on its way to %(email)s.") % {"email": person.email}
        )


def tell_former_address(request: HttpRequest, person: User, former: str, *, is_asked: bool = False) -> None:
    """
    Say at somebody's former address that links to choose their password go to another one now.

    :param is_asked: it waits for a second administrator, so that they can still say no.
    """
    if settings.MAIL_GOES_OUT and former:
        subject, text = word_moving(person, by=_name_of(request.user), is_asked=is_asked)
        _send(request, former, subject, text)


def _send(request: HttpRequest, address: str, subject: str, text: str) -> bool:
    try:
        send_mail(to=address, subject=subject, text=text)
    except MailNotSent as error:
        messages.error(
            request,
            gettext("The mail to %(address)s could not be sent (%(error)s). Send it again later.")
            % {"address": address, "error": error},
        )
        return False
    return True


def _name_of(user: Any) -> str:
    return str(user.get_full_name() or user.get_username())


class LinkForm(DomainForm):
    """Asks for nothing: the link goes where the person's page says."""


class SendLink(LoggedStep):
    """Invites somebody again, or lets them choose another password when they have lost theirs."""

    slug, label, icon = "send-link", _("Send a link to choose a password"), "forward_to_inbox"
    permission = "auth.change_user"
    activity = ActivityKind.INVITED
    form_class = LinkForm
    explanation = _(
        "Whoever opens it chooses a password. It works once, and for three days. Until then the old one works."
    )
    target: User

    def is_permitted(self) -> bool:
        return super().is_permitted() and self.admin.has_change_permission(self.request, self.target)

    def refusal(self) -> str:
        if not self.target.is_active:
            return gettext("they are switched off.")
        if not self.target.email:
            return gettext("there is no e-mail address to send it to.")
        return "" if settings.MAIL_GOES_OUT else str(NO_MAIL)

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        person = self.target
        return Outcome(
            review=Review(
                changes=[
                    Change(
                        gettext("Link to choose a password"),
                        "–",
                        gettext("sent to %(email)s") % {"email": person.email},
                    )
                ],
                facts=[Fact(gettext("Person"), _name_of(person))],
            ),
            url=self.admin.page_url(person),
            message="",
            record=person,
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return gettext("Sent a link to choose a password to %(email)s") % {"email": self.target.email}

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        # Not before everything is committed: a mail cannot be taken back.
        send_link(self.request, outcome.record)
        return HttpResponseRedirect(outcome.url)


class ChoosePassword(PasswordResetConfirmView):
    """Where the link leads. Django keeps its token out of the address before anything is shown."""

    template_name = "backoffice/access/choose_password.html"
    success_url = reverse_lazy("admin:login")
    reset_url_token = "choose"  # noqa: S105  the word that stands in the address in the place of the token

    def get_user(self, uidb64: str) -> Any:
        person: Any = super().get_user(uidb64)
        return person if person is not None and person.is_active else None

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        style(form)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**site.each_context(self.request), **context, "title": gettext("Choose a password")}

    def form_valid(self, form: Any) -> HttpResponse:
        person = form.user
        actor = Actor(kind=ActorKind.STAFF, id=str(person.pk), label=person.get_username(), door="admin")
        with acting(actor=actor, now=timezone.now(), address=client_address(self.request)):
            answer = super().form_valid(form)
        # Whoever knew the old password may be signed in by it.
        ended = end_sessions(person)
        with kept_in_records():
            said = gettext("Chose a password by a link")
        LogEntry.objects.log_actions(
            user_id=person.pk,
            queryset=[person],
            action_flag=CHANGE,
            change_message=said,
            single_object=True,
        )
        record_activity(
            actor=actor,
            kind=ActivityKind.PASSWORD_CHANGED,
            subject=subject_of(person),
            details={"text": said} | ({"sessions": ended} if ended else {}),
            address=client_address(self.request),
            now=timezone.now(),
        )
        messages.success(
            self.request, gettext("Your password is set. Sign in as %(person)s.") % {"person": person.get_username()}
        )
        return answer
