"""People who work in the admin, over HTTP: they open pages, fill in forms, review and confirm."""

import html
import re
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

PASSWORD = "correct horse battery staple"


class Staff:
    """A member of staff with one role, signed in."""

    def __init__(self, role: str = "", **fields: Any) -> None:
        name = role.lower().replace(" ", "-") or "nobody"
        self.user: Any = get_user_model().objects.create_user(
            fields.pop("username", name), password=PASSWORD, is_staff=True, **fields
        )
        if role:
            self.user.groups.add(Group.objects.get(name=role))
        self.client = Client(raise_request_exception=True)
        self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")

    def open(self, url: str, **query: Any) -> Any:
        return self.client.get(url, query)

    def send(self, url: str, **data: Any) -> Any:
        return self.client.post(url, data)

    def review(self, url: str, **data: Any) -> Any:
        """Fill in a step's form; the answer must be its review."""
        answer = self.send(url, **data)
        assert answer.status_code == 200
        assert "review" in answer.context, errors_of(answer)
        return answer

    def confirm(self, reviewed: Any, **more: Any) -> Any:
        """Agree to a review."""
        return self.send(reviewed.wsgi_request.path, reviewed=reviewed.context["reviewed"], **more)

    def do(self, url: str, **data: Any) -> Any:
        """Fill in, review and confirm."""
        return self.confirm(self.review(url, **data))


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


def text_of(answer: HttpResponse) -> str:
    """What a reader sees of a page, spaces made single."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def said(answer: Any) -> list[str]:
    """The messages on the page that an answer leads to."""
    client = answer.client
    return [str(message) for message in client.get(answer.url).context["messages"]]
