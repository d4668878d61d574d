"""
The way of a file through the browser: upload, columns, dry run, control totals, writing, result.

Each page shows the run as it is, and each POST says which version of it was seen: what comes from a stale page or a
second tab is told so and does nothing. Nothing is done on GET.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from ledger.errors import DomainError
from ledger.management.column_maps import MapUnusable, fold_header
from ledger.operations import new_uuid7
from storecredit.backoffice.approvals.steps import person_of, staff_party
from storecredit.backoffice.imports.answers import guess_column, read_number, send_csv, tell_of, wants_json
from storecredit.backoffice.imports.checking import check_slice
from storecredit.backoffice.imports.choosing import KINDS, list_permitted
from storecredit.backoffice.imports.confirming import refuse_confirming
from storecredit.backoffice.imports.ending_pages import EndingFrame
from storecredit.backoffice.imports.forms import ColumnsForm, ControlsForm, UploadForm
from storecredit.backoffice.imports.frame import SomebodyElses, is_at_it, is_own
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.imports.looking import (
    WRITTEN,
    columns_of,
    facts_of,
    faults_of,
    head_of,
    may_drop,
    may_start,
    progress_of,
    slices_of,
    whose,
)
from storecredit.backoffice.imports.mapping import (
    MappingRefused,
    digest_of_layout,
    map_again,
    map_columns,
    read_headers,
    recognise_headers,
    save_map,
)
from storecredit.backoffice.imports.running import RunChanged, list_results, start_run, write_slice
from storecredit.backoffice.imports.uploads import (
    LARGEST_PIECE_BYTES,
    UploadRefused,
    add_piece,
    begin_upload,
    drop,
    lock,
)
from storecredit.backoffice.kit import (
    FORM,
    AlreadyDone,
    Colours,
    Intent,
    moment_cell,
    moment_text,
    new_token,
    number_text,
    read_token,
    redirect_to_intent,
    where_it_led,
)
from storecredit.backoffice.models import ImportRun, ImportState

_STALE = _("This page was out of date, and nothing was done. This is how it stands now.")
_OTHER_LAYOUT = _("The layout that knows these headers has changed meanwhile. Look at it once more.")
_WRONG = _("Nothing of the file is written while one line is wrong.")
_STATE_COLOURS = Colours(
    {
        ImportState.DONE.label: "success",
        ImportState.RUNNING.label: "warning",
        ImportState.CHECKED.label: "info",
        ImportState.REJECTED.label: "danger",
        ImportState.STOPPED.label: "danger",
    }
)


@admin.register(ImportRun)
class ImportRunAdmin(EndingFrame):
    list_display = ["file_name", "kind", "shown_state", "lines", "who", "when"]
    list_filter = ["kind", "state"]
    exported = {"when": [moment_cell("created_at")]}
    ordering = ["-created_at", "-pk"]
    list_select_related = ["started_by"]

    @display(description=_("State"), ordering="state", label=_STATE_COLOURS)
    def shown_state(self, run: ImportRun) -> str:
        return str(run.get_state_display())

    @display(description=_("Lines"))
    def lines(self, run: ImportRun) -> str:
        return number_text(run.rows) if run.rows else ""

    @display(description=_("Who"), ordering="started_by")
    def who(self, run: ImportRun) -> str:
        return run.started_by.get_username()

    @display(description=_("Started"), ordering="created_at")
    def when(self, run: ImportRun) -> str:
        return moment_text(run.created_at)

    def get_urls(self) -> list[URLPattern]:
        def at(name: str, view: Callable[..., HttpResponseBase], *, is_step: bool = True) -> URLPattern:
            wrapped = self.admin_site.admin_view(require_POST(self._by_its_own(view)) if is_step else view)
            short = name.partition(".")[0].strip("/")
            return path(f"<uuid:run_id>/{name}", wrapped, name=f"backoffice_importrun_{short}")

        return [
            at("piece/", self.take_piece),
            at("columns/", self.take_columns),
            at("again/", self.map_again),
            at("start/", self.start),
            at("slice/", self.take_slice),
            at("drop/", self.drop),
            at("reject/", self.reject),
            at("carry-on/", self.carry_on),
            at("stop/", self.stop),
            at("errors.csv", self.send_errors, is_step=False),
            at("result.csv", self.send_result, is_step=False),
            *super().get_urls(),
        ]

    def _by_its_own(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """A step, which a colleague is told that they cannot take."""

        def take(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
            try:
                return view(request, run_id)
            except SomebodyElses as error:
                return self._refuse_colleague(request, error)

        return take

    # The upload

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        token = read_token(request, FORM)
        intent = Intent(token or new_token(), str(person_of(request)), "import a file")
        row = intent.find() if token else None
        if row is not None and row.spent_at:
            words = gettext("This file was uploaded already, and was not taken twice.")
            return self._answer(request, where_it_led(row, self._list_url()), words)
        kinds = list_permitted(request.user)
        if request.method != "POST":
            form = UploadForm(kinds=kinds, kind=request.GET.get("kind", ""))
            return self._show_upload(request, form) if token else redirect_to_intent(request, intent.token)
        form = UploadForm(request.POST, request.FILES, kinds=kinds)
        if not form.is_valid():
            return self._show_upload(request, form)
        try:
            run = self._begin(request, form, intent)
        except UploadRefused as error:
            form.add_error("file", str(error))
            return self._show_upload(request, form)
        except AlreadyDone:
            row = intent.find()
            return self._answer(request, where_it_led(row, self._list_url()) if row else request.path)
        return self._answer(request, self._url(run))

    def _begin(self, request: HttpRequest, form: UploadForm, intent: Intent) -> ImportRun:
        """Keep what is to come; where no script sends it in pieces, the file itself."""
        file, said, now = form.cleaned_data["file"], form.cleaned_data, timezone.now()
        name, size = (file.name, file.size) if file else (said["name"], read_number(request, "size"))
        separator = "\t" if said["separator"] == "tab" else said["separator"]
        run = ImportRun(
            id=new_uuid7(),
            kind=said["kind"],
            file_name=(name or "file")[:200],
            size=size,
            choices={"separator": separator},
            test_mode=said["test_mode"],
            started_by_id=person_of(request),
        )
        with transaction.atomic():
            intent.spend(now)
            begin_upload(run=run, now=now)
            for place, content in enumerate(iter(partial(file.read, LARGEST_PIECE_BYTES), b"") if file else ()):
                add_piece(run_id=run.pk, place=place, content=content, now=now)
            intent.tell(url=self._url(run))
            tell_of(request, run, _("Uploading %(file)s, %(count)s bytes."), file=run.file_name, count=run.size)
        return run

    def take_piece(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """The next piece of a file that a script sends."""
        run, _kind = self._get_own(request, run_id)
        # A form of several parts is read as it comes, and leaves no bytes to be read a second time.
        if request.content_type != "application/octet-stream":
            return JsonResponse({"refused": gettext("A piece of a file is sent as bytes.")}, status=415)
        place = read_number(request, "place")
        try:
            run = add_piece(run_id=run.pk, place=place, content=request.body, now=timezone.now())
        except UploadRefused as error:
            return JsonResponse({"refused": str(error)}, status=409)
        return JsonResponse(progress_of(run))

    # The steps

    def take_columns(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        run, kind = self._get_own(request, run_id)
        if run.state != ImportState.MAPPING:
            return self._answer(request, self._url(run), _STALE)
        try:
            headers, separator = read_headers(run)
        except DomainError as error:
            return self._answer(request, self._url(run), str(error))
        base = recognise_headers(kind, headers)
        form = ColumnsForm(request.POST, kind=kind, headers=headers, initial={})
        if form.is_valid() and request.POST.get("layout") != digest_of_layout(base):
            form.add_error(None, _OTHER_LAYOUT)
        if not form.is_valid():
            return self._show_columns(request, run, kind, form)
        now, name = timezone.now(), form.cleaned_data["save_as"]
        try:
            with transaction.atomic():
                run = map_columns(
                    run_id=run.pk,
                    version=read_number(request, "version"),
                    kind=kind,
                    columns=form.said_columns(),
                    base=base,
                    choices={**form.said_choices(), "separator": separator.value},
                    now=now,
                )
                tell_of(request, run, _("Said what its columns are."))
                if name:
                    save_map(run=run, kind=kind, name=name, person_id=person_of(request), now=now)
                    tell_of(request, run, _("Kept its layout as “%(name)s”."), name=name)
        except (MappingRefused, MapUnusable) as error:
            form.add_error(None, str(error))
            return self._show_columns(request, run, kind, form)
        except RunChanged as error:
            return self._answer(request, self._url(run), str(error))
        return self._answer(request, self._url(run))

    def map_again(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        run, _kind = self._get_own(request, run_id)
        try:
            with transaction.atomic():
                map_again(run_id=run.pk, version=read_number(request, "version"), now=timezone.now())
                tell_of(request, run, _("Went back to its columns."))
        except RunChanged as error:
            return self._answer(request, self._url(run), str(error))
        return self._answer(request, self._url(run))

    def start(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        run, kind = self._get_to_go_on(request, run_id)
        if run.state != ImportState.CHECKED or run.faults:
            return self._answer(request, self._url(run), _WRONG if run.faults else _STALE)
        form = self._controls(run, kind, request.POST)
        if not form.is_valid():
            return self._show_run(request, run, kind, form)
        data = form.cleaned_data
        try:
            with transaction.atomic():
                start_run(
                    run_id=run.pk,
                    version=data["version"],
                    count=data["count"],
                    sums_minor=form.sums_minor,
                    kind=kind,
                    party=staff_party(request),
                    now=timezone.now(),
                )
                told = _("Started: %(count)s lines, control totals confirmed.")
                tell_of(request, run, told, count=data["count"])
        except RunChanged as error:
            return self._answer(request, self._url(run), str(error))
        except DomainError as error:
            form.add_refusal(error)
            return self._show_run(request, run, kind, form)
        return self._answer(request, self._url(run))

    def take_slice(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Do the next slice of what is under way; the page asks for it again until nothing is."""
        run, kind = self._get_to_go_on(request, run_id)
        party, now = staff_party(request), timezone.now()
        try:
            if run.state == ImportState.CHECKING:
                run = check_slice(run_id=run.pk, kind=kind, party=party, now=now)
            elif run.state == ImportState.RUNNING:
                run = write_slice(run_id=run.pk, kind=kind, party=party, now=now)
        except (DomainError, IntegrityError) as error:
            words = gettext("Stopped: the books refuse a line.")
            if isinstance(error, DomainError):
                words = gettext("Stopped: %(error)s") % {"error": error}
            if wants_json(request):
                return JsonResponse({**progress_of(run), "busy": False, "refused": words}, status=409)
            return self._answer(request, self._url(run), words)
        return JsonResponse(progress_of(run)) if wants_json(request) else self._answer(request, self._url(run))

    def drop(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        run = self._get_to_drop(request, run_id)
        with transaction.atomic():
            run = lock(run.pk)
            if run.version != read_number(request, "version") or not may_drop(run):
                return self._answer(request, self._url(run), _STALE)
            drop(run, timezone.now())
            tell_of(request, run, _("Dropped. Nothing was written."))
        return self._answer(request, self._url(run))

    # The files that it gives out

    def send_errors(self, request: HttpRequest, run_id: UUID) -> HttpResponseBase:
        run, _kind = self._get(request, run_id)
        faults = run.found_faults.order_by("line", "pk").values_list("line", "column", "header", "message")
        rows = ((line or None, *rest) for line, *rest in faults.iterator(chunk_size=2000))
        return send_csv(f"errors-{run.pk}", ["line", "column", "header", "message"], rows)

    def send_result(self, request: HttpRequest, run_id: UUID) -> HttpResponseBase:
        run, kind = self._get(request, run_id)
        if run.state not in WRITTEN:
            raise Http404
        return send_csv(f"result-{run.pk}", kind.result_columns, list_results(run))

    # What is shown

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            run_id = UUID(object_id)
        except ValueError as error:
            raise Http404 from error
        run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=run_id)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run.state == ImportState.MAPPING and is_own(request, run) and self._sees_inside(request, run):
            return self._show_columns(request, run, KINDS[run.kind])
        return self._show_run(request, run, KINDS[run.kind])

    def _show_upload(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        if wants_json(request):
            words = [str(error) for errors in form.errors.values() for error in errors]
            return JsonResponse({"refused": " ".join(words)}, status=400)
        context = {"form": form, "title": gettext("Import a file"), "facts": columns_of(list_permitted(request.user))}
        context |= {"piece_bytes": LARGEST_PIECE_BYTES // 2, "list_url": self._list_url()}
        return self._show(request, "backoffice/imports/upload.html", context)

    def _show_columns(
        self, request: HttpRequest, run: ImportRun, kind: Kind, form: ColumnsForm | None = None
    ) -> HttpResponse:
        context: dict[str, Any] = {"original": run, "title": str(run), "kind": kind, "list_url": self._list_url()}
        try:
            headers, _separator = read_headers(run)
        except DomainError as error:
            context |= {"head": head_of(run, self._list_url()), "may_drop": True, "refused": str(error)}
            return self._show(request, "backoffice/imports/run.html", context)
        known = recognise_headers(kind, headers)
        if form is None:
            initial = {header: guess_column(known, header) for header in headers}
            form = ColumnsForm(kind=kind, headers=headers, initial=initial)
        is_known = known.says([fold_header(header) for header in headers]).issuperset(kind.file.required)
        context |= {"form": form, "known": known if is_known else None, "layout": digest_of_layout(known)}
        return self._show(request, "backoffice/imports/columns.html", context)

    def _show_run(
        self, request: HttpRequest, run: ImportRun, kind: Kind, form: ControlsForm | None = None
    ) -> HttpResponse:
        drops = may_drop(run) and self._may_drop(request, run)
        context = {"original": run, "title": str(run), "kind": kind, "head": head_of(run, self._list_url())}
        own, is_here = is_own(request, run), is_own(request, run) or is_at_it(request, run)
        endings = self._endings(request, run)
        is_offered = is_here or endings.get("may_carry_on", False)
        context |= {"may_drop": drops, "whose": "" if is_offered else whose(run), **endings}
        if self._sees_inside(request, run):
            context |= {"facts": facts_of(run), "table": faults_of(run), "sums": run.facts.get("sums_minor")}
        if is_here and self._sees_inside(request, run):
            refused = refuse_confirming(run=run, kind=kind, person_id=person_of(request)) if may_start(run) else ""
            is_theirs = may_start(run) and not refused
            context |= {"slices": slices_of(run), "may_map_again": own and run.state == ImportState.CHECKED}
            context |= {"refused": refused, "form": form or self._controls(run, kind) if is_theirs else None}
        return self._show(request, "backoffice/imports/run.html", context)
