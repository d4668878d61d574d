"""What every view of every dialect does the same way."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView, exception_handler

from ledger.errors import DatabaseBusy, DomainError
from ledger.operations import Actor
from storecredit.api import problems
from storecredit.api.access import ApiKeyAuthentication, ClientRate, HasScope, OnlyJson, read_idempotency_key
from storecredit.api.body import MAX_BODY_BYTES, check_media_type, read_body
from storecredit.api.callers import Caller
from storecredit.api.dialects import Dialect, dialect_of
from storecredit.api.fields import Body, Draft
from storecredit.api.idempotency import Effect, Outcome, run_once, take_fingerprint
from storecredit.api.json_text import Json, JsonRefused, parse_object, to_bytes
from storecredit.api.openapi import DescribedSchema
from storecredit.api.scopes import Scope

logger = logging.getLogger(__name__)
B = TypeVar("B", bound=Body)


class DialectView(APIView):
    """
    A path of a dialect. Name `dialect` and `scopes`, write one method per HTTP method, describe it for the OpenAPI.

    The order of checks is the documented one: key, scope, rate (before the method runs), then the object that the path
    names, then header and body (`draft` reads them, `accept` tells), then the idempotency key, then the state.
    """

    dialect: ClassVar[Dialect]
    #: What the client needs for each method; of several any one lets it in, and what it finds follows from which.
    scopes: ClassVar[Mapping[str, Scope | tuple[Scope, ...]]] = {}
    max_body_bytes: ClassVar[int] = MAX_BODY_BYTES

    schema: Any = DescribedSchema()
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [ClientRate]
    renderer_classes = [JSONRenderer]
    parser_classes = []
    content_negotiation_class = OnlyJson

    http: HttpRequest
    now: datetime

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Read the clock, once: everything in a request happens at one moment."""
        super().setup(request, *args, **kwargs)
        self.http = request
        self.now = timezone.now()

    @property
    def caller(self) -> Caller:
        """Who calls; known once the method runs."""
        caller: Caller = self.request.user  # type: ignore[assignment]
        return caller

    @property
    def actor(self) -> Actor:
        """The caller as the books write it down."""
        request_id: str = getattr(self.http, "request_id", "")
        return self.caller.actor(door=f"api:{self.dialect.name}", request_id=request_id)

    def draft(self, kind: type[B]) -> Draft[B]:
        """Read the JSON body; what is wrong with it is told by `accept`."""
        try:
            body = read_body(self.http, max_bytes=self.max_body_bytes)
            check_media_type(self.http, body=body, body_expected=True)
            return kind.read(parse_object(body))
        except JsonRefused as error:
            return Draft.refused(problems.BadRequest.because(str(error)))
        except problems.Problem as problem:
            return Draft.refused(problem)

    def draft_nothing(self) -> Draft[Body]:
        """Read the body of a request that has none to say: nothing or an object, of whatever declared type."""
        try:
            body = read_body(self.http, max_bytes=self.max_body_bytes)
            check_media_type(self.http, body=body, body_expected=False)
            return Body.read(parse_object(body) if body else {})
        except JsonRefused as error:
            return Draft.refused(problems.BadRequest.because(str(error)))
        except problems.Problem as problem:
            return Draft.refused(problem)

    def draft_query(self, kind: type[B]) -> Draft[B]:
        """Read the query's parameters; what is wrong with them is told by `accept`."""
        return kind.read_query(dict(self.http.GET.lists()))

    def require_key(self) -> str:
        """
        The request's idempotency key.

        :raises BadRequest: if it is absent or malformed.
        """
        key = read_idempotency_key(self.http)
        if key is None:
            raise problems.BadRequest.because(
                "Idempotency-Key must be sent once: 1 to 255 printable ASCII characters, no comma, not blank.",
                kind=problems.FaultKind.HEADER,
                member="Idempotency-Key",
            )
        return key

    def read_key(self) -> str | None:
        """
        The request's idempotency key, where it may be left out.

        :raises BadRequest: if it is malformed.
        """
        return self.require_key() if "HTTP_IDEMPOTENCY_KEY" in self.http.META else None

    def once(
        self,
        effect: Effect,
        *,
        key: str | None,
        body: Body,
        object_id: object = "",
        status: int = 201,
        namespace: str = "",
    ) -> Outcome:
        """Have the effect once for the request's key, which may belong to a name space of its own."""
        route = self.http.resolver_match.route if self.http.resolver_match else self.http.path_info
        return run_once(
            caller=self.caller,
            key=key,
            fingerprint=take_fingerprint(
                method=self.http.method or "", route=route, object_id=object_id, body=body.fingerprint()
            ),
            status=status,
            effect=effect,
            now=self.now,
            namespace=namespace,
        )

    def answer(self, text: Json, *, status: int = 200) -> HttpResponse:
        """An answer that is JSON text already."""
        return HttpResponse(to_bytes(text), status=status, content_type="application/json")

    def answer_outcome(self, outcome: Outcome, text: Json) -> HttpResponse:
        """The answer to a request with a key, marked if it is given again."""
        if not outcome.replayed:
            return self.answer(text, status=outcome.status)
        response = self.answer(text, status=self.dialect.replay_status or outcome.status)
        response["Idempotent-Replayed"] = "true"
        return response

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raise problems.MethodNotAllowed

    def handle_exception(self, exc: Exception) -> Any:
        """Every error in the dialect's words, with the headers that REST framework gives it."""
        problem = self.name_problem(exc)
        if problem.status_code == 500:
            logger.error("A request to the API failed.", exc_info=exc)
        response = self.dialect.error_response(problem, now=self.now)
        framework_response = exception_handler(problem, self.get_exception_handler_context())
        if framework_response is not None:
            for name in ("WWW-Authenticate", "Retry-After"):
                if name in framework_response:
                    response[name] = framework_response[name]
        return response

    def name_problem(self, error: Exception) -> problems.Problem:
        """What an exception means to a client. Nothing of an unforeseen one is told."""
        match error:
            case problems.Problem():
                return error
            case DatabaseBusy() | OperationalError() | InterfaceError():
                return problems.Busy()
            case DomainError():
                return self.dialect.word(error) or problems.InternalError()
            case Http404() | exceptions.NotFound():
                return problems.PathUnknown()
            case SuspiciousOperation() | DjangoBadRequest() | exceptions.ParseError():
                return problems.BadRequest.because("The request is malformed or has too many parts.")
        return problems.InternalError()


class UnknownPath(DialectView):
    """Whatever no documented API answers, in the words of the API whose path it resembles."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []
    schema = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.dialect = dialect_of(request)  # type: ignore[misc]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.dialect.error_response(problems.PathUnknown(), now=self.now)
