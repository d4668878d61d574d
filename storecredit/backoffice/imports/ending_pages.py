"""The buttons with which a colleague rejects a file, goes on with it or ends it halfway; each says why."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from storecredit.backoffice.approvals.steps import person_of
from storecredit.backoffice.imports.answers import read_number, tell_of
from storecredit.backoffice.imports.choosing import KINDS
from storecredit.backoffice.imports.ending import (
    carry_on_run,
    may_carry_on,
    may_reject,
    may_stop,
    reject_run,
    stop_run,
)
from storecredit.backoffice.imports.frame import RunFrame
from storecredit.backoffice.kit import WhyForm, Words, style
from storecredit.backoffice.models import ImportRun


class EndingFrame(RunFrame):
    def reject(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        return self._decide(request, run_id, reject_run, _("Rejected: %(why)s"))

    def carry_on(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        told = _("Goes on with it, which stood still at line %(done)s of %(rows)s: %(why)s")
        return self._decide(request, run_id, carry_on_run, told)

    def stop(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        told = _("Ended halfway, %(done)s of %(rows)s lines are written: %(why)s")
        return self._decide(request, run_id, partial(stop_run, kind=KINDS[self._get(request, run_id)[0].kind]), told)

    def _decide(
        self, request: HttpRequest, run_id: UUID, decide: Callable[..., ImportRun], told: Words
    ) -> HttpResponse:
        run, _kind = self._get(request, run_id)
        form = WhyForm(request.POST)
        if not form.is_valid():
            return self._answer(request, self._url(run), gettext("Say why. Nothing was done."))
        why = form.cleaned_data["why"]
        try:
            with transaction.atomic():
                run = decide(
                    run_id=run.pk,
                    version=read_number(request, "version"),
                    person_id=person_of(request),
                    because=why,
                    now=timezone.now(),
                )
                tell_of(request, run, told, why=why, done=run.done_rows, rows=run.rows)
        except DomainError as error:
            return self._answer(request, self._url(run), str(error))
        return self._answer(request, self._url(run))

    def _endings(self, request: HttpRequest, run: ImportRun) -> dict[str, Any]:
        """What somebody who may import such files may do about a file that is not theirs to bring to its end."""
        if not self._sees_inside(request, run):
            return {}
        now, person_id = timezone.now(), person_of(request)
        may = {
            "may_reject": may_reject(run, person_id),
            "may_carry_on": may_carry_on(run, person_id, now),
            "may_stop": may_stop(run, person_id, now),
        }
        if not any(may.values()):
            return {}
        form = WhyForm()
        style(form)
        return may | {"why": form["why"]}
