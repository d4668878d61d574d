"""Staff who look cards up by their codes are counted as API clients are: each person by themselves."""

from collections.abc import Callable
from functools import cached_property

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ledger.guessing import LookUpsStopped, looking
from storecredit.api.guess_limits import PersonLooker, looker_of_person

_ADMIN = "/admin/"


class _WhoeverAsks:
    """The person behind a request, found out when they first look something up."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _person(self) -> PersonLooker | None:
        user = self._request.user
        if not user.is_authenticated:
            return None
        return looker_of_person(person_id=user.pk, name=user.get_username(), now=timezone.now())

    def admit(self) -> None:
        if self._person is not None:
            self._person.admit()

    def missed(self, secret: str) -> None:
        if self._person is not None:
            self._person.missed(secret)

    def count_what_was_kept(self) -> None:
        if "_person" in self.__dict__ and self._person is not None:
            self._person.count_what_was_kept()


class PersonLookerMiddleware:
    """Place it after the layer that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_ADMIN):
            return self.get_response(request)
        asks = _WhoeverAsks(request)
        try:
            with looking(asks):
                return self.get_response(request)
        finally:
            asks.count_what_was_kept()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Whatever page it was that would have looked something up."""
        if not isinstance(exception, LookUpsStopped):
            return None
        headers = {"Retry-After": str(exception.wait_seconds)}
        return HttpResponse(str(exception), status=429, content_type="text/plain", headers=headers)
