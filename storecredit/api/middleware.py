"""
The layer around every view, for what happens before and after one.

Below `/api` nothing but JSON leaves the house: also where Django itself would answer with a page, be it for a bad Host,
for a failure in another layer, or because DEBUG is on.
"""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from storecredit.api import problems
from storecredit.api.dialects import dialect_of


class ApiMiddleware:
    """Place it outside everything that could answer a request itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not (request.path_info.startswith("/api/") or request.path_info == "/api"):
            return self.get_response(request)
        response = self._answer(request)
        response["Cache-Control"] = "no-store"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            refusal = problems.BadRequest.because("The Host header names no host of this service.")
            return dialect_of(request).error_response(refusal, now=timezone.now())
        response = self.get_response(request)
        if response.status_code < 400 or "json" in response.get("Content-Type", ""):
            return response
        answer = dialect_of(request).error_response(_name_problem(response.status_code), now=timezone.now())
        if "Allow" in response:
            answer["Allow"] = response["Allow"]
        return answer


def _name_problem(status: int) -> problems.Problem:
    if status == 404:
        return problems.PathUnknown()
    if status == 405:
        return problems.MethodNotAllowed()
    if status >= 500:
        return problems.InternalError()
    return problems.Refused("The request is refused.", status=status, code="bad_request")
