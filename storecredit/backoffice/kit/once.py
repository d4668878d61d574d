"""
What the admin's own forms add is added once for each form that was given out, however often it is sent; and what they
add, change and delete is written down.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.kit.actors import as_staff, subject_of, tell
from storecredit.backoffice.kit.changes import Changes, is_told_whole, kind_of, read_changes
from storecredit.backoffice.kit.intents import (
    FORM,
    AlreadyDone,
    Intent,
    new_token,
    read_token,
    redirect_to_intent,
    where_it_led,
)


class OnceMixin(ModelAdmin):
    """Each form for a new object has an address of its own, which is spent with what it added."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        token = read_token(request, FORM)
        intent = self._adding(request, token or new_token())
        is_post = request.method == "POST"
        if token and (done := self._where_added(intent)):
            return self._say_added(request, done) if is_post else self._show_added(request, done)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if is_post:
            return self._add_once(request, form_url, extra_context, intent)
        if token:
            return super().add_view(request, form_url, extra_context)
        return redirect_to_intent(request, intent.token)

    def _add_once(self, request: HttpRequest, form_url: str, extra_context: Any, intent: Intent) -> HttpResponse:
        try:
            with transaction.atomic():
                intent.spend(timezone.now())
                response = super().add_view(request, form_url, extra_context)
                added = getattr(request, "added", None)
                if added is None:
                    transaction.set_rollback(True)
                else:
                    intent.tell(url=self._url_of(added))
        except AlreadyDone:
            return self._say_added(request, self._where_added(intent))
        return response

    def _changeform_view(self, request: HttpRequest, *args: Any) -> Any:
        if request.method != "POST":
            return super()._changeform_view(request, *args)
        with as_staff(request):
            return super()._changeform_view(request, *args)

    def _delete_view(self, request: HttpRequest, *args: Any) -> Any:
        if request.method != "POST":
            return super()._delete_view(request, *args)
        with as_staff(request):
            return super()._delete_view(request, *args)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        request.changes = read_changes(self.model, form)  # type: ignore[attr-defined]  # carried to where it is told
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        request.added = obj  # type: ignore[attr-defined]  # the request carries it to the intent
        if not is_told_whole(self.model, is_new=True):
            self._tell(request, obj, ActivityKind.ADDED)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if not is_told_whole(self.model):
            self._tell(request, obj, ActivityKind.CHANGED)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            if not is_told_whole(self.model):
                tell(request, kind=ActivityKind.DELETED, subject=subject_of(obj))
        return super().log_deletions(request, queryset)

    def _tell(self, request: HttpRequest, obj: Model, kind: ActivityKind) -> None:
        changes = getattr(request, "changes", None) or Changes()
        if changes.is_any or kind == ActivityKind.ADDED:
            tell(
                request,
                kind=kind_of(self.model, kind),
                subject=subject_of(obj),
                before=changes.before,
                after=changes.after,
                details=changes.details,
            )

    def _adding(self, request: HttpRequest, token: str) -> Intent:
        return Intent(token, str(request.user.pk), f"add {self.opts.label_lower}")

    def _url_of(self, added: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[added.pk])

    def _where_added(self, intent: Intent) -> str:
        """The page of what the form added, blank if it has added nothing."""
        row = intent.find()
        listed = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return where_it_led(row, reverse(listed)) if row else ""

    def _say_added(self, request: HttpRequest, url: str) -> HttpResponse:
        messages.info(request, gettext("This was added already, and was not added twice."))
        return HttpResponseRedirect(url)

    def _show_added(self, request: HttpRequest, url: str) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Add %(name)s") % {"name": self.opts.verbose_name},
            "done_url": url,
            "again_url": request.path if self.has_add_permission(request) else "",
        }
        return TemplateResponse(request, "backoffice/kit/step_done.html", context)
