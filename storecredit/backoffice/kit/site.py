"""The admin's site: the theme's, which asks for less."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_post_parameters
from unfold.sites import UnfoldAdminSite

#: Where a session holds what was typed into a form before the last one ended.
KEPT_FORM = "kept_form"

_SIGNING_IN = "storecredit.backoffice.access.signing_in"
#: The pages that are of no model, by name: address and view.
_PAGES = {
    "preferences": ("preferences/", "storecredit.backoffice.access.preferences.change_preferences"),
    "rights": ("rights/", "storecredit.backoffice.access.may.show_rights"),
    "right": ("rights/<int:right_id>/", "storecredit.backoffice.access.may.show_right"),
    "person_rights": ("rights/of/<int:person_id>/", "storecredit.backoffice.access.may.show_person"),
    "notices": ("my-notices/", "storecredit.backoffice.notices.choosing.change_notices"),
    "waiting": ("waiting/", "storecredit.backoffice.waiting.pages.show_waiting"),
    "finance": ("owed/", "storecredit.backoffice.finance.reports.show_reports"),
    "security": ("security/", f"{_SIGNING_IN}.security.show_security"),
    "security_app": ("security/app/", f"{_SIGNING_IN}.security.add_app"),
    "security_passkey": ("security/passkey/", f"{_SIGNING_IN}.security.add_passkey"),
    "security_remove": ("security/<int:pk>/remove/", f"{_SIGNING_IN}.security.remove_factor"),
    "security_codes": ("security/codes/", f"{_SIGNING_IN}.security.make_codes"),
    "security_end_session": ("security/sessions/<int:pk>/end/", f"{_SIGNING_IN}.security.end_session"),
    "security_end_all": ("security/sessions/end/", f"{_SIGNING_IN}.security.end_all_sessions"),
    "again": ("security/again/", f"{_SIGNING_IN}.again.prove_again"),
    "finance_breakage": ("owed/breakage/", "storecredit.backoffice.finance.breakage.show_breakage"),
    "finance_duties": ("owed/duties/", "storecredit.backoffice.finance.duties.show_duties"),
    "finance_holders": ("owed/accounts/", "storecredit.backoffice.finance.holders.show_holders"),
    "finance_entries": ("owed/entries/", "storecredit.backoffice.finance.reports.show_entries"),
}
#: What the theme's templates ask of each entry: a name that is missing costs them more than the entry.
_ASKED_FOR = {
    "title": "",
    "badge": "",
    "badge_callback": "",
    "collapsible": False,
    "has_permission": True,
    "link_callback": "",
    "separator": False,
}


class BackOfficeSite(UnfoldAdminSite):
    """Every page is given the list of all models, for which each is asked what may be done with it; few show it."""

    #: What stands in a list where there is nothing, as it does in all tables of the house.
    empty_value_display: Any = "–"

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

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Somebody changes their own password, and that they did is written down."""
        person: Any = request.user
        before = person.password
        as_staff = import_string("storecredit.backoffice.kit.actors.as_staff")
        with transaction.atomic(), as_staff(request):
            answer: HttpResponse = super().password_change(request, extra_context)
            if person.password != before:
                import_string("storecredit.backoffice.kit.actors.tell_of_password")(request)
        return answer

    @method_decorator(sensitive_post_parameters("q"))
    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One search over everything, in the place of the theme's, which puts what is typed into an address."""
        answer: HttpResponse = import_string("storecredit.backoffice.search.answer_search")(self, request)
        return answer

    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What Django's scripts say, with what its own catalogues leave out."""
        show: Any = import_string("storecredit.backoffice.kit.scripts.ScriptCatalog").as_view
        answer: HttpResponse = show(packages=["django.contrib.admin"])(request)
        return answer

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The first door of the sign-in, which asks for more than a password."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        show: Any = import_string(f"{_SIGNING_IN}.doors.show_sign_in")
        answer: HttpResponse = show(request, extra_context)
        return answer

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [path(way, self.admin_view(import_string(view)), name=name) for name, (way, view) in _PAGES.items()]
        return [*own, *super().get_urls()]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """
        The way through the admin, as far as it is open to whoever looks.

        The theme's own copies all of it for every page, and makes a lazy class of each question whether one may.
        """
        shown = []
        for group in self._get_config("SIDEBAR", request)["navigation"](request):
            items = [
                {"active": self._get_is_active(request, item["link"]), **_ASKED_FOR, **item}
                for item in group["items"]
                if "permission" not in item or item["permission"](request)
            ]
            shown.append({**_ASKED_FOR, **group, "items": items})
        return shown

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
