"""
The confirm step: a form, a review of what it would do, then the doing. Never on GET, and once for each review.

The review is the thing itself, done and rolled back, so that it cannot say anything else than what will happen. What
was reviewed comes back signed with a random token; the token marks what is done, so that a second click finds it done.
If by then the doing would read otherwise than the review did, nothing is done and the new review is shown.
"""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone

from ledger.adminbase.actors import audit, staff_actor
from ledger.adminbase.forms import DomainForm, WhyForm
from ledger.adminbase.reviews import Outcome
from ledger.errors import DomainError
from ledger.operations import Actor, operation

if TYPE_CHECKING:
    from ledger.adminbase.classes import PageMixin

_SALT = "storecredit.review"
_REVIEW_LIVES_SECONDS = 3600


class StepRefused(DomainError):
    """The step cannot be done to this object as it is now."""

    code = "step_refused"


class AlreadyDone(DomainError):
    """This very review was confirmed before."""

    code = "already_done"


class _NotYet(Exception):
    """Rolls back what was done for a review, or what came out other than reviewed."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


class ConfirmStep:
    """
    One thing that staff can do to one object. Subclasses say what; this class says how.

    A step is put into its admin class's `steps`, which gives it an address, a button and, where it would be refused,
    a sentence in place of the button.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str] = ""
    permission: ClassVar[str]
    form_class: ClassVar[type[DomainForm]] = WhyForm
    danger: ClassVar[bool] = False
    explanation: ClassVar[str] = ""

    def __init__(self, admin: "PageMixin", request: HttpRequest, target: Any) -> None:
        self.admin, self.request, self.target = admin, request, target

    # What a subclass says

    def explain(self) -> str:
        """What stands above the form."""
        return self.explanation

    @property
    def button_label(self) -> str:
        """What a review's title and its last button say."""
        return self.label

    def refusal(self) -> str:
        """Why it cannot be done now, in words for staff; blank if it can."""
        return ""

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        return self.form_class(data)

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        """
        Do it, inside a transaction that a review rolls back.

        :param data: what the form made of the input.
        :raises DomainError: if the books refuse; it is shown on the form.
        :raises AlreadyDone, MovementKeyUsed: if the token was used.
        """
        raise NotImplementedError

    def preview(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        """What `perform` would tell. For a step whose doing takes long, which then must tell the same without it."""
        return self.perform(data, token, now)

    def find_done(self, token: str) -> str | None:
        """Where the doing that used this token led, None if it was not used."""
        raise NotImplementedError

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        messages.success(self.request, outcome.message)
        return HttpResponseRedirect(outcome.url)

    # How it goes

    @property
    def actor(self) -> Actor:
        return staff_actor(self.request)

    def is_permitted(self) -> bool:
        user: Any = self.request.user
        return bool(user.has_perm(self.permission)) and self.admin.has_view_permission(self.request, self.target)

    def respond(self) -> HttpResponse:
        """Answer one request for this step."""
        if not self.is_permitted():
            raise PermissionDenied
        if self.request.method != "POST":
            return self._show_refusal(status=200) if self.refusal() else self._show_form(self.make_form())
        if "reviewed" not in self.request.POST:
            return self._review(self.request.POST, secrets.token_urlsafe(24))
        return self._answer_review()

    def _answer_review(self) -> HttpResponse:
        try:
            reviewed = signing.loads(self.request.POST["reviewed"], salt=_SALT, max_age=_REVIEW_LIVES_SECONDS)
        except signing.BadSignature:
            messages.warning(self.request, "That review is too old or incomplete. Nothing was done; start again.")
            return HttpResponseRedirect(self.request.path)
        if reviewed["for"] != self._signed_for():
            raise PermissionDenied
        data = QueryDict(reviewed["data"])
        if "back" in self.request.POST:
            return self._show_form(self.make_form(data))
        return self._review(data, reviewed["token"], agreed=reviewed["digest"])

    def _review(self, data: QueryDict, token: str, agreed: str | None = None) -> HttpResponse:
        if done := agreed and self.find_done(token):
            return self._show_done(done)
        if self.refusal():
            # A twin of this very request may have come after the first look.
            done = agreed and self.find_done(token)
            return self._show_done(done) if done else self._show_refusal()
        form = self.make_form(data)
        if not form.is_valid():
            return self._show_form(form)
        try:
            outcome = self._do(form.cleaned_data, token, agreed, timezone.now())
        except _NotYet as undone:
            return self._show_review(form, undone.outcome, data, token, outdated=agreed is not None)
        except DomainError as error:
            # A twin of this very request may have come first.
            if done := self.find_done(token):
                return self._show_done(done)
            form.add_refusal(error)
            return self._show_form(form)
        return self.show_outcome(outcome)

    @operation
    def _do(self, data: dict[str, Any], token: str, agreed: str | None, now: datetime) -> Outcome:
        with transaction.atomic():
            outcome = self.perform(data, token, now) if agreed else self.preview(data, token, now)
            if outcome.review.digest() != agreed:
                raise _NotYet(outcome)
        return outcome

    def _signed_for(self) -> list[str]:
        return [type(self).__qualname__, str(self.target.pk), str(self.request.user.pk)]

    # What is shown

    def _show_done(self, url: str) -> HttpResponse:
        messages.info(self.request, "This was done already, and was not done twice.")
        return HttpResponseRedirect(url)

    def _show_refusal(self, status: int = 409) -> HttpResponse:
        return self._show("backoffice/step_refused.html", {"refusal": self.refusal()}, status=status)

    def _show_form(self, form: DomainForm) -> HttpResponse:
        return self._show("backoffice/step_form.html", {"form": form})

    def _show_review(
        self, form: DomainForm, outcome: Outcome, data: QueryDict, token: str, *, outdated: bool
    ) -> HttpResponse:
        kept = QueryDict(mutable=True)
        for name in form.fields:
            kept.setlist(name, data.getlist(name))
        reviewed = {
            "for": self._signed_for(),
            "token": token,
            "digest": outcome.review.digest(),
            "data": kept.urlencode(),
        }
        return self._show(
            "backoffice/step_review.html",
            {
                "review": outcome.review,
                "outdated": outdated,
                "reviewed": signing.dumps(reviewed, salt=_SALT, compress=True),
            },
        )

    def _show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        shared = self.admin.page_frame(self.request, self.target)
        shared |= {"title": self.label, "step": self, "back_url": self.admin.page_url(self.target)}
        return TemplateResponse(self.request, template, shared | context, status=status)


class LoggedStep(ConfirmStep):
    """A step that moves no money: Django's log is its record, and holds its token."""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        """Do it; the object is locked and fresh."""
        raise NotImplementedError

    def lock(self) -> Any:
        """The object, fresh, and locked against whatever else may change it."""
        return type(self.target)._default_manager.select_for_update().get(pk=self.target.pk)

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        """What the object's history says of it."""
        return f"{self.label}: {data['why']}"

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        self.target = self.lock()
        if self.find_done(token):
            raise AlreadyDone("This was done already.")
        if why_not := self.refusal():
            raise StepRefused(why_not)
        outcome = self.apply(data, now)
        audit(self.request, self.target, self.log_text(data, outcome) + confirmation_mark(token))
        return outcome

    def find_done(self, token: str) -> str | None:
        target: Model = self.target
        done = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(target),
            object_id=str(target.pk),
            change_message__endswith=confirmation_mark(token),
        )
        return self.admin.page_url(self.target) if done.exists() else None


def confirmation_mark(token: str) -> str:
    """What ends the line of Django's log that a confirmed review left, and by which it is found."""
    return f" (confirmation {token[:10]})"
