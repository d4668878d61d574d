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
from moneyed import Money
from rest_framework.views import APIView

from ledger.errors import DatabaseBusy, DomainError
from ledger.guessing import LookUpsStopped
from ledger.operations import Actor
from storecredit.api import problems
from storecredit.api.access import Scopes, admit, read_api_keys, read_idempotency_key
from storecredit.api.body import MAX_BODY_BYTES, check_media_type, read_body
from storecredit.api.callers import Caller
from storecredit.api.dialects import Dialect
from storecredit.api.guess_limits import CountedLooker, looker_of_client, looking_as
from storecredit.api.idempotency import Effect, Fingerprint, Outcome, run_once
from storecredit.api.issuing import require_issue
from storecredit.api.json_text import Json, JsonRefused, parse_object, to_bytes
from storecredit.api.old_fields import Body, Draft
from storecredit.api.openapi import DescribedSchema
from storecredit.api.rights import Right

logger = logging.getLogger(__name__)
B = TypeVar("B", bound=Body)


class DialectView(APIView):
    """
    A path of a dialect. Name `dialect` and `scopes`, write one method per HTTP method, describe it for the OpenAPI.

    The order of checks is the documented one: key, scope, rate (before the method runs), then the object that the path
    names, then header and body (`draft` reads them, `accept` tells), then the idempotency key, then the state.

    Of REST framework it is a view by name, for the description's sake. Its parsers, renderers, negotiation and
    throttles are not used: they coerce what must be refused, lose counts, and take longer than a balance takes to read.
    """

    dialect: ClassVar[Dialect]
    #: What the document calls the parts of the path, where that is not what the code calls them.
    path_names: ClassVar[Mapping[str, str]] = {}
    #: What each method needs; other methods are not answered. Of several scopes any one lets a client in, and what it
    #: finds follows from which.
    scopes: ClassVar[Mapping[str, Scopes]] = {}
    #: Any of which the person behind a key needs for a method that is not its scope's ordinary act.
    rights: ClassVar[Mapping[str, tuple[Right, ...]]] = {}
    #: The ways to authenticate, as the description names them.
    security: ClassVar[tuple[str, ...]] = ("bearer", "header")
    max_body_bytes: ClassVar[int] = MAX_BODY_BYTES
    #: Needs no other layer, and turns every exception into an answer itself.
    skips_page_middleware: ClassVar[bool] = True

    schema: Any = DescribedSchema()
    caller: Caller
    now: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer one request. The clock is read once: everything in it happens at one moment."""
        self.http = request
        self.now = timezone.now()
        method = "GET" if request.method == "HEAD" else request.method or ""
        try:
            self.let_in(self.scopes.get(method))
            if method not in self.scopes:
                raise problems.MethodNotAllowed(allowed=self.list_methods())
            with looking_as(self.looker):
                return getattr(self, method.lower())(request, *args, **kwargs)
        except Exception as error:
            return self.answer_exception(error)

    def let_in(self, scope: Scopes | None) -> None:
        """
        Know who calls, before anything else is looked at. A path that is called without a key overrides it.

        :param scope: what the method needs; None for one that will be refused.
        """
        rights = self.rights.get(self.http.method or "", ())
        self.caller = admit(request=self.http, keys=self.read_api_keys(), scope=scope, rights=rights, now=self.now)

    @property
    def looker(self) -> CountedLooker | None:
        """Whose guesses are counted; None where nobody with a key calls."""
        return looker_of_client(caller=self.caller, now=self.now)

    def read_api_keys(self) -> list[str]:
        """The keys that the request offers; a dialect whose document shows another form reads it here."""
        return read_api_keys(self.http)

    def list_methods(self) -> str:
        """The methods that the path answers, as the Allow header has them."""
        return ", ".join([*self.scopes, *(["HEAD"] if "GET" in self.scopes else [])])

    @property
    def actor(self) -> Actor:
        """The caller as the books write it down."""
        request_id: str = getattr(self.http, "request_id", "")
        return self.caller.actor(door=f"api:{self.dialect.name}", request_id=request_id)

    def draft(self, kind: type[B]) -> Draft[B]:
        """Read the JSON body; what is wrong with it is told by `accept`."""
        try:
            body = read_body(self.http, max_bytes=self.max_body_bytes)
            check_media_type(self.http, body=body, body_expected=not kind.may_be_absent)
            return kind.read({} if kind.may_be_absent and not body else parse_object(body))
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
            fingerprint=Fingerprint(
                method=self.http.method or "",
                route=route,
                object_id=object_id,
                of_body=lambda version: body.fingerprint(),
                version=1,
            ),
            status=status,
            effect=effect,
            now=self.now,
            namespace=namespace,
        )

    def require_right(self, right: Right) -> None:
        """
        The person behind the key, if there is one, may do what only the body tells.

        :raises OwnerLacksRight: if they may not.
        """
        if not self.caller.holds([right]):
            raise problems.OwnerLacksRight(right=right)

    def require_issue(self, amount: Money) -> None:
        """
        The client may issue this much; call it inside the effect that issues.

        :raises IssueLimitExceeded, DayIssueLimitExceeded: if it may not.
        """
        require_issue(caller=self.caller, amount=amount, now=self.now)

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

    def answer_exception(self, error: Exception) -> HttpResponse:
        """Every error in the dialect's words."""
        problem = self.name_problem(error)
        if isinstance(problem, problems.Busy):
            logger.warning("The API had to answer 503: %s", error.__cause__ or error)
        elif problem.status_code >= 500:
            logger.error("A request to the API failed.", exc_info=error)
        return self.dialect.error_response(problem, request=self.http, now=self.now)

    def name_problem(self, error: Exception) -> problems.Problem:
        """What an exception means to a client. Nothing of an unforeseen one is told."""
        match error:
            case problems.Problem():
                return error
            case DatabaseBusy() | OperationalError() | InterfaceError():
                return problems.Busy()
            case LookUpsStopped():
                return problems.TooManyMisses(wait_seconds=error.wait_seconds)
            case DomainError():
                return self.dialect.word(error) or problems.InternalError()
            case Http404():
                return problems.PathUnknown()
            case SuspiciousOperation() | DjangoBadRequest():
                return problems.BadRequest.because("The request is malformed or has too many parts.")
        return problems.InternalError()
