"""The one place where an exception becomes an answer, in the words of the view's dialect."""

import logging
import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions as rest
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as rest_handler

from ledger.errors import DatabaseBusy, DomainError
from ledger.guessing import LookUpsStopped
from storecredit.api import problems
from storecredit.api.fields import SENTENCE
from storecredit.api.idempotency import ERASED, AnswerErased
from storecredit.api.json_text import Json
from storecredit.api.problems import Fault, FaultKind

logger = logging.getLogger(__name__)
_KINDS = {
    "required": FaultKind.MISSING,
    "null": FaultKind.TYPE,
    "type": FaultKind.TYPE,
    "header": FaultKind.HEADER,
}


def handle_exception(error: Exception, context: Mapping[str, Any]) -> Any:
    """
    Every error in the dialect's words; REST framework's own answer for a view that has none.

    Nothing of an unforeseen one is told.
    """
    view = context["view"]
    dialect = getattr(view, "dialect", None)
    if dialect is None:
        return rest_handler(error, dict(context))
    if isinstance(error, AnswerErased):
        status = dialect.replay_status or error.status
        return Response(Json(ERASED), status=status, headers={"Idempotent-Replayed": "true"})
    problem = name_problem(error, view)
    if isinstance(problem, problems.Busy):
        logger.warning("The API had to answer 503: %s", error.__cause__ or error)
    elif problem.status_code >= 500:
        logger.error("A request to the API failed.", exc_info=error)
    request = context["request"]
    answer: HttpResponse = dialect.error_response(problem, request=request._request, now=request.now)
    return answer


def name_problem(error: Exception, view: Any) -> problems.Problem:
    """What an exception means to a client."""
    match error:
        case problems.Problem():
            return error
        case rest.APIException():
            return _name_rest_problem(error, view)
        case DatabaseBusy() | OperationalError() | InterfaceError():
            return problems.Busy()
        case LookUpsStopped():
            return problems.TooManyMisses(wait_seconds=error.wait_seconds)
        case DomainError():
            return view.dialect.word(error) or problems.InternalError()
        case Http404():
            return problems.PathUnknown()
        case DjangoPermissionDenied():
            return problems.Refused("This is not allowed.", status=403, code="permission_denied")
        case SuspiciousOperation() | DjangoBadRequest():
            return problems.BadRequest.because("The request is malformed or has too many parts.")
    return problems.InternalError()


def list_faults(detail: Any, way: str = "") -> Iterator[Fault]:
    """What is wrong with each member, by the way that leads to it: `items[3].amount`."""
    if isinstance(detail, Mapping):
        for name, part in detail.items():
            if name == api_settings.NON_FIELD_ERRORS_KEY:
                yield from list_faults(part, way)
            elif isinstance(name, int):
                yield from list_faults(part, f"{way}[{name}]")
            else:
                yield from list_faults(part, f"{way}.{name}" if way else str(name))
    elif isinstance(detail, list):
        for part in detail:
            yield from list_faults(part, way)
    else:
        code = getattr(detail, "code", "")
        is_whole = code in (SENTENCE, "header") or not way
        message = str(detail) if is_whole else f"{way} {detail}"
        yield Fault(_KINDS.get(code, FaultKind.VALUE), message, way)


def _name_rest_problem(error: rest.APIException, view: Any) -> problems.Problem:
    match error:
        case rest.ValidationError():
            return problems.BadRequest.of(list_faults(error.detail))
        case rest.NotAuthenticated() | rest.AuthenticationFailed():
            return _unauthenticated(error)
        case rest.Throttled():
            return problems.TooManyRequests(wait_seconds=math.ceil(getattr(error, "wait", None) or 1))
        case rest.MethodNotAllowed():
            return problems.MethodNotAllowed(allowed=", ".join(view.allowed_methods))
        case rest.ParseError():
            return problems.BadRequest.because(str(error.detail))
        case rest.UnsupportedMediaType():
            return problems.UnsupportedMediaType()
        case rest.NotFound():
            return problems.PathUnknown()
    if error.status_code >= 500:
        return problems.InternalError()
    return problems.Refused(str(error.detail), status=error.status_code, code=error.default_code)


def _unauthenticated(error: rest.APIException) -> problems.Problem:
    problem = problems.Unauthenticated()
    header = getattr(error, "auth_header", "")
    if header:
        problem.headers = {"WWW-Authenticate": header}
    return problem
