"""How the admin's own forms ask for what raises: what lowers is saved, and the rest waits for another administrator."""

from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from ledger.errors import DomainError
from storecredit.backoffice.changes.bearing import bears_on
from storecredit.backoffice.changes.deciding import AccessIsOnesOwn, ask_change, list_deciders
from storecredit.backoffice.changes.raising import is_raising
from storecredit.backoffice.changes.subjects import State, state_of
from storecredit.backoffice.kit import staff_actor
from storecredit.backoffice.models import AccessChange, ChangeKind

#: What nobody may do more by; two agree to it because one of them could become somebody else.
_RAISING_NOTHING: Final = frozenset({ChangeKind.FACTORS, ChangeKind.KEY, ChangeKind.CUSTOMER, ChangeKind.SECRET})


def ask(
    request: HttpRequest, *, kind: ChangeKind, subject_id: str, label: str, before: State, after: State
) -> AccessChange:
    """
    Ask for a change in the name of whoever is signed in, and tell them who may approve it.

    :raises DomainError: as `ask_change`.
    """
    change = ask_change(
        kind=kind,
        subject_id=subject_id,
        label=label,
        before=before,
        after=after,
        person=request.user,
        actor=staff_actor(request),
        now=timezone.now(),
    )
    messages.warning(request, say_who_decides(change))
    return change


def ask_or_say(request: HttpRequest, **asked: Any) -> None:
    """The same; what stands against it is said in place of a page of its own."""
    try:
        ask(request, **asked)
    except DomainError as error:
        messages.error(request, str(error))


def say_who_decides(change: AccessChange) -> str:
    """Who may approve a change, as a sentence; and what helps where nobody is."""
    names = ", ".join(person.get_username() for person in list_deciders(change=change))
    raises = change.kind not in _RAISING_NOTHING
    if names and raises:
        return gettext("This raises what may be done, so it waits for a second administrator: %(names)s.") % {
            "names": names
        }
    if names:
        return gettext("This waits for a second administrator: %(names)s.") % {"names": names}
    if raises:
        return gettext(
            "This raises what may be done, so it waits for a second administrator, and there is none who may approve "
            "it. Whoever runs this server makes one with createsuperuser, or decides it with decide_access_change."
        )
    return gettext(
        "This waits for a second administrator, and there is none who may approve it. Whoever runs this server makes "
        "one with createsuperuser, or decides it with decide_access_change."
    )


def change_url(change: AccessChange) -> str:
    """The page of a change."""
    return reverse("admin:backoffice_accesschange_change", args=[change.pk])


class SecondPersonMixin(ModelAdmin):
    """For rows of which each is one limit: nobody touches what bears on themselves, and what raises waits."""

    change_kind: ClassVar[ChangeKind]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not self.is_own(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stood = self.model._default_manager.filter(pk=obj.pk).first() if change else None
        before = state_of(self.change_kind, stood) if stood else None
        after = state_of(self.change_kind, obj)
        if bears_on(request.user, self.change_kind, str(obj.pk or ""), before, after):
            raise AccessIsOnesOwn
        if not is_raising(self.change_kind, before, after):
            super().save_model(request, obj, form, change)
            return
        request.asked = self._ask(request, obj, before, after)  # type: ignore[attr-defined]  # carried to the answer

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if request.method != "POST" or obj is None:
            return super().delete_view(request, object_id, extra_context)
        if not self.has_delete_permission(request, obj):
            raise PermissionDenied
        before = state_of(self.change_kind, obj)
        if not is_raising(self.change_kind, before, None):
            return super().delete_view(request, object_id, extra_context)
        try:
            return HttpResponseRedirect(change_url(self._ask(request, obj, before, None)))
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse(self._name("changelist")))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if asked := getattr(request, "asked", None):
            request.added = asked  # type: ignore[attr-defined]  # the intent leads to what waits
            return None
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None if hasattr(request, "asked") else super().log_change(request, obj, message)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if asked := getattr(request, "asked", None):
            return HttpResponseRedirect(change_url(asked))
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if asked := getattr(request, "asked", None):
            return HttpResponseRedirect(change_url(asked))
        return super().response_change(request, obj)

    def _url_of(self, added: Model) -> str:
        return change_url(added) if isinstance(added, AccessChange) else reverse(self._name("change"), args=[added.pk])

    def _name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _ask(self, request: HttpRequest, obj: Any, before: State, after: State) -> AccessChange:
        return ask(
            request,
            kind=self.change_kind,
            subject_id=str(obj.pk or ""),
            label=str(obj),
            before=before,
            after=after,
        )

    def is_own(self, request: HttpRequest, obj: Any) -> bool:
        """Whether a limit bears on whoever is signed in."""
        if obj is None or obj._state.adding:
            return False
        return bears_on(request.user, self.change_kind, str(obj.pk), state_of(self.change_kind, obj))
