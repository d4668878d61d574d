"""
In whose language and time zone a page is shown: in those that the person chose, else in the shop's.

Nobody is known on the pages before the sign-in: there the browser's language counts. The API is no page. Whatever is
set for a request ends with it, for the next one in the same thread may be another person's, or the API's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from ledger.days import TIME_ZONES
from storecredit.backoffice.kit.numbers import numbers_of
from storecredit.backoffice.models import Preferences


class ViewerMiddleware:
    """Place it where the person is known, and outside of everything that words something for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if f"{request.path_info.lstrip('/').lower()}/".startswith("api/"):
            return self.get_response(request)
        accepted = request.headers.get("Accept-Language", "")
        user: Any = request.user
        if user.is_authenticated:
            with shown_to(find_preferences(user), accepted=accepted):
                return self.get_response(request)
        with translation.override(_first_known(accepted)), numbers_of(accepted):
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        return response


def find_preferences(user: Any) -> Preferences:
    """What somebody chose; all blank if they chose nothing yet."""
    return Preferences.objects.filter(person_id=user.pk).first() or Preferences(person_id=user.pk)


def zone_of(chosen: Preferences) -> ZoneInfo:
    """Where somebody's days begin: in the zone that they chose, while there is one of that name."""
    return ZoneInfo(chosen.time_zone if chosen.time_zone in TIME_ZONES else settings.TIME_ZONE)


@contextmanager
def shown_to(chosen: Preferences, *, accepted: str = "") -> Iterator[None]:
    """
    Word everything for a person.

    :param accepted: what the browser says of languages. Numbers are read and written by it where none was chosen.
    """
    language = chosen.language if chosen.language in dict(settings.LANGUAGES) else ""
    with (
        translation.override(language or settings.DEFAULT_LANGUAGE),
        timezone.override(zone_of(chosen)),
        numbers_of(language or accepted or settings.DEFAULT_LANGUAGE),
    ):
        yield


@contextmanager
def kept_in_records() -> Iterator[None]:
    """Word what is written down for everybody, such as the staff log, in the shop's language, not in the writer's."""
    with translation.override(settings.DEFAULT_LANGUAGE):
        yield


def _first_known(accepted: str) -> str:
    for code, _ in parse_accept_lang_header(accepted):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return str(settings.DEFAULT_LANGUAGE)
