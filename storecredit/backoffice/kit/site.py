"""The admin's site: the theme's, which asks for less."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class BackOfficeSite(UnfoldAdminSite):
    """Every page is given the list of all models, for which each is asked what may be done with it; few show it."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """The models that a person may see, by app: put together when it is looked at."""
        return SimpleLazyObject(lambda: super(BackOfficeSite, self).get_app_list(request, app_label))
