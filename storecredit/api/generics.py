"""What every view of every dialect does the same way."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import Any, ClassVar, Final

from django.http import Http404, HttpRequest
from moneyed import Money
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.fields import SkipField, empty
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from ledger.operations import Actor
from storecredit.api.authentication import BearerAuthentication, HeaderAuthentication
from storecredit.api.body import MAX_BODY_BYTES
from storecredit.api.callers import Caller
from storecredit.api.dialects import API_ROOT, Dialect, dialect_of
from storecredit.api.filters import StrictFilterBackend, list_parameters, read_parameters
from storecredit.api.guess_limits import CountedLooker, looker_of_client, looking_as
from storecredit.api.idempotency import Effect, Fingerprint, Outcome, is_kept, read_idempotency_key, run_once
from storecredit.api.issuing import find_limit_of_owner, require_issue
from storecredit.api.models import UseOutcome
from storecredit.api.negotiation import JSONAlone
from storecredit.api.networks import is_within
from storecredit.api.parsers import StrictJSONParser
from storecredit.api.permissions import HasScope
from storecredit.api.problems import AddressNotAllowed, OwnerLacksRight, Problem
from storecredit.api.renderers import ExactJSONRenderer
from storecredit.api.requests import Request
from storecredit.api.rights import Right
from storecredit.api.schema import DialectSchema
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Serializer, Validated
from storecredit.api.throttling import ClientRateThrottle, window_at
from storecredit.api.use import count_use, outcome_of
from storecredit.client_address import client_address
from storecredit.credits.errors import IssueLimitExceeded

_KEY_FORM: Final = "Idempotency-Key must be sent once: 1 to 255 printable ASCII characters, no comma, not blank."


class KeyRule(Enum):
    """Whether a method takes an Idempotency-Key. Those that are not named take none."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class DialectView(GenericAPIView[Any]):
    """
    A path of a dialect. Name `dialect` and `permission_classes`, write one method per HTTP method, describe each with
    `extend_schema`.

    The order of checks is the documented one: key, scope, rate (REST framework's own order), then the object that the
    path names, then header and body (`require_key`, `read`), then the idempotency key (`once`), then the state. So a
    method looks its object up before it reads; what a look-up needs of the body it takes with `member`.
    """

    dialect: ClassVar[Dialect]
    authentication_classes = [BearerAuthentication, HeaderAuthentication]
    #: `HasScope`s, which make themselves, so that a scope can stand where a class is expected.
    permission_classes: Any = []
    throttle_classes = [ClientRateThrottle]
    parser_classes = [StrictJSONParser]
    renderer_classes = [ExactJSONRenderer]
    content_negotiation_class = JSONAlone
    filter_backends = [StrictFilterBackend]
    filterset_class: Any = None
    pagination_class: Any = None
    metadata_class = None
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    schema: Any = DialectSchema()

    max_body_bytes: ClassVar[int] = MAX_BODY_BYTES
    idempotency: ClassVar[Mapping[str, KeyRule]] = {}
    #: What the document calls the parts of the path, where that is not what the code calls them.
    path_names: ClassVar[Mapping[str, str]] = {}
    #: Needs no other layer, and turns every exception into an answer itself.
    skips_page_middleware: ClassVar[bool] = True

    #: Of which scopes each method needs any one, as the permissions say.
    scopes: ClassVar[Mapping[str, tuple[Scope, ...]]] = {}
    request: Request
    #: Whether it was refused for where it came from.
    _is_foreign = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        permissions = [each for each in cls.permission_classes if isinstance(each, HasScope)]
        answered = [name.upper() for name in cls.http_method_names if name != "head" and hasattr(cls, name)]
        cls.scopes = {method: permissions[0].scopes_for(method) if permissions else () for method in answered}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The request as the API sees it."""
        self._guesses = ExitStack()
        return Request(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def check_permissions(self, request: Any) -> None:
        """
        From where a client may call, and then what it may do.

        :raises AddressNotAllowed: if it may not call from where it does.
        """
        caller = request.known_caller
        if caller is not None and caller.networks and not is_within(client_address(request._request), caller.networks):
            raise AddressNotAllowed
        super().check_permissions(request)

    def handle_exception(self, exc: Exception) -> Any:
        """The answer to an exception, of which is noted what the status does not say."""
        self._is_foreign = isinstance(exc, AddressNotAllowed)
        return super().handle_exception(exc)

    def check_throttles(self, request: Any) -> None:
        """The last check before the method runs. From here on, guesses are counted."""
        super().check_throttles(request)
        self._guesses.enter_context(looking_as(self.looker))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, once what was guessed has been counted, with what the client is told of its rate."""
        try:
            self._guesses.close()
        except Exception as error:
            response = self.handle_exception(error)
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in self._rate_headers(request).items():
            response[name] = value
        self._count_use(request, response.status_code)
        return response

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: `Allow` is for 405 alone, and there is nothing that varies."""
        return {}

    @property
    def caller(self) -> Caller:
        """The API client behind the request."""
        caller: Any = self.request.auth
        return caller

    @property
    def now(self) -> datetime:
        """The moment at which everything in this request happens."""
        return self.request.now

    @property
    def looker(self) -> CountedLooker | None:
        """Whose guesses are counted; None where nobody with a key calls."""
        caller = self.request.known_caller
        return None if caller is None else looker_of_client(caller=caller, now=self.now)

    @property
    def actor(self) -> Actor:
        """The caller as the books write it down."""
        request_id: str = getattr(self.request._request, "request_id", "")
        return self.caller.actor(door=f"api:{self.dialect.name}", request_id=request_id)

    @property
    def route(self) -> str:
        """The pattern of the path, which is a part of every fingerprint: it stays what it was."""
        match = self.request.resolver_match
        return str(match.route) if match else self.request.path_info

    def read(self, serializer_class: type[Serializer]) -> Validated:
        """
        The body, validated.

        :raises ValidationError, ParseError, Problem: if it is not what is documented.
        """
        self.request.is_body_expected = not serializer_class.may_be_absent
        validated: Validated = serializer_class.shared().run_validation(self.request.data)
        return validated

    def member(self, serializer_class: type[Serializer], name: str, otherwise: Any = None) -> Any:
        """
        One member of a body that may be wrong, for the look-up that comes before the verdict: its value where it is
        valid by itself, else `otherwise`. A value that is not could not even be looked up.

        :param name: on the wire.
        """
        self.request.is_body_expected = not serializer_class.may_be_absent
        try:
            members: Any = self.request.data
            sent = members.get(name, empty)
            value = serializer_class.shared().fields[name].run_validation(sent)
        except (APIException, Problem, SkipField):
            return otherwise
        return otherwise if value is None else value

    def parameter(self, name: str) -> Any:
        """One parameter of a query that may be wrong, for the look-up that comes before the verdict; else None."""
        texts = self.request.query_params.getlist(name)
        try:
            return list_parameters(self)[name].from_query(texts[0]) if len(texts) == 1 else None
        except ValidationError:
            return None

    def read_query(self, *, of_list: bool = True) -> dict[str, Any]:
        """
        The parameters of the query, validated: those of `filterset_class` and of `pagination_class`.

        :param of_list: False where the answer is no list, and what nobody knows is passed over.
        :raises ValidationError: for one that is not what is documented or, of a list, not documented at all.
        """
        return read_parameters(self.request.query_params, list_parameters(self), of_list=of_list)

    def read_key(self) -> str | None:
        """
        The request's idempotency key.

        :raises ValidationError: if it is malformed, or missing where the method requires one.
        """
        key = read_idempotency_key(self.request._request)
        if key is not None:
            return key
        is_sent = "HTTP_IDEMPOTENCY_KEY" in self.request.META
        if is_sent or self.idempotency.get(self.request.method or "") is KeyRule.REQUIRED:
            raise _refuse_key(_KEY_FORM if is_sent else f"Idempotency-Key is required. The {_KEY_FORM}")
        return None

    def require_key(self) -> str:
        """
        The request's idempotency key, where the method requires one.

        :raises ValidationError: if it is malformed or missing.
        """
        return self.read_key() or ""

    def once(
        self,
        effect: Effect,
        *,
        key: str | None,
        body: Validated,
        object_id: object = "",
        status: int = 201,
        namespace: str = "",
    ) -> Outcome:
        """Have the effect once for the request's key, which may belong to a name space of its own."""
        return run_once(
            caller=self.caller,
            key=key,
            fingerprint=Fingerprint(
                method=self.request.method or "",
                route=self.route,
                object_id=object_id,
                of_body=body.fingerprint,
            ),
            status=status,
            effect=effect,
            now=self.now,
            namespace=namespace,
        )

    def is_kept(self, *, key: str, namespace: str) -> bool:
        """Whether something was done for a key of a name space before."""
        return is_kept(client_id=self.caller.client_id, key=key, namespace=namespace)

    def require_right(self, right: Right) -> None:
        """
        The person behind the key, if there is one, may do what only the body tells.

        :raises OwnerLacksRight: if they may not.
        """
        if not self.caller.holds([right]):
            raise OwnerLacksRight(right=right)

    def require_issue(self, amount: Money) -> None:
        """
        The client may issue this much; call it inside the effect that issues.

        :raises IssueLimitExceeded, DayIssueLimitExceeded: if it may not.
        """
        require_issue(caller=self.caller, amount=amount, now=self.now)

    def require_giving_back(self, amount: Money) -> None:
        """
        The person behind the key, if there is one, may give back this much by themself, as in the admin.

        :raises IssueLimitExceeded: if they may not.
        """
        if (limit := find_limit_of_owner(caller=self.caller, amount=amount)) is not None:
            raise IssueLimitExceeded(amount=amount, limit=limit)

    def show(self, serializer_class: type[Serializer], instance: Any) -> Response:
        """The answer that a serializer makes of something."""
        return Response(serializer_class.shared().to_representation(instance))

    def show_outcome(
        self, outcome: Outcome, data: Any = None, *, location: Callable[[Any], str] | None = None
    ) -> Response:
        """
        The answer to a request with a key, marked if it is given again.

        :param data: the answer, where it is not the one that is kept.
        :param location: of what the kept answer says, where below the API's root that is which was made.
        """
        status = self.dialect.replay_status or outcome.status if outcome.replayed else outcome.status
        headers = {"Idempotent-Replayed": "true"} if outcome.replayed else {}
        if location is not None and status == HTTPStatus.CREATED:
            headers["Location"] = f"{API_ROOT}{location(outcome.answer.said)}"
        return Response(outcome.answer if data is None else data, status=status, headers=headers)

    def show_once(
        self,
        effect: Callable[[], Any],
        serializer_class: type[Serializer],
        *,
        location: Callable[[Any], str] | None = None,
        **request: Any,
    ) -> Response:
        """
        Have the effect once for the request's key, and answer with what it gives.

        :param serializer_class: writes what the effect gives.
        :param location: as `show_outcome` takes it.
        :param request: as `once` takes it.
        """
        outcome = self.once(lambda: serializer_class.shared().to_text(effect()), **request)
        return self.show_outcome(outcome, location=location)

    def _count_use(self, request: Request, status: int) -> None:
        caller = request.known_caller
        if caller is not None:
            count_use(
                client_id=caller.client_id,
                dialect=self.dialect.name,
                outcome=UseOutcome.FOREIGN if self._is_foreign else outcome_of(status),
                address=client_address(request._request),
                now=request.now,
            )

    def _rate_headers(self, request: Request) -> dict[str, str]:
        """Of a client that was refused before it was counted, what its rate leaves it."""
        caller = request.known_caller
        if request.rate_headers or caller is None:
            return request.rate_headers
        window = window_at(request.now, ident=caller.client_id, rate=caller.rate)
        count = window.read()
        return {} if count is None else window.headers(count)


class UnknownPath(DialectView):
    """Whatever no documented API answers, in the words of the API whose path it resembles."""

    schema = None
    authentication_classes = []
    throttle_classes = []
    http_method_names = []

    @property
    def dialect(self) -> Dialect:  # type: ignore[override]  # of each request its own
        """The dialect whose paths begin so."""
        return dialect_of(self.request._request)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """There is nothing here, whatever is asked for."""
        raise Http404


def _refuse_key(sentence: str) -> ValidationError:
    return ValidationError({"Idempotency-Key": [ErrorDetail(sentence, code="header")]})
