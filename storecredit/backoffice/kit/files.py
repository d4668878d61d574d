"""Files that leave the admin."""

import re
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse

from storecredit.audit.operations import ActivityKind, Subject
from storecredit.backoffice.kit.actors import tell

_NAME = re.compile(r'filename="?([^";]+)')


def _kind_of(page: str) -> str:
    """What the page is of, or else the page itself."""
    app, _line, rest = page.partition("_")
    try:
        return apps.get_model(app, rest.partition("_")[0])._meta.label_lower
    except LookupError:
        return f"page:{page}"


def tell_of_file(request: HttpRequest, answer: HttpResponse) -> None:
    """Write down that somebody took a file, by its name and the page that gave it."""
    found = _NAME.search(answer.headers["Content-Disposition"])
    name = found[1] if found else ""
    asked: Any = request.resolver_match
    of_id = next((str(value) for value in asked.kwargs.values()), "") if asked else ""
    subject = Subject(kind=_kind_of(asked.url_name) if asked else "page", id=of_id, label=name)
    tell(request, kind=ActivityKind.FILE_TAKEN, subject=subject, details={"file": name})
