"""
One step of an object's page, taken with many objects: a form, a review of what it would do to each, then the doing.

Each is the step itself, with the rights, the refusals and the history that it has for one. The review does it to each
and undoes it; what is confirmed is what was read of each. What would come out otherwise by then is not done to that
one, and said.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.forms import ChoiceField, Field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.errors import DomainError
from ledger.operations import operation
from storecredit.backoffice.kit.actors import as_staff
from storecredit.backoffice.kit.bulk import BulkPage, BulkResult, read_ids, tick_box
from storecredit.backoffice.kit.forms import DomainForm, input_names
from storecredit.backoffice.kit.intents import FORM, REVIEW, AlreadyDone, Intent, read_token, redirect_to_intent
from storecredit.backoffice.kit.logged_steps import LoggedStep
from storecredit.backoffice.kit.parts import Fact, Head, Link, Shown, Table, reasons, strong
from storecredit.backoffice.kit.reviews import Change, Outcome, digest_of
from storecredit.backoffice.kit.words import day_text

_SALT = "storecredit.bulk-review"
_REVIEW_LIVES_SECONDS = 3600


class _NotYet(Exception):
    """Undoes what was done for a review."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """
    What the review says of one object.

    :param why_not: why it would be refused; blank if it would be done.
    :param digest: of what would change.
    """

    changes: Sequence[Change] = ()
    why_not: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class _Agreed:
    """
    What staff agree to who confirm a review.

    :param data: a digest of what was typed.
    :param digests: of those to which it will be done, what will change; by id.
    :param refusals: of the others, why not; by id.
    """

    token: str
    data: str
    digests: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)


class BulkStep(BulkPage):
    """Takes one step with many objects. Subclasses say which step, and how the objects are listed."""

    step_class: ClassVar[type[LoggedStep]]

    def __init__(self, admin: Any, request: HttpRequest) -> None:
        super().__init__(admin, request)
        #: What was done, and not for a review.
        self.outcomes: list[Outcome] = []

    # What a subclass says

    def amount_of(self, target: Any) -> str:
        """How much it is about."""
        raise NotImplementedError

    def payee_of(self, target: Any) -> str:
        """Whose it is."""
        raise NotImplementedError

    def standing_of(self, target: Any) -> Shown:
        """What the step may change of it, as it is now."""
        raise NotImplementedError

    # How it goes

    @classmethod
    def is_offered(cls, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(cls.step_class.permission))

    def make_form(self, data: Any = None) -> DomainForm:
        return self.step_class.form_class(data)

    def answer(self) -> HttpResponse:
        token = read_token(self.request, REVIEW)
        return self._respond_to_review(token) if token else super().answer()

    def open_form(self, ids: Sequence[UUID]) -> HttpResponse:
        row = self.intent(read_token(self.request, FORM)).find()
        form = self.make_form(QueryDict(row.data)) if row else self.make_form()
        ticked = set(_ids_in(row.data)) if row else set(ids)
        return self._show_form(ids, ticked, form)

    def take_form(self, intent: Intent) -> HttpResponse:
        ids = read_ids(self.request.POST.getlist("row"))
        form = self.make_form(self.request.POST)
        listed = read_ids(self.request.GET.get("ids", "").split(",")) or ids
        if not form.is_valid():
            return self._show_form(listed, set(ids), form)
        if not self.load(ids):
            messages.warning(self.request, _("None was chosen. Nothing was done."))
            return self._show_form(listed, set(ids), form)
        kept = QueryDict(mutable=True)
        for name in input_names(form):
            kept.setlist(name, self.request.POST.getlist(name))
        kept.setlist("row", [pk.hex for pk in ids])
        try:
            intent.keep(kept.urlencode(), timezone.now())
        except AlreadyDone:
            return redirect_to_intent(self.request, intent.token)
        return redirect_to_intent(self.request, intent.token, REVIEW)

    def _respond_to_review(self, token: str) -> HttpResponse:
        intent = self.intent(token)
        row = intent.find()
        if row is None:
            messages.warning(self.request, _("That review is no longer here. Nothing was done; start again."))
            return HttpResponseRedirect(self.list_url())
        if row.spent_at:
            return redirect_to_intent(self.request, token)
        form = self.make_form(QueryDict(row.data))
        if not form.is_valid():
            return redirect_to_intent(self.request, token)
        if self.request.method != "POST":
            return self._show_review(row.token, row.data, form)
        try:
            signed = self.request.POST.get("agreed", "")
            agreed = _Agreed(**signing.loads(signed, salt=_SALT, max_age=_REVIEW_LIVES_SECONDS))
        except signing.BadSignature:
            agreed = _Agreed("", "")
        if (agreed.token, agreed.data) != (token, digest_of(row.data)):
            messages.warning(
                self.request, _("That review is too old or incomplete. Nothing was done; look at it as it is now.")
            )
            return redirect_to_intent(self.request, token, REVIEW)
        return self.do_once(intent, lambda: self._do_all(form.cleaned_data, agreed))

    def _do_all(self, data: dict[str, Any], agreed: _Agreed) -> list[BulkResult]:
        return [
            BulkResult(
                url=self.admin.page_url(target),
                label=str(target),
                amount=self.amount_of(target),
                payee=self.payee_of(target),
                is_done=is_done,
                words=words,
            )
            for target in self.load(UUID(pk) for pk in [*agreed.digests, *agreed.refusals])
            for is_done, words in [self._do_one(target, data, agreed)]
        ]

    def _do_one(self, target: Any, data: dict[str, Any], agreed: _Agreed) -> tuple[bool, str]:
        if why_not := agreed.refusals.get(target.pk.hex):
            return False, why_not
        try:
            outcome = self._take_step(target, data, agreed.token, agreed.digests[target.pk.hex])
        except _NotYet:
            return False, _("It has changed since your review, so nothing was done to it. Look at it again.")
        except DomainError as error:
            return False, _as_sentence(str(error))
        self.outcomes.append(outcome)
        return True, _words_of(outcome.review.changes)

    @operation
    def _take_step(self, target: Any, data: dict[str, Any], token: str, agreed: str | None) -> Outcome:
        step = self.step_class(self.admin, self.request, target)
        with transaction.atomic(), as_staff(self.request):
            outcome = step.perform(data, token, timezone.now())
            if outcome.review.digest() != agreed:
                raise _NotYet(outcome)
        return outcome

    def _foresee(self, target: Any, data: dict[str, Any], token: str) -> _Foreseen:
        try:
            self._take_step(target, data, token, None)
        except DomainError as error:
            return _Foreseen(why_not=_as_sentence(str(error)))
        except _NotYet as undone:
            review = undone.outcome.review
            if all(change.before == change.after for change in review.changes):
                return _Foreseen(why_not=_("It is so already: nothing would change."))
            return _Foreseen(changes=review.changes, digest=review.digest())
        raise AssertionError("a review is always undone")

    # What is shown

    def _show_form(self, ids: Iterable[UUID], ticked: Collection[UUID], form: DomainForm) -> HttpResponse:
        rows = [
            [
                tick_box(value=target.pk.hex, label=str(target), is_ticked=target.pk in ticked),
                *self._cells_of(target),
                self.standing_of(target),
                _as_sentence(self.step_class(self.admin, self.request, target).refusal()),
            ]
            for target in self.load(ids)
        ]
        columns = (_("Chosen"), *self.columns(), _("Now"), reasons(_("Why not")))
        table = Table(title=_("Chosen ones"), id="chosen", columns=columns, rows=rows)
        return self.show(
            "backoffice/kit/bulk_form.html", {"head": Head(title=str(self.label)), "form": form, "chosen": table}
        )

    def _show_review(self, token: str, data: str, form: DomainForm) -> HttpResponse:
        foreseen = [(each, self._foresee(each, form.cleaned_data, token)) for each in self.load(_ids_in(data))]
        refusals = {target.pk.hex: each.why_not for target, each in foreseen if each.why_not}
        digests = {target.pk.hex: each.digest for target, each in foreseen if not each.why_not}
        agreed = _Agreed(token=token, data=digest_of(data), digests=digests, refusals=refusals)
        return self.show(
            "backoffice/kit/bulk_review.html",
            {
                "head": Head(title=_("%(step)s: is this right?") % {"step": self.label}),
                "facts": [
                    Fact(str(form[name].label), _typed(form.fields[name], form.cleaned_data[name]))
                    for name in form.fields
                ],
                "count": len(digests),
                "done": self._foreseen_table(_("What will happen"), _("What"), foreseen, is_refused=False),
                "refused": self._foreseen_table(_("Refused"), _("Why not"), foreseen, is_refused=True),
                "agreed": signing.dumps(asdict(agreed), salt=_SALT),
                "form_url": redirect_to_intent(self.request, token, FORM).url,
                "review_url": redirect_to_intent(self.request, token, REVIEW).url,
            },
        )

    def _foreseen_table(
        self, title: str, last: str, foreseen: list[tuple[Any, _Foreseen]], *, is_refused: bool
    ) -> Table:
        return Table(
            title=title,
            id="refused" if is_refused else "done",
            columns=(*self.columns(), reasons(last)),
            rows=[
                [*self._cells_of(target), each.why_not or _words_of(each.changes)]
                for target, each in foreseen
                if bool(each.why_not) == is_refused
            ],
        )

    def _cells_of(self, target: Any) -> list[Shown]:
        link = Link(str(target), self.admin.page_url(target))
        return [link, strong(self.amount_of(target)), self.payee_of(target)]


def _words_of(changes: Iterable[Change]) -> str:
    return " · ".join(f"{change.label}: {change.before} → {change.after}" for change in changes)


def _as_sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _typed(field: Field, value: Any) -> str:
    if isinstance(field, ChoiceField):
        choices: Any = field.choices
        return next((str(label) for known, label in choices if known == value), "")
    return day_text(value) if isinstance(value, date) else str(value)


def _ids_in(data: str) -> list[UUID]:
    return read_ids(QueryDict(data).getlist("row"))
