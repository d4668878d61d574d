"""The admin's site: the theme's, which asks for less."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_post_parameters
from unfold.sites import UnfoldAdminSite

#: Where a session holds what was typed into a form before the last one ended.
KEPT_FORM = "kept_form"

#: The pages that are of no model, by name: address and view.
_PAGES = {
    "preferences": ("preferences/", "storecredit.backoffice.access.preferences.change_preferences"),
    "notices": ("my-notices/", "storecredit.backoffice.notices.choosing.change_notices"),
    "finance": ("owed/", "storecredit.backoffice.finance.reports.show_reports"),
    "finance_entries": ("owed/entries/", "storecredit.backoffice.finance.reports.show_entries"),
}


class BackOfficeSite(UnfoldAdminSite):
    """Every page is given the list of all models, for which each is asked what may be done with it; few show it."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """The models that a person may see, by app: put together when it is looked at."""
        return SimpleLazyObject(lambda: super(BackOfficeSite, self).get_app_list(request, app_label))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A page of the admin. A file that leaves by one is written down, whichever page gave it."""
        shown = super().admin_view(view, cacheable)

        @wraps(shown)
        def told(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            answer = shown(request, *args, **kwargs)
            if answer.headers.get("Content-Disposition", "").startswith("attachment") and not _is_told(answer):
                import_string("storecredit.backoffice.kit.files.tell_of_file")(request, answer)
            return answer

        return told

    @method_decorator(sensitive_post_parameters("q"))
    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One search over everything, in the place of the theme's, which puts what is typed into an address."""
        answer: HttpResponse = import_string("storecredit.backoffice.search.answer_search")(self, request)
        return answer

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [path(way, self.admin_view(import_string(view)), name=name) for name, (way, view) in _PAGES.items()]
        return [*own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page is given; the page of a form that the session's end cut off also what was typed into it."""
        context: dict[str, Any] = super().each_context(request) | {
            "time_zone": timezone.get_current_timezone_name(),
            "shop_time_zone": settings.TIME_ZONE,
        }
        kept = request.session.get(KEPT_FORM) if request.method == "GET" else None
        if kept and kept["path"] == request.get_full_path():
            del request.session[KEPT_FORM]
            context["kept_form"] = kept["typed"]
        return context


def _is_told(answer: HttpResponse) -> bool:
    """Whether the page has said more of it already."""
    return getattr(answer, "is_told", False)
