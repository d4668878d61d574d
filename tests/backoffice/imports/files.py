"""Somebody who brings a file into the back office, page by page."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from storecredit.backoffice.models import ImportRun
from tests.backoffice.staff import Staff, text_of

UPLOAD = "/admin/backoffice/importrun/add/"


def address(run: ImportRun, step: str) -> str:
    return reverse(f"admin:backoffice_importrun_{step}", args=[run.pk])


def upload(staff: Staff, kind: str, content: str | bytes, *, name: str = "file.csv", **fields: Any) -> ImportRun:
    """The run of a file that was uploaded in one go, as a browser without scripts does."""
    form = staff.open(UPLOAD)
    sent = send_file(staff, intent_of(form), kind, content, name=name, **fields)
    assert sent.status_code == 302, text_of(sent)
    return ImportRun.objects.get(pk=re.search(r"([0-9a-f-]{36})", sent.url)[1])  # type: ignore[index]  # it leads to a run


def send_file(staff: Staff, url: str, kind: str, content: str | bytes, *, name: str = "file.csv", **fields: Any) -> Any:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content, "text/csv")
    return staff.send(url, kind=kind, file=file, **fields)


def intent_of(page: Any) -> str:
    """The address of a form, which is its intent's."""
    return str(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"])


def columns_of(page: Any) -> dict[str, str]:
    """The form of the columns as it is shown, to be sent as it is."""
    form = page.context["form"]
    data = {field.html_name: field.value() for field in form}
    return {name: value for name, value in data.items() if value not in (None, False)} | {
        "version": page.context["original"].version,
        "layout": page.context["layout"],
    }


def map_columns(staff: Staff, run: ImportRun, **changes: Any) -> Any:
    """Send the columns as the page proposes them, but for what is said."""
    page = staff.open(address(run, "change"))
    return staff.send(address(run, "columns"), **columns_of(page) | changes)


def go_on(staff: Staff, run: ImportRun) -> ImportRun:
    """Ask for slice after slice until nothing is under way."""
    for _ in range(100):
        run.refresh_from_db()
        if run.state not in {"CHECKING", "RUNNING"}:
            return run
        staff.send(address(run, "slice"))
    raise AssertionError("it does not end")


def start(staff: Staff, run: ImportRun, *, count: int | str, **totals: str) -> Any:
    """Confirm the control totals."""
    return staff.send(
        address(run, "start"),
        version=run.version,
        count=count,
        **{f"total_{code}": text for code, text in totals.items()},
    )


def lines_of(answer: Any) -> list[str]:
    """The lines of a file that a page gives out."""
    return b"".join(answer.streaming_content).decode().splitlines()
