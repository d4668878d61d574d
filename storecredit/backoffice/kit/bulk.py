"""
Many objects on one page, each on its own: what one refuses does not stop the next.

A page is sent once: its address, loaded again, tells what became of each, those that were refused by name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from storecredit.backoffice.kit.forms import DomainForm
from storecredit.backoffice.kit.intents import FORM, AlreadyDone, Intent, new_token, read_token, redirect_to_intent
from storecredit.backoffice.kit.labels import Words
from storecredit.backoffice.kit.parts import Column, Head, Link, Table, phrase, strong, tag

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one object of many. `amount` and `payee` are how much it is about, and whom."""

    url: str
    label: str
    amount: str
    payee: str
    is_done: bool
    words: str


class BulkPage:
    """Does something to many objects of one kind. Subclasses say what."""

    slug: ClassVar[str]
    label: ClassVar[Words]
    danger: ClassVar[bool] = False
    explanation: ClassVar[Words]

    def __init__(self, admin: Any, request: HttpRequest) -> None:
        self.admin, self.request = admin, request

    # What a subclass says

    @classmethod
    def is_offered(cls, request: HttpRequest) -> bool:
        """Whether the person's role includes it."""
        raise NotImplementedError

    def columns(self) -> Sequence[Column | str]:
        """The titles of what it is, how much it is about, and whom."""
        raise NotImplementedError

    def load(self, ids: Iterable[UUID]) -> list[Any]:
        """The objects of these ids, in the order in which they are done; at most so many."""
        raise NotImplementedError

    def make_form(self, data: Any = None) -> DomainForm:
        raise NotImplementedError

    def take_form(self, intent: Intent) -> HttpResponse:
        """Answer a form that was sent, whose intent is not spent."""
        raise NotImplementedError

    def open_form(self, ids: Sequence[UUID]) -> HttpResponse:
        """The form for these, at least one of which is there."""
        raise NotImplementedError

    def finish(self) -> None:
        """What is left to be done once all is told, such as to send what was only put down to be sent."""

    # How it goes

    def respond(self) -> HttpResponse:
        """Answer one request for this page; only a POST does anything."""
        if not (self.is_offered(self.request) and self.admin.has_view_permission(self.request)):
            raise PermissionDenied
        return self.answer()

    def answer(self) -> HttpResponse:
        """Answer somebody who may see these objects and do this to them."""
        token = read_token(self.request, FORM)
        is_post = self.request.method == "POST"
        intent = self.intent(token or new_token())
        if token and (row := intent.find()) and row.spent_at:
            return redirect_to_intent(self.request, token) if is_post else self._show_results(row.result)
        if is_post:
            return self.take_form(intent)
        ids = read_ids(self.request.GET.get("ids", "").split(","))
        if not self.load(ids):
            return HttpResponseRedirect(self.list_url())
        return self.open_form(ids) if token else redirect_to_intent(self.request, intent.token)

    def intent(self, token: str) -> Intent:
        return Intent(token, str(self.request.user.pk), self.slug)

    def do_once(self, intent: Intent, do: Callable[[], list[BulkResult]]) -> HttpResponse:
        """Do it unless it was done, and lead to what became of each."""
        try:
            # Spent before and not with the doings, each of which is a transaction of its own.
            with transaction.atomic():
                intent.spend(timezone.now())
        except AlreadyDone:
            return redirect_to_intent(self.request, intent.token)
        intent.tell(results=[asdict(result) for result in do()])
        self.finish()
        return redirect_to_intent(self.request, intent.token)

    # What is shown

    def _show_results(self, told: dict[str, Any]) -> HttpResponse:
        results = [BulkResult(**result) for result in told.get("results", [])]
        # Nothing is told yet while the twin that came first is at work, or was cut short.
        is_told = "results" in told
        counted = _counted(results) if is_told else _("sent already")
        return self.show(
            "backoffice/kit/bulk_done.html",
            {
                "head": Head(title=f"{self.label}: {counted}"),
                "is_told": is_told,
                "results": self._results_table(results),
            },
        )

    def _results_table(self, results: list[BulkResult]) -> Table:
        done, refused = tag(_("Done"), "bo-tag-good"), tag(_("Refused"), "bo-tag-bad")
        return Table(
            title=_("What became of each"),
            id="results",
            columns=(*self.columns(), _("Result")),
            rows=[
                [
                    Link(result.label, result.url),
                    strong(result.amount),
                    result.payee,
                    phrase(done if result.is_done else refused, result.words),
                ]
                for result in results
            ],
        )

    def show(self, template: str, context: dict[str, Any]) -> HttpResponse:
        self.request.current_app = self.admin.admin_site.name
        shared = {
            **self.admin.admin_site.each_context(self.request),
            "opts": self.admin.opts,
            "title": self.label,
            "step": self,
            "back_url": self.list_url(),
        }
        return TemplateResponse(self.request, template, shared | context)

    def list_url(self) -> str:
        return reverse(f"admin:{self.admin.opts.app_label}_{self.admin.opts.model_name}_changelist")


class BulkMixin(ModelAdmin):
    """A list whose chosen rows go to such pages: each is an action of the list and has an address."""

    bulk_pages: ClassVar[Sequence[type[BulkPage]]] = ()
    list_disable_select_all = True

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The pages that the person's role includes, besides the class's own actions."""
        offered = [page for page in self.bulk_pages if page.is_offered(request)]
        return super().get_actions(request) | {
            _action_name(page): (partial(_go_to, page=page), _action_name(page), format_lazy("{}…", page.label))
            for page in offered
        }

    def get_urls(self) -> list[URLPattern]:
        many = [
            path(
                f"{page.slug}/",
                self.admin_site.admin_view(partial(self._bulk_view, page=page)),
                name=_url_name(self, page),
            )
            for page in self.bulk_pages
        ]
        return [*many, *super().get_urls()]

    def _bulk_view(self, request: HttpRequest, page: type[BulkPage]) -> HttpResponse:
        return page(self, request).respond()


def tick_box(*, value: str, label: str, is_ticked: bool) -> SafeString:
    """Whether an object is one of those that the form of the page sends as `row`."""
    return format_html(
        '<label class="bo-box"><input type="checkbox" name="row" value="{}" form="bulk" aria-label="{}"{}></label>',
        value,
        label,
        SafeString(" checked") if is_ticked else "",
    )


def read_ids(texts: Iterable[str]) -> list[UUID]:
    """Those that are ids; what is none is passed over."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _go_to(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any], *, page: type[BulkPage]) -> Any:
    ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        messages.warning(request, _("At most %(most)s at once. Nothing was done.") % {"most": MOST_AT_ONCE})
        return None
    asked = ",".join(pk.hex for pk in ids)
    return HttpResponseRedirect(f"{reverse(f'admin:{_url_name(model_admin, page)}')}?ids={asked}")


def _url_name(model_admin: Any, page: type[BulkPage]) -> str:
    return f"{model_admin.opts.app_label}_{model_admin.opts.model_name}_{page.slug}"


def _action_name(page: type[BulkPage]) -> str:
    return page.slug.replace("-", "_")


def _counted(results: list[BulkResult]) -> str:
    done = sum(result.is_done for result in results)
    words = [ngettext("%(count)s done", "%(count)s done", done) % {"count": done}]
    if refused := len(results) - done:
        words.append(ngettext("%(count)s refused", "%(count)s refused", refused) % {"count": refused})
    return ", ".join(words)
