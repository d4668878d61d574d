"""
The OpenAPI 3.1 description, made from what the code checks and answers.

Bodies and parameters describe themselves (`fields`); answers, refusals and examples are named at the view's method with
`describe`. The examples are real: a test sends them and compares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

if TYPE_CHECKING:
    from storecredit.api.old_fields import Body
    from storecredit.api.views import DialectView

Schema = dict[str, Any]
M = TypeVar("M", bound=Callable[..., Any])

_STRING: Schema = {"type": "string"}
_REQUEST_ID = {"description": "The request's X-Request-Id, or one made for it.", "schema": _STRING}
_RETRY_AFTER = {"description": "Seconds after which trying again makes sense.", "schema": {"type": "integer"}}
_EVERYWHERE = {
    401: "No API key, or one that is malformed, unknown, revoked or expired, or two different ones.",
    403: "The key lacks the scope, or the person behind it the right to do the same in the admin.",
    429: "Over the client's rate.",
    500: "Our fault. Nothing of its cause is told.",
    503: "The database is busy beyond its limits. Trying again is safe.",
}
_WITH_BODY = {
    400: "Invalid JSON, a member, header or parameter that is not what is documented.",
    408: "The body took more than 10 seconds to arrive.",
    413: "The body is too long.",
    415: "The body is not JSON, or compressed.",
}
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Belongs to the API client and is kept for ever. The same key with the same details gives the "
    "original answer again; with other details 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-+\\--~]([ -+\\--~]*[!-+\\--~])?$"},
}


@dataclass(frozen=True, slots=True)
class Component:
    """A schema with a name of its own in the description."""

    name: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Example:
    """A request and the answer it really gets. `answer` is a whole body."""

    name: str
    path: str
    status: int
    answer: Mapping[str, Any]
    body: Mapping[str, Any] | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """One operation, but for what its fields say themselves."""

    summary: str
    #: None for an answer without a body.
    answers: Mapping[int, tuple[str, Component | None]]
    about: str = ""
    #: Not in the vendor's document: added by this service.
    ours: bool = False
    path: Mapping[str, str] = field(default_factory=dict)
    #: Of the parts of the path that are not just any text.
    path_schemas: Mapping[str, Schema] = field(default_factory=dict)
    #: Headers of the request, as OpenAPI's parameters.
    request_headers: tuple[Schema, ...] = ()
    query: "type[Body] | None" = None
    body: "type[Body] | None" = None
    #: None: the operation takes no key. False: it may have one.
    key_required: bool | None = None
    refusals: Mapping[int, str] = field(default_factory=dict)
    #: Headers of the answers, beside those that every answer has.
    headers: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()


def describe(described: Described) -> Callable[[M], M]:
    """Attach an operation's description to the method that answers it."""

    def attach(method: M) -> M:
        method.described = described  # type: ignore[attr-defined]  # the schema reads it
        return method

    return attach


class DescribedSchema(AutoSchema):
    """Writes the description of one operation of a `DialectView`."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        """The operation object, or None for a method without a description."""
        self.registry = registry
        view = cast("DialectView", self.view)
        described = cast("Described | None", getattr(getattr(view, method.lower()), "described", None))
        if described is None:
            return None
        named = view.scopes.get(method.upper(), ())
        scopes = " or ".join(f"`{scope}`" for scope in (named if isinstance(named, tuple) else (named,)))
        about = [described.about, "**Ours**: not in the vendor's document." if described.ours else ""]
        about.append(f"Scope: {scopes}." if scopes else "")
        operation: Schema = {
            "operationId": "_".join([view.dialect.name, *described.summary.lower().split()]),
            "summary": described.summary,
            "description": " ".join(part for part in about if part),
            "tags": [view.dialect.title],
            "parameters": _parameters(described, view.path_names),
            "security": [{way: []} for way in view.security],
            "responses": self._responses(described),
        }
        if described.body is not None:
            operation["requestBody"] = _request_body(described, described.body)
        return operation

    def _responses(self, described: Described) -> Schema:
        responses: Schema = {}
        for status, (about, component) in described.answers.items():
            examples = {
                example.name: {"value": dict(example.answer)}
                for example in described.examples
                if example.status == status
            }
            headers: Schema = {"X-Request-Id": _REQUEST_ID}
            if described.key_required is not None:
                headers["Idempotent-Replayed"] = {
                    "description": "`true` on an answer that is given again.",
                    "schema": {"type": "string", "const": "true"},
                }
            headers |= {name: {"description": said, "schema": _STRING} for name, said in described.headers.items()}
            responses[str(status)] = {"description": about, "headers": headers}
            if component is None:
                continue
            content: Schema = {"schema": self._reference(component)}
            responses[str(status)]["content"] = {
                "application/json": {**content, "examples": examples} if examples else content
            }
        return responses | self._refusals(described)

    def _refusals(self, described: Described) -> Schema:
        said = dict(_EVERYWHERE)
        if described.body is not None or described.query is not None or described.key_required is not None:
            said |= _WITH_BODY if described.body is not None else {400: _WITH_BODY[400]}
        said |= described.refusals
        dialect = cast("DialectView", self.view).dialect
        error = self._reference(Component(f"{dialect.name.title().replace('_', '')}Error", dialect.error_schema))
        responses: Schema = {}
        for status, about in sorted(said.items()):
            headers: Schema = {"X-Request-Id": _REQUEST_ID}
            if status in (429, 503):
                headers["Retry-After"] = _RETRY_AFTER
            if status == 401:
                headers["WWW-Authenticate"] = {"description": "How to authenticate.", "schema": _STRING}
            content: Schema = {"schema": error}
            examples = {
                example.name: {"value": dict(example.answer)}
                for example in described.examples
                if example.status == status
            }
            if examples:
                content["examples"] = examples
            responses[str(status)] = {
                "description": f"{HTTPStatus(status).phrase}. {about}",
                "headers": headers,
                "content": {dialect.error_media_type: content},
            }
        return responses

    def _reference(self, component: Component) -> Schema:
        untyped: Any = ResolvedComponent
        schema = _for_generators(component.schema)
        resolved = untyped(name=component.name, type=ResolvedComponent.SCHEMA, schema=schema, object=component.name)
        self.registry.register_on_missing(resolved)
        return cast("Schema", resolved.ref)


def _parameters(described: Described, path_names: Mapping[str, str]) -> list[Schema]:
    parameters: list[Schema] = [
        {
            "name": path_names.get(name, name),
            "in": "path",
            "required": True,
            "description": about,
            "schema": described.path_schemas.get(name, _STRING),
        }
        for name, about in described.path.items()
    ]
    parameters += described.request_headers
    if described.query is not None:
        parameters += [
            {
                "name": member.wire,
                "in": "query",
                "required": member.required,
                "description": member.about,
                "schema": member.parameter_schema(),
            }
            for member in described.query.fields.values()
        ]
    if described.key_required is not None:
        parameters.append({**_KEY_PARAMETER, "required": described.key_required})
    return parameters


def _request_body(described: Described, body: "type[Body]") -> Schema:
    # A body that is refused for itself is no example of one.
    examples = {
        example.name: {"value": dict(example.body)}
        for example in described.examples
        if example.body is not None and example.status != HTTPStatus.BAD_REQUEST
    }
    content: Schema = {"schema": _for_generators(body.schema())}
    if examples:
        content["examples"] = examples
    declared = content["schema"].get("properties", {})
    if any(member not in declared for example in examples.values() for member in example["value"]):
        # Members that are not described are ignored; here they are worth a look.
        content["schema"]["additionalProperties"] = True
    return {"required": not body.may_be_absent, "content": {"application/json": content}}


def _for_generators(schema: Any) -> Any:
    """A schema as generators of clients want it: objects are free unless they say other, arrays say of what."""
    if isinstance(schema, list):
        return [_for_generators(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _for_generators(part) for name, part in schema.items()}
    kinds = plain.get("type", [])
    if "object" in (kinds if isinstance(kinds, list) else [kinds]) and "properties" not in plain:
        plain.setdefault("additionalProperties", True)
    if kinds == "array":
        plain.setdefault("items", {"type": "object", "additionalProperties": True})
    if kinds == "boolean":
        plain.pop("const", None)
    return plain
