"""People who work in the admin, over HTTP: they open pages, fill in forms, review and confirm."""

import html
import re
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit import SingleRowAdmin
from storecredit.backoffice.models import AccessChange, ChangeState
from tests.factories.people import UserFactory

PASSWORD = "correct horse battery staple"
#: What has a list; rules that are one row have none.
LISTS = [model for model, listed in admin.site._registry.items() if not isinstance(listed, SingleRowAdmin)]


class Staff:
    """A member of staff with one role or several, signed in."""

    def __init__(self, *roles: str, **fields: Any) -> None:
        name = roles[0].lower().replace(" ", "-") if roles else "nobody"
        self.user: Any = UserFactory.create(
            **{"username": name, "password": PASSWORD} | fields, groups=Group.objects.filter(name__in=roles)
        )
        self._sign_in()

    @classmethod
    def of(cls, person: Any) -> "Staff":
        """Somebody who is there already."""
        staff = cls.__new__(cls)
        staff.user = person
        staff._sign_in()
        return staff

    def _sign_in(self) -> None:
        self.client = Client(raise_request_exception=True)
        self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")

    def prove_again(self) -> None:
        """Give the password once more: it is asked for when the last time is a quarter of an hour ago."""
        proved: Any = self.client.post("/admin/security/again/", {"password": PASSWORD})
        assert proved.status_code == 302, text_of(proved)

    def open(self, url: str, **query: Any) -> Any:
        """Open a page; a form is opened under the address of an intent of its own."""
        answer: Any = self.client.get(url, query)
        return self.client.get(answer.url) if answer.status_code == 302 and "intent=" in answer.url else answer

    def send(self, url: str, **data: Any) -> Any:
        return self.client.post(url, data)

    def review(self, url: str, **data: Any) -> Any:
        """Open a step's form and fill it in; the answer must lead to its review."""
        return self.review_from(self.open(url), **data)

    def review_from(self, form: Any, **data: Any) -> Any:
        """Fill in a form that is open; the answer must lead to its review."""
        sent = self.send(address_of(form), **data)
        assert sent.status_code == 302, errors_of(sent)
        answer: Any = self.client.get(sent.url)
        assert answer.status_code == 200
        assert "review" in answer.context, text_of(answer)
        return answer

    def confirm(self, reviewed: Any, **more: Any) -> Any:
        """Agree to a review."""
        return self.send(address_of(reviewed), **agreement_of(reviewed), **more)

    def follow(self, answer: Any) -> Any:
        """The page that an answer leads to."""
        return self.client.get(answer.url)

    def do(self, url: str, **data: Any) -> Any:
        """Fill in, review and confirm."""
        return self.confirm(self.review(url, **data))


def list_askers(actions: Mapping[str, tuple[Any, ...]]) -> list[tuple[str, str]]:
    """Each action with the roles whose job it is and with one that has none: the walk asks all pages as all roles."""
    return [(role, action) for action, (*_, allowed) in actions.items() for role in sorted(allowed | {"Viewer"})]


def roles_with(permission: str) -> set[str]:
    """The shipped roles that have a right."""
    return {role for role, permissions in ROLES.items() if permission in permissions}


def approve_waiting(administrator: Staff) -> None:
    """A second administrator approves every change of access that waits."""
    for change in AccessChange.objects.filter(state=ChangeState.WAITING).order_by("pk"):
        answer = administrator.do(step_url(change, "approve"), note="")
        assert answer.status_code == 302, text_of(answer)


def address_of(page: Any) -> str:
    """Where a page was found, with its query."""
    return str(page.wsgi_request.get_full_path())


def a_review_of(url: str) -> str:
    """The address of a review that nobody asked for."""
    return f"{url}?review={'x' * 32}"


def agreement_of(reviewed: Any) -> dict[str, str]:
    """What the confirming button of a review sends."""
    return {"agreed": reviewed.context["agreed"]}


def step_url(target: Any, slug: str) -> str:
    """Where a step of an object is taken."""
    return reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_{slug}", args=[target.pk])


def page_url(target: Any) -> str:
    return reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_change", args=[target.pk])


def list_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def changes_of(answer: Any) -> list[tuple[str, str, str]]:
    """What a review says will change: label, before, after."""
    return [(change.label, change.before, change.after) for change in answer.context["review"].changes]


def facts_of(answer: Any) -> dict[str, str]:
    return {fact.label: fact.text for fact in answer.context["review"].facts}


def errors_of(answer: Any) -> dict[str, list[str]]:
    """What a form refuses, by field."""
    form = answer.context["adminform"].form if "adminform" in answer.context else answer.context["form"]
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def value_in(field: Any) -> str:
    """What stands in the first input of a field."""
    shown = re.search(r'value="([^"]*)"', str(field))
    return html.unescape(shown[1]) if shown else ""


def text_of(answer: Any) -> str:
    """What a reader sees of a page, spaces made single."""
    return _text_of(re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL))


def _text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def table_of(answer: Any, title: str) -> list[dict[str, str]]:
    """The rows of a table on a page, as a reader sees them: each cell by the title of its column."""
    found = re.search(rf'<table[^>]*aria-label="{re.escape(title)}">(.*?)</table>', answer.content.decode(), re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", found[1], re.DOTALL)[1:] if found else []
    return [dict(_cells_of(row)) for row in rows]


def _cells_of(row: str) -> list[tuple[str, str]]:
    cells = re.findall(r'<td[^>]*data-label="([^"]*)">(.*?)</td>', row, re.DOTALL)
    return [(html.unescape(column), _text_of(cell)) for column, cell in cells]


def told_by(answer: HttpResponse) -> dict[str, str]:
    """What the lists of facts on a page say, by their labels."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", answer.content.decode(), re.DOTALL)
    return {_text_of(label): _text_of(text) for label, text in pairs}


def said(answer: Any) -> list[str]:
    """The messages on the page that an answer leads to."""
    client = answer.client
    return [str(message) for message in client.get(answer.url, follow=True).context["messages"]]
