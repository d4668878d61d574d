"""
What all pages of imports have alike: who sees a file, who goes on with it and who drops it.

A file is whoever uploaded it: they alone say what its columns are and have it written. Of one that brings money into
the books a colleague confirms the control totals, whose name it then bears and who may go on with it, too. Whoever else
may import such files sees what became of it, and where it stands still goes on with it or
ends it there. Nobody else lets go of it but those who may drop what a colleague left lying, who see of it no more than
that it is there.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from ledger.errors import DomainError
from storecredit.backoffice.approvals.steps import person_of
from storecredit.backoffice.imports.answers import wants_json
from storecredit.backoffice.imports.choosing import KINDS, list_permitted
from storecredit.backoffice.imports.confirming import needs_another
from storecredit.backoffice.imports.forms import ControlsForm
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.imports.looking import may_start
from storecredit.backoffice.kit import ReadOnlyAdmin, ShortListMixin, Words
from storecredit.backoffice.models import ImportRun

#: To drop what a colleague has uploaded.
DROP = "backoffice.drop_import"


class SomebodyElses(DomainError):
    """A file that a colleague uploaded."""

    code = "somebody_elses_file"

    def __init__(self, run: ImportRun) -> None:
        words = gettext("%(person)s uploaded this file, and goes on with it or drops it. Nothing was done.")
        super().__init__(words % {"person": run.started_by.get_username()})
        self.run = run


def is_own(request: HttpRequest, run: ImportRun) -> bool:
    """Whether somebody uploaded this file themself."""
    return run.started_by_id == person_of(request)


def is_at_it(request: HttpRequest, run: ImportRun) -> bool:
    """Whether somebody confirms a colleague's file, has, or goes on with it."""
    if run.confirmed_by_id is not None:
        return person_of(request) in (run.confirmed_by_id, run.carried_on_by_id)
    return may_start(run) and needs_another(run)


class RunFrame(ShortListMixin, ReadOnlyAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(list_permitted(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What became of a file is for whoever may import such files; that there was one, for whoever sees the list.
        may_list: bool = super().has_view_permission(request, obj)
        return may_list and (obj is None or self._sees_inside(request, obj) or self._drops(request))

    def _sees_inside(self, request: HttpRequest, run: ImportRun) -> bool:
        return KINDS[run.kind] in list_permitted(request.user)

    def _drops(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(DROP))

    def _may_drop(self, request: HttpRequest, run: ImportRun) -> bool:
        return is_own(request, run) or self._drops(request)

    def _get(self, request: HttpRequest, run_id: UUID) -> tuple[ImportRun, Kind]:
        """The run, for whoever may import files of its kind."""
        run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=run_id)
        if not (self.has_view_permission(request, run) and self._sees_inside(request, run)):
            raise PermissionDenied
        return run, KINDS[run.kind]

    def _get_own(self, request: HttpRequest, run_id: UUID) -> tuple[ImportRun, Kind]:
        """
        The run, for whoever uploaded it.

        :raises SomebodyElses: for a colleague.
        """
        run, kind = self._get(request, run_id)
        if not is_own(request, run):
            raise SomebodyElses(run)
        return run, kind

    def _get_to_go_on(self, request: HttpRequest, run_id: UUID) -> tuple[ImportRun, Kind]:
        """
        The run, for whoever uploaded it, and whose it is to confirm or who did.

        :raises SomebodyElses: for another colleague.
        """
        run, kind = self._get(request, run_id)
        if not (is_own(request, run) or is_at_it(request, run)):
            raise SomebodyElses(run)
        return run, kind

    def _get_to_drop(self, request: HttpRequest, run_id: UUID) -> ImportRun:
        """
        The run, for whoever may drop it.

        :raises SomebodyElses: for a colleague who may not.
        """
        run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=run_id)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if not self._may_drop(request, run):
            raise SomebodyElses(run)
        return run

    # What is answered

    def _show(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "model_admin": self}
        return TemplateResponse(request, template, shared | context)

    def _controls(self, run: ImportRun, kind: Kind, data: Any = None) -> ControlsForm:
        currencies = sorted(run.facts.get("sums_minor", {})) if kind.has_sums else []
        return ControlsForm(data, version=run.version, currencies=currencies)

    def _answer(self, request: HttpRequest, url: str, words: Words = "") -> HttpResponse:
        if words:
            messages.warning(request, words)
        return JsonResponse({"url": url}) if wants_json(request) else HttpResponseRedirect(url)

    def _refuse_colleague(self, request: HttpRequest, error: SomebodyElses) -> HttpResponse:
        if wants_json(request) or request.content_type == "application/octet-stream":
            return JsonResponse({"busy": False, "refused": str(error)}, status=409)
        return self._answer(request, self._url(error.run), str(error))

    def _url(self, run: ImportRun) -> str:
        return reverse("admin:backoffice_importrun_change", args=[run.pk])

    def _list_url(self) -> str:
        return reverse("admin:backoffice_importrun_changelist")
