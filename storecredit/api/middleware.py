"""
The layers around every view of the API.

Below `/api` nothing but JSON leaves the house: also where Django itself would answer with a page, be it for a bad Host,
for a failure in another layer, or because DEBUG is on.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve
from django.utils import timezone

from storecredit.api import problems
from storecredit.api.dialects import API_ROOT, dialect_of

Answer = Callable[[HttpRequest], HttpResponseBase]

_NOTHING_MAY_BE_LOADED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class ApiMiddleware:
    """Place it outside everything that could answer a request itself."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A path that is misspelled, `/API/v1` or `//api/v1`, was written by a program all the same.
        if not f"{request.path_info.lstrip('/').lower()}/".startswith("api/"):
            return self.get_response(request)
        response = self._answer(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", _NOTHING_MAY_BE_LOADED)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            if request.method == "HEAD":
                response.content = b""
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            refusal = problems.BadRequest.because("The Host header names no host of this service.")
            return dialect_of(request).error_response(refusal, request=request, now=timezone.now())
        response = self.get_response(request)
        if response.status_code < 400 or "json" in response.get("Content-Type", ""):
            return response
        return dialect_of(request).error_response(_name_problem(response), request=request, now=timezone.now())


class ApiRouteMiddleware:
    """
    Takes a request of a dialect straight to its view, past the layers that serve pages to people.

    Sessions, cookies, CSRF, messages, lock-outs and page policies mean nothing to a program with a key; together they
    cost a sixth of what reading a balance costs. Place it after the layers that are for everybody.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API_ROOT):
            return self.get_response(request)
        match = resolve(request.path_info)
        if not getattr(getattr(match.func, "cls", None), "skips_page_middleware", False):
            return self.get_response(request)
        request.resolver_match = match
        response: Any = match.func(request, *match.args, **match.kwargs)
        # Django's handler, which is passed by, would have an answer of REST framework's written.
        return response.render() if hasattr(response, "render") else response


def _name_problem(response: HttpResponseBase) -> problems.Problem:
    status = response.status_code
    if status == 404:
        return problems.PathUnknown()
    if status == 405:
        return problems.MethodNotAllowed(allowed=response.get("Allow", ""))
    if status == 408:
        return problems.BodyTooLate()
    if status >= 500:
        return problems.InternalError()
    return problems.Refused("The request is refused.", status=status, code="bad_request")
