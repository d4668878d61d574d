"""
The OpenAPI 3.1 description: drf-spectacular, and what it cannot see for itself.

Serializers, filters, paginations, permissions and authentications describe what they check; `extend_schema` at a view's
method says the rest: what it takes and answers, and as a text by its status why it refuses. What every operation can be
refused with is said here. The examples are real: a test sends them and compares.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import structlog
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, build_parameter_type
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.serializers import BaseSerializer

from storecredit.api import problems
from storecredit.api.fields import MetadataMember, StrictField
from storecredit.api.filters import list_parameters
from storecredit.api.problems import Problem
from storecredit.api.scopes import Scope

if TYPE_CHECKING:
    from storecredit.api.dialects import Dialect
    from storecredit.api.generics import DialectView

Schema = dict[str, Any]
#: Marks, in a description, what is not in the vendor's document.
OURS: Final = "**Ours**: not in the vendor's document."

_STRING: Final[Schema] = {"type": "string"}
_INTEGER: Final[Schema] = {"type": "integer"}
_MOMENT: Final = datetime(2026, 6, 19, 10, 30, tzinfo=UTC)
#: What every operation can be refused with; what one with a body can be, too.
_ANYWHERE: Final = (401, 403, 429, 500, 503)
_WITH_BODY: Final = (400, 408, 413, 415)
#: Of these there are as many causes as the view names, and one more.
_BESIDE: Final = (403, 409)
_KEY_SCHEMA: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[!-+\\--~]([ -+\\--~]*[!-+\\--~])?$",
}
_KEY_DESCRIPTION: Final = (
    "Belongs to the API client and is kept for ever. The same key with the same details gives the original answer "
    "again; with other details 409."
)
_RATE_HEADERS: Final[Schema] = {
    "RateLimit-Limit": {"description": "How many requests the client's window of time allows.", "schema": _INTEGER},
    "RateLimit-Remaining": {"description": "How many of them are left.", "schema": _INTEGER},
    "RateLimit-Reset": {"description": "Seconds until the window ends.", "schema": _INTEGER},
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the answer it really gets. `answer` is a whole body."""

    name: str
    path: str
    status: int
    answer: Mapping[str, Any] | list[Any]
    body: Mapping[str, Any] | None = None
    key: str = ""

    def again(self, name: str = "Sent again", **changed: Any) -> "Exchange":
        """The like of it under another name, but for what is changed."""
        return replace(self, name=name, **changed)

    def as_openapi(self) -> list[OpenApiExample]:
        """As examples of a request and of an answer. A body that is refused for itself is no example of one."""
        shown = [OpenApiExample(self.name, value=self.answer, response_only=True, status_codes=[str(self.status)])]
        if self.body is not None and self.status != HTTPStatus.BAD_REQUEST:
            summary = self.name if self.status < 400 else f"{self.name} (refused with {self.status})"
            shown.append(OpenApiExample(self.name, summary=summary, value=dict(self.body), request_only=True))
        return shown


def examples_of(exchanges: Iterable[Exchange]) -> list[OpenApiExample]:
    """The examples of an operation, for `extend_schema`."""
    return [example for exchange in exchanges for example in exchange.as_openapi()]


def path_parameter(name: str, description: str, schema: Schema | StrictField | None = None) -> OpenApiParameter:
    """A part of a path by its name in the document, for a view's `path_parameters`; a field is one that has a name."""
    kind: Any = schema or _STRING
    return OpenApiParameter(name, type=kind, location=OpenApiParameter.PATH, required=True, description=description)


class DialectGenerator(SchemaGenerator):
    """Collects the operations, with the names that the documents give to the parts of a path."""

    def coerce_path(self, path: str, method: str, view: Any) -> str:
        """The path with the dialect's names in braces."""
        for name, wire in getattr(view, "path_names", {}).items():
            path = path.replace(f"{{{name}}}", f"{{{wire}}}")
        return path


class StrictFieldExtension(OpenApiSerializerFieldExtension):
    """A field of ours describes itself."""

    target_class = "storecredit.api.fields.StrictField"
    match_subclasses = True
    priority = 1

    @classmethod
    def _matches(cls, target: Any) -> bool:
        """Serializers are fields, too; those it can see for itself."""
        return super()._matches(target) and not isinstance(target, BaseSerializer)

    def get_name(self) -> str | None:
        return self.target.component or None

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Schema:
        return self.target.describe()


class AuthenticationScheme(OpenApiAuthenticationExtension):
    """A way to authenticate describes itself."""

    target_class = "storecredit.api.authentication.Authentication"
    match_subclasses = True

    @property
    def name(self) -> str:  # type: ignore[override]  # of each way its own
        return str(self.target.name)

    def get_security_definition(self, auto_schema: Any) -> Schema:
        definition: Schema = self.target.definition
        return definition


class DialectSchema(AutoSchema):
    """The description of one operation of a `DialectView`."""

    view: Any

    def get_operation_id(self) -> str:
        """From the summary, which says it better than the path; with the dialect's name before it."""
        view: DialectView = self.view
        return "_".join([view.dialect.name, *re.findall("[a-z0-9]+", str(self.get_summary()).lower())])

    def get_tags(self) -> list[str]:
        return [self.view.dialect.title]

    def get_override_parameters(self) -> list[Any]:
        """What the view says of its path, and the header that a method with a key takes."""
        parameters = [self._resolve(parameter) for parameter in getattr(self.view, "path_parameters", ())]
        rule = self.view.idempotency.get(self.method)
        if rule is not None:
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    type=_KEY_SCHEMA,
                    location=OpenApiParameter.HEADER,
                    required=rule.value == "required",
                    description=_KEY_DESCRIPTION,
                )
            )
        return parameters

    def _resolve(self, parameter: OpenApiParameter) -> OpenApiParameter:
        if not isinstance(parameter.type, StrictField):
            return parameter
        return path_parameter(parameter.name, parameter.description, self._describe_parameter(parameter.type))

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Never: a page has a serializer of its own, whose examples are whole bodies."""
        return False

    def _get_filter_parameters(self) -> list[Schema]:
        """The filters and the places in a list, as the fields that validate them describe them."""
        if self.method != "GET":
            return []
        return [
            build_parameter_type(
                name=name,
                schema=self._describe_parameter(field),
                location=OpenApiParameter.QUERY,
                required=False,
                description=str(field.help_text or ""),
                **({"style": "deepObject", "explode": True} if isinstance(field, MetadataMember) else {}),
            )
            for name, field in list_parameters(self.view).items()
        ]

    def _insert_field_validators(self, field: Any, schema: Schema) -> None:
        """A field of ours has said all of it, also whether it may be empty."""
        if not isinstance(field, StrictField):
            super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]  # spectacular's own

    def _describe_parameter(self, field: Any) -> Schema:
        if isinstance(field, MetadataMember):
            return field.describe_parameter()
        itself: Any = self
        schema: Schema = itself._map_serializer_field(field, "request")
        schema.pop("description", None)
        return schema["allOf"][0] if list(schema) == ["allOf"] else schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Schema:
        """With the limits of arrays, and members in their order."""
        parent: Any = super()
        schema: Schema = parent._map_basic_serializer(serializer, direction)
        fields = serializer.fields if hasattr(serializer, "fields") else serializer().fields
        for name, member in schema.get("properties", {}).items():
            limits = getattr(fields[name], "describe_limits", None)
            if limits is not None:
                member.update(limits())
        if "required" in schema:
            schema["required"] = [name for name, field in fields.items() if field.required]
        return self._say_alternatives(serializer, schema | serializer.extra_schema)

    def _say_alternatives(self, serializer: Any, schema: Schema) -> Schema:
        """
        A schema of which one of several members is needed, as one whole schema for each of them.

        Beside `properties`, generators of clients would take the alternatives for all there is.
        """
        for keyword, alternatives in (("oneOf", serializer.exactly_one), ("anyOf", serializer.at_least_one)):
            if alternatives:
                others = set(alternatives.values()) if keyword == "oneOf" else set()
                choices = [
                    self._register(name, _with_member(schema, member, without=others - {member}))
                    for name, member in alternatives.items()
                ]
                return {"description": schema.get("description", ""), keyword: choices}
        return schema

    def _register(self, name: str, schema: Schema) -> Schema:
        untyped: Any = ResolvedComponent
        component = untyped(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
        self.registry.register_on_missing(component)
        reference: Schema = component.ref
        return reference

    def get_request_serializer(self) -> Any:
        """None: a method has the body that `extend_schema` names, or takes none."""
        return None

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, *args: Any, **kwargs: Any
    ) -> Schema:
        """
        A text is a refusal, and when it is given; of an answer without words its serializer says what it is. What says
        no type is JSON.
        """
        untyped: Any = super()
        if isinstance(serializer, str):
            serializer = OpenApiResponse(self.view.dialect.error_serializer, description=serializer)
        elif isinstance(serializer, type):
            serializer = OpenApiResponse(serializer, description=first_words(serializer))
        response: Schema = untyped._get_response_for_code(
            serializer, status_code, media_types or ["application/json"], *args, **kwargs
        )
        return response

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        """The operation's own answers, and what every one can be refused with."""
        bodies: Schema = super()._get_response_bodies(direction)
        self._describe_replay(bodies)
        self._describe_refusals(bodies)
        return dict(sorted(bodies.items()))

    def _describe_replay(self, bodies: Schema) -> None:
        """Where an answer that is given again has a status of its own."""
        status = str(self.view.dialect.replay_status)
        answers: Any = self.get_response_serializers()
        if 201 in answers and self.method in self.view.idempotency and self.view.dialect.replay_status:
            again = "This was asked before: the original answer again."
            answer = OpenApiResponse(getattr(answers[201], "response", answers[201]), again)
            bodies.setdefault(status, self._get_response_for_code(answer, status))

    def _describe_refusals(self, bodies: Schema) -> None:
        refusals = self._list_refusals()
        for status in self._other_statuses():
            about = " ".join(first_words(type(refusal)) for refusal in refusals[status])
            own = bodies.get(str(status))
            if own is None:
                bodies[str(status)] = self._get_response_for_code(about, str(status))
            elif status in _BESIDE:
                own["description"] += f" {about}"
        for code, body in bodies.items():
            if code >= "400":
                self._say_refusal(int(code), body, refusals.get(int(code), [])[:1])

    def _other_statuses(self) -> Iterator[int]:
        """Those of refusals that follow from what the method takes."""
        yield from _ANYWHERE
        takes_key = self.method in self.view.idempotency
        if takes_key:
            yield HTTPStatus.CONFLICT
        if self.get_request_serializer() is not None and self.method in ("POST", "PUT", "PATCH"):
            yield from _WITH_BODY
        elif takes_key or self._get_filter_parameters():
            yield HTTPStatus.BAD_REQUEST

    def _list_refusals(self) -> dict[int, list[Problem]]:
        """By its status, what any operation can be refused with; the first of several is the example."""
        scope = next(iter(self._scopes()), "payments:write")
        found = (
            problems.BadRequest(""),
            problems.Unauthenticated(),
            problems.ScopeMissing(scope=scope),
            problems.OwnerLacksRight(right=""),
            problems.AddressNotAllowed(),
            problems.BodyTooLate(),
            problems.KeyReused(),
            problems.TooLarge(max_bytes=self.view.max_body_bytes),
            problems.UnsupportedMediaType(),
            problems.TooManyRequests(wait_seconds=30),
            problems.InternalError(),
            problems.Busy(),
        )
        return {status: list(some) for status, some in groupby(found, key=lambda problem: problem.status_code)}

    def _say_refusal(self, status: int, body: Schema, examples: Iterable[Problem]) -> None:
        phrase = HTTPStatus(status).phrase
        if not body["description"].startswith(f"{phrase}."):
            body["description"] = f"{phrase}. {body['description']}"
        [media_type] = body["content"]
        content = body["content"].pop(media_type)
        for problem in () if status == HTTPStatus.BAD_REQUEST or "examples" in content else examples:
            answer = example_of(problem, self.view.dialect, method=self.method, path=self.path)
            content["examples"] = {problem.code: {"value": answer}}
        body["content"][self.view.dialect.error_media_type] = content

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> Schema:
        headers: Schema = {
            "X-Request-Id": {"description": "The request's X-Request-Id, or one made for it.", "schema": _STRING}
        }
        if status_code != "401":
            headers |= _RATE_HEADERS
        if status_code < "300" and self.method in self.view.idempotency:
            headers["Idempotent-Replayed"] = {
                "description": "`true` on an answer that is given again.",
                "schema": {"type": "string", "enum": ["true"]},
            }
        if status_code == "201":
            headers["Location"] = {"description": "The path of what was made.", "schema": _STRING}
        if status_code == "401":
            headers["WWW-Authenticate"] = {"description": "How to authenticate.", "schema": _STRING}
        if status_code in ("429", "503"):
            headers["Retry-After"] = {"description": "Seconds after which to try again.", "schema": _INTEGER}
        return headers | super()._get_response_headers_for_code(status_code, direction)

    def get_description(self) -> str:  # type: ignore[override]  # spectacular's own has no parameters
        """What `extend_schema` says of it, which comes before this; nothing that a view says to who reads its code."""
        return ""

    def get_operation(self, *args: Any, **kwargs: Any) -> Schema | None:
        """The operation, with what every description ends with."""
        operation = super().get_operation(*args, **kwargs)
        scopes = " or ".join(f"`{scope}`" for scope in self._scopes())
        if operation is not None and scopes:
            operation["description"] = f"{operation.get('description', '')} Scope: {scopes}.".strip()
        return operation

    def _scopes(self) -> tuple[Scope, ...]:
        return self.view.scopes.get(self.method, ())


def example_of(problem: Problem, dialect: "Dialect", *, method: str, path: str) -> Schema:
    """The body of an error as an example: of a request that nobody made, and the same in every process."""
    request = HttpRequest()
    request.method, request.path_info = method, path
    with structlog.contextvars.bound_contextvars(request_id="order-1138"):
        return dialect.show_error(problem, now=_MOMENT) | dialect.show_place(request)


def first_words(kind: type) -> str:
    """What a class says of itself, as one paragraph."""
    assert kind.__doc__, kind
    return " ".join(inspect.cleandoc(kind.__doc__).partition("\n\n")[0].split())


def _with_member(schema: Schema, member: str, *, without: Iterable[str]) -> Schema:
    """The schema of an object that has this member, which is not null, and none of the others."""
    properties = {name: part for name, part in schema["properties"].items() if name not in without}
    kinds = properties[member]["type"]
    if isinstance(kinds, list):
        properties[member] = properties[member] | {"type": next(kind for kind in kinds if kind != "null")}
    required = [*schema.get("required", []), member]
    return schema | {"properties": properties, "required": [name for name in properties if name in required]}
