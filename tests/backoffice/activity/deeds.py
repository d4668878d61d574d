"""How each action of each page is carried out once, by somebody who may: where, with what, and about what."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import resolve, reverse

from storecredit.backoffice.kit.classes import SingleRowAdmin
from tests.backoffice.exporting import bytes_of
from tests.backoffice.staff import Staff
from tests.backoffice.test_adding_once import FORMS
from tests.backoffice.test_intents import STAGES

#: How something is sent: who, where, and what.
How = Callable[[Staff, str, dict[str, Any]], Any]


def send(staff: Staff, url: str, data: dict[str, Any]) -> Any:
    """A form that does what it says at once."""
    return staff.client.post(url, data)


def open_page(staff: Staff, url: str, data: dict[str, Any]) -> Any:
    """A file or a paper behind a link."""
    return staff.client.get(url, data)


def confirm(staff: Staff, url: str, data: dict[str, Any]) -> Any:
    """A form with a review. Pages may be blank: what is agreed to is taken from what they were given to show."""
    sent: Any = staff.client.post(url, data)
    assert sent.status_code == 302, getattr(sent, "context_data", sent)
    reviewed: Any = staff.client.get(sent.url)
    return staff.client.post(sent.url, {"agreed": reviewed.context_data["agreed"]})


def take(staff: Staff, url: str, data: dict[str, Any]) -> Any:
    """A list as a file, to its last row."""
    answer = staff.client.post(url, data)
    bytes_of(answer)
    return answer


@dataclass(frozen=True, slots=True)
class Deed:
    """
    One action that is about to be carried out.

    :param about: under what it must be found; None where it is about no single thing, or makes it.
    """

    staff: Staff
    url: str
    data: dict[str, Any]
    how: How
    about: Model | None = None

    @property
    def page(self) -> str:
        """The name of the page that it is done on."""
        return str(resolve(self.url.partition("?")[0]).view_name)


def root() -> Staff:
    return Staff(username="root", is_superuser=True)


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def _of_stage(name: str) -> Deed:
    stage = STAGES[name]()
    match = resolve(stage.url)
    found = match.kwargs.get("object_id")
    model = next(
        model
        for model in admin.site._registry
        if match.view_name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_")
    )
    about = model._default_manager.get(pk=found) if found else None
    return Deed(stage.staff, stage.url, stage.data, confirm, about)


def _of_form(model: Any) -> Deed:
    # What bears on whoever asks is refused, and a limit may bear on those who are above all roles.
    staff = Staff("Administrator") if model._meta.app_label == "credits" else root()
    if model._meta.model_name.endswith("rules"):
        model._default_manager.filter(pk=1).delete()
    return Deed(staff, address(model, "add"), FORMS[model](), send)


def list_known() -> Iterator[tuple[str, Callable[[], Deed]]]:
    """What the tables of steps, of forms and of lists say by themselves."""
    for name in STAGES:
        yield name, lambda name=name: _of_stage(name)  # type: ignore[misc]  # mypy infers no lambda with defaults
    for model in FORMS:
        yield f"add: {model._meta.label}", lambda model=model: _of_form(model)  # type: ignore[misc]
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, SingleRowAdmin):
            continue  # its list is the row
        yield (
            f"export: {model._meta.label}",
            lambda model=model: Deed(root(), address(model, "export"), {"format": "csv"}, take),  # type: ignore[misc]
        )
