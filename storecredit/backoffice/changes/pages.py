"""What waits for a second administrator, and what became of what did: the list, the page, and the two answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storecredit.backoffice.changes.deciding import (
    approve_change,
    list_deciders,
    refuse_change,
    refuse_deciding,
    refuse_ending,
)
from storecredit.backoffice.changes.forms import say_who_decides
from storecredit.backoffice.changes.keys import ends_keys
from storecredit.backoffice.changes.subjects import MODELS, RIGHTS
from storecredit.backoffice.changes.words import asker_of, changes_of, decider_of, why_of
from storecredit.backoffice.kit import (
    DASH,
    Colours,
    DomainForm,
    Fact,
    Facts,
    Head,
    Link,
    LoggedStep,
    Outcome,
    PageMixin,
    ReadOnlyAdmin,
    Review,
    Table,
    moment,
    moment_text,
    state_tag,
)
from storecredit.backoffice.models import AccessChange, ChangeKind, ChangeState

STATE_COLOURS = Colours(
    {
        ChangeState.WAITING.label: "warning",
        ChangeState.DOING.label: "warning",
        ChangeState.APPLIED.label: "success",
        ChangeState.REFUSED.label: "danger",
        ChangeState.WITHDRAWN.label: "",
        ChangeState.EXPIRED.label: "",
    }
)


class NoteForm(DomainForm):
    note = forms.CharField(max_length=500, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class _Deciding(LoggedStep):
    form_class = NoteForm
    target: AccessChange

    def is_permitted(self) -> bool:
        user: Any = self.request.user
        right = RIGHTS[ChangeKind(self.target.kind)]
        return bool(user.has_perm(right)) and self.admin.has_view_permission(self.request, self.target)

    def standing(self) -> list[Fact]:
        said = [Fact(each.label, f"{each.before} → {each.after}") for each in changes_of(self.target)]
        why = [Fact(*each) for each in _why_of(self.target)]
        return [Fact(gettext("Asked by"), asker_of(self.target)), *why, *said]

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['note'] or DASH}"

    def outcome(self, change: AccessChange, message: str, more: Sequence[Fact] = ()) -> Outcome:
        facts = [
            Fact(gettext("Asked by"), asker_of(change)),
            Fact(gettext("Of what"), str(change)),
            *(Fact(*each) for each in _why_of(change)),
            *more,
        ]
        return Outcome(
            review=Review(changes=changes_of(change), facts=facts),
            url=self.admin.page_url(change),
            message=message,
            record=change,
        )


class ApproveChange(_Deciding):
    slug, label, icon = "approve", _("Approve"), "how_to_reg"
    explanation = _("It is done at once, if everything is as it was when it was asked for.")

    def refusal(self) -> str:
        return refuse_deciding(change=self.target, person=self.request.user, now=timezone.now())

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        ended = [Fact(*each) for each in _keys_of(self.target)]
        change = approve_change(
            change_id=self.target.pk, person=self.request.user, actor=self.actor, now=now, note=data["note"]
        )
        return self.outcome(change, gettext("Approved, and done."), ended)


class RefuseChange(_Deciding):
    slug, label, icon, danger = "refuse", _("Refuse or withdraw"), "block", True
    explanation = _("Everything stays as it is.")

    def refusal(self) -> str:
        return refuse_ending(change=self.target, now=timezone.now())

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        change = refuse_change(
            change_id=self.target.pk, person=self.request.user, actor=self.actor, now=now, note=data["note"]
        )
        return self.outcome(change, gettext("Everything stays as it is."))


@admin.register(AccessChange)
class AccessChangeAdmin(PageMixin, ReadOnlyAdmin):
    list_display = ["subject_label", "what", "asker", "asked", "shown_state", "decider"]
    list_filter = ["state", "kind"]
    list_select_related = ["asked_by", "decided_by"]
    search_fields = ["subject_label", "asked_by__username"]
    search_help_text = _("Of what, or who asked")
    ordering = ["-pk"]
    page_template = "backoffice/access/change.html"
    steps = (ApproveChange, RefuseChange)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("asked_by", "decided_by")

    def page_context(self, request: HttpRequest, target: AccessChange) -> dict[str, Any]:
        return {
            "head": Head(
                title=str(target),
                tags=[state_tag(target.get_state_display(), STATE_COLOURS)],
                about=[
                    format_html(
                        gettext("Asked by {person}, {moment}"),
                        person=asker_of(target),
                        moment=moment(target.created_at),
                    ),
                    _subject_link(request, target),
                ],
            ),
            "waiting": say_who_decides(target) if target.state == ChangeState.WAITING else "",
            "table": Table(
                title=gettext("What would change"),
                columns=(gettext("What"), gettext("Before"), gettext("After")),
                rows=[[change.label, change.before, change.after] for change in changes_of(target)],
            ),
            "facts": _facts_of(target),
        }

    @display(description=_("Kind"), ordering="kind")
    def what(self, change: AccessChange) -> str:
        return change.get_kind_display()

    @display(description=_("Asked by"))
    def asker(self, change: AccessChange) -> str:
        return asker_of(change)

    @display(description=_("Asked"))
    def asked(self, change: AccessChange) -> str:
        return moment_text(change.created_at)

    @display(description=_("State"), label=STATE_COLOURS)
    def shown_state(self, change: AccessChange) -> str:
        return change.get_state_display()

    @display(description=_("Decided by"))
    def decider(self, change: AccessChange) -> str:
        return decider_of(change)


def _subject_link(request: HttpRequest, change: AccessChange) -> Link | None:
    model = MODELS[ChangeKind(change.kind)]
    names = f"{model._meta.app_label}_{model._meta.model_name}"
    user: Any = request.user
    if not change.subject_id or not user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        return None
    if not model._default_manager.filter(pk=change.subject_id).exists():
        return None
    return Link(change.subject_label, reverse(f"admin:{names}_change", args=[change.subject_id]))


def _why_of(change: AccessChange) -> list[tuple[str, str]]:
    """What whoever asks has said, if a change of this kind asks for it."""
    why = why_of(change)
    return [(gettext("Why"), why)] if why else []


def _mailbox_of(change: AccessChange) -> list[tuple[str, str]]:
    """Where somebody's mail goes, for whoever reads it gets their links: a new colleague may be nobody."""
    if MODELS[ChangeKind(change.kind)] is not User or not change.subject_id.isdecimal():
        return []
    person = User.objects.filter(pk=int(change.subject_id)).first()
    return [(gettext("Their e-mail"), person.email or DASH)] if person else []


def _keys_of(change: AccessChange) -> list[tuple[str, str]]:
    """What becomes of a client's keys as a change is approved."""
    if not ends_keys(change):
        return []
    return [(gettext("Its keys"), gettext("end with this: one person alone has read them. Another has to be made."))]


def _facts_of(change: AccessChange) -> Facts:
    if change.state == ChangeState.WAITING:
        names = ", ".join(person.get_username() for person in list_deciders(change=change))
        told = [
            (gettext("Can approve it"), names or gettext("nobody")),
            (gettext("Until"), moment(change.expires_at)),
            *_keys_of(change),
        ]
    else:
        told = [
            (gettext("Decided by"), decider_of(change)),
            (gettext("Decided"), moment(change.decided_at)),
            (gettext("Note"), change.note),
        ]
    return Facts(gettext("Decision"), [*_why_of(change), *_mailbox_of(change), *told])
