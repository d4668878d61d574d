"""
The confirm step: a form, a review of what it would do, then the doing. Never on GET, and once for each intent.

The review is the thing itself, done and rolled back, so that it cannot say anything else than what will happen. It has
an address of its own, to which the form leads when its input is sound, so that going back and loading again show it
anew. What is confirmed is what was read: if by then the doing would read otherwise, nothing is done and the review is
shown as it is now. The token of the intent marks what is done, so that whatever is sent a second time finds it done.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from ledger.operations import Actor, operation
from ledger.queries import StaffIntent
from storecredit.backoffice.kit.actors import as_staff, staff_actor
from storecredit.backoffice.kit.amounts import begin_at_amount
from storecredit.backoffice.kit.forms import DomainForm, WhyForm, input_names
from storecredit.backoffice.kit.intents import (
    FORM,
    REVIEW,
    AlreadyDone,
    Intent,
    new_token,
    read_token,
    redirect_to_intent,
    where_it_led,
)
from storecredit.backoffice.kit.labels import Words
from storecredit.backoffice.kit.parts import Fact
from storecredit.backoffice.kit.reviews import Outcome, Twin, digest_of

if TYPE_CHECKING:
    from storecredit.backoffice.kit.classes import PageMixin

_SALT = "storecredit.review"
_REVIEW_LIVES_SECONDS = 3600
_GONE = _("That review is no longer here. Nothing was done; start again.")
_TOO_OLD = _("That review is too old or incomplete. Nothing was done; look at it as it is now.")
_OUTDATED = _("Things have changed since your review, so nothing was done. This is how it would be now.")
_DONE = _("This was done already, and was not done twice.")


class StepRefused(DomainError):
    """The step cannot be done to this object as it is now."""

    code = "step_refused"


class _NotYet(Exception):
    """Rolls back what was done for a review, or what came out other than reviewed."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class _Agreed:
    """
    What staff agree to who confirm a review.

    :param data: a digest of what was typed: not all of it need stand in the review.
    :param twins: the keys of those that the review showed.
    """

    token: str
    data: str
    digest: str
    twins: list[str]


class ConfirmStep:
    """
    One thing that staff can do to one object. Subclasses say what; this class says how.

    A step is put into its admin class's `steps`, which gives it an address, a button and, where it would be refused,
    a sentence in place of the button.
    """

    slug: ClassVar[str]
    label: ClassVar[Words]
    icon: ClassVar[str] = ""
    permission: ClassVar[str]
    form_class: ClassVar[type[DomainForm]] = WhyForm
    danger: ClassVar[bool] = False
    #: Nothing that anybody comes for: it is never the button that stands out.
    is_rare: ClassVar[bool] = False
    explanation: ClassVar[Words] = ""
    review_template: ClassVar[str] = "backoffice/kit/step_review.html"

    def __init__(self, admin: "PageMixin", request: HttpRequest, target: Any) -> None:
        self.admin, self.request, self.target = admin, request, target

    # What a subclass says

    def explain(self) -> str:
        """What stands above the form."""
        return str(self.explanation)

    @property
    def button_label(self) -> str:
        """What a review's title and its last button say."""
        return str(self.label)

    def standing(self) -> list[Fact]:
        """What it changes, as it is now: told above the form."""
        return []

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
        """Where the doing that left this token led, None if none did. Asked when the doing is refused."""
        raise NotImplementedError

    def ways_out(self, error: DomainError | None, data: dict[str, Any]) -> list[SafeString]:
        """What else can be done where this refuses it, a sentence for each; None: where `refusal` does."""
        return []

    def find_twins(self, data: dict[str, Any], outcome: Outcome, now: datetime) -> list[Twin]:
        """What like it was done lately. Asked after the doing, so that nothing done at the same time escapes."""
        return []

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        say = messages.error if outcome.is_bad else messages.success
        say(self.request, outcome.message)
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
        is_post = self.request.method == "POST"
        if token := read_token(self.request, REVIEW):
            return self._confirm(token) if is_post else self._open_review(token)
        token = read_token(self.request, FORM)
        if is_post:
            return self._take_form(token or new_token())
        return self._open_form(token)

    # The form

    def _open_form(self, token: str) -> HttpResponse:
        row = self._intent(token).find() if token else None
        if row is not None and (done := self._where_done(row)):
            return self._show_done(done)
        if self.refusal():
            return self._show_refusal(status=200)
        if not token:
            return redirect_to_intent(self.request, new_token())
        return self._show_form(self.make_form(QueryDict(row.data)) if row else self.make_form(), token)

    def _take_form(self, token: str) -> HttpResponse:
        intent, now = self._intent(token), timezone.now()
        row = intent.find()
        if row is not None and self._where_done(row):
            return redirect_to_intent(self.request, token)
        if self.refusal():
            return self._show_refusal()
        form = self.make_form(self.request.POST)
        if not form.is_valid():
            return self._show_form(form, token)
        try:
            self._do(form.cleaned_data, token, None, now)
        except _NotYet:
            return self._keep(intent, form, now)
        except DomainError as error:
            return self._refuse(form, token, error)
        raise AssertionError("a review is always undone")

    def _keep(self, intent: Intent, form: DomainForm, now: datetime) -> HttpResponse:
        kept = QueryDict(mutable=True)
        for name in input_names(form):
            kept.setlist(name, self.request.POST.getlist(name))
        try:
            intent.keep(kept.urlencode(), now)
        except AlreadyDone:
            return redirect_to_intent(self.request, intent.token)
        return redirect_to_intent(self.request, intent.token, REVIEW)

    # The review

    def _open_review(self, token: str) -> HttpResponse:
        row = self._intent(token).find()
        if row is None:
            return self._start_again(_GONE)
        if done := self._where_done(row):
            return self._show_done(done)
        if self.refusal():
            return self._show_refusal(status=200)
        form = self.make_form(QueryDict(row.data))
        if not form.is_valid():
            return self._show_form(form, token)
        try:
            self._do(form.cleaned_data, token, None, timezone.now())
        except _NotYet as undone:
            return self._show_review(undone.outcome, row)
        except DomainError as error:
            return self._refuse(form, token, error)
        raise AssertionError("a review is always undone")

    def _confirm(self, token: str) -> HttpResponse:
        row = self._intent(token).find()
        if row is None:
            return self._start_again(_GONE)
        if done := self._where_done(row):
            return self._say_done(done)
        try:
            signed = self.request.POST.get("agreed", "")
            agreed = _Agreed(**signing.loads(signed, salt=_SALT, max_age=_REVIEW_LIVES_SECONDS))
        except signing.BadSignature:
            return self._review_again(token, _TOO_OLD)
        if (agreed.token, agreed.data) != (token, digest_of(row.data)):
            return self._review_again(token, _OUTDATED)
        return self._carry_out(row, agreed)

    def _carry_out(self, row: StaffIntent, agreed: _Agreed) -> HttpResponse:
        token = agreed.token
        if self.refusal():
            # A twin of this very request may have come after the first look.
            return self._say_done_if_so(token) or self._show_refusal()
        form = self.make_form(QueryDict(row.data))
        if not form.is_valid():
            return self._show_form(form, token)
        try:
            outcome = self._do(form.cleaned_data, token, agreed, timezone.now())
        except _NotYet:
            return self._review_again(token, _OUTDATED)
        except DomainError as error:
            return self._refuse(form, token, error)
        return self.show_outcome(outcome)

    @operation
    def _do(self, data: dict[str, Any], token: str, agreed: _Agreed | None, now: datetime) -> Outcome:
        with transaction.atomic(), as_staff(self.request):
            if agreed:
                self._intent(token).spend(now)
            outcome = self.perform(data, token, now) if agreed else self.preview(data, token, now)
            twins = self.find_twins(data, outcome, now)
            review = replace(outcome.review, twins=twins)
            if agreed is None or not review.is_agreed(digest=agreed.digest, twins=agreed.twins):
                raise _NotYet(replace(outcome, review=review))
            self._intent(token).tell(url=outcome.url)
        return outcome

    def _refuse(self, form: DomainForm, token: str, error: DomainError) -> HttpResponse:
        # A twin of this very request may have come first.
        if done := self._say_done_if_so(token):
            return done
        form.add_refusal(error)
        return self._show_form(form, token, self.ways_out(error, form.cleaned_data))

    # The intent

    def _intent(self, token: str) -> Intent:
        target = "" if self.target._state.adding else self.target.pk
        return Intent(token, str(self.request.user.pk), f"{type(self).__qualname__} {target}".strip())

    def _where_done(self, row: StaffIntent) -> str:
        return where_it_led(row, self.admin.page_url(self.target))

    def _say_done_if_so(self, token: str) -> HttpResponse | None:
        row = self._intent(token).find()
        # What was done knows its token by itself, whatever became of the intent's row.
        done = self._where_done(row) if row and row.spent_at else self.find_done(token)
        return self._say_done(done) if done else None

    def _say_done(self, url: str) -> HttpResponse:
        messages.info(self.request, _DONE)
        return HttpResponseRedirect(url)

    def _start_again(self, why: Words) -> HttpResponse:
        messages.warning(self.request, why)
        return HttpResponseRedirect(self.request.path)

    def _review_again(self, token: str, why: Words) -> HttpResponse:
        messages.warning(self.request, why)
        return redirect_to_intent(self.request, token, REVIEW)

    # What is shown

    def _show_done(self, url: str) -> HttpResponse:
        again = "" if self.refusal() else self.request.path
        return self._show("backoffice/kit/step_done.html", {"done_url": url, "again_url": again})

    def _show_refusal(self, status: int = 409) -> HttpResponse:
        told = {"refusal": self.refusal(), "ways_out": self.ways_out(None, {})}
        return self._show("backoffice/kit/step_refused.html", told, status=status)

    def _show_form(self, form: DomainForm, token: str, ways_out: Sequence[SafeString] = ()) -> HttpResponse:
        begin_at_amount(form)
        told = {"form": form, "form_url": self._address(FORM, token), "ways_out": ways_out}
        return self._show("backoffice/kit/step_form.html", told)

    def _show_review(self, outcome: Outcome, row: StaffIntent) -> HttpResponse:
        twins = [twin.key for twin in outcome.review.twins]
        agreed = _Agreed(row.token, digest_of(row.data), outcome.review.digest(), twins)
        return self._show(
            self.review_template,
            {
                "review": outcome.review,
                "agreed": signing.dumps(asdict(agreed), salt=_SALT),
                "form_url": self._address(FORM, row.token),
                "review_url": self._address(REVIEW, row.token),
            },
        )

    def _address(self, part: str, token: str) -> str:
        return redirect_to_intent(self.request, token, part).url

    def _show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        shared = self.admin.page_frame(self.request, self.target)
        shared |= {"title": self.label, "step": self, "back_url": self.admin.page_url(self.target)}
        return TemplateResponse(self.request, template, shared | context, status=status)


def movement_key(token: str) -> str:
    """The key of the movement that a confirmed review makes: one review, one movement, for ever."""
    return f"admin:{token}"
