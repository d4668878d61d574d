"""What generators and readers need of the description, beyond its being valid."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

METHODS = ("get", "post", "put", "patch", "delete")
#: A choice of no more than this is as clear where it stands.
FEW = 2


@pytest.fixture(scope="module")
def operations(described: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": item[method]
        for path, item in described["paths"].items()
        for method in METHODS
        if method in item
    }


def schemas_in(part: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of the description, with the way to it; examples are none."""
    if isinstance(part, dict):
        if "type" in part or "enum" in part:
            yield where, part
        for name, inner in part.items():
            if name not in ("example", "examples"):
                yield from schemas_in(inner, f"{where}/{name}")
    elif isinstance(part, list):
        for place, inner in enumerate(part):
            yield from schemas_in(inner, f"{where}/{place}")


def test_objects_and_choices_that_stand_twice_are_components(described: Any) -> None:
    places = defaultdict(list)
    for where, schema in schemas_in(described):
        if len(schema.get("enum", [])) > FEW:
            places[json.dumps(schema["enum"])].append(where)
        if len(schema.get("properties", {})) > FEW:
            places[json.dumps(schema["properties"], sort_keys=True)].append(where)

    assert {content[:80]: found for content, found in places.items() if len(found) > 1} == {}


def test_every_array_says_what_it_holds_and_how_much(described: Any) -> None:
    arrays = {where: schema for where, schema in schemas_in(described) if "array" in str(schema.get("type"))}

    assert [where for where, schema in arrays.items() if "items" not in schema] == []
    sent = [where for where in arrays if "/requestBody/" in where or "/parameters/" in where]
    assert [where for where in sent if "maxItems" not in arrays[where]] == []


def test_no_answer_has_a_constant_that_a_generator_would_insist_on(described: Any) -> None:
    assert [where for where, schema in schemas_in(described) if "const" in schema] == []


def test_an_object_says_its_members_or_that_it_is_free(described: Any) -> None:
    objects = {where: schema for where, schema in schemas_in(described) if "object" in str(schema.get("type"))}

    assert [
        where
        for where, schema in objects.items()
        if "properties" not in schema and "additionalProperties" not in schema
    ] == []


def test_operations_have_names_that_any_language_can_use(operations: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations.values()]

    assert [name for name in names if not re.fullmatch("[a-z][a-z0-9_]+", name)] == []
    assert len(set(names)) == len(names)


def test_every_success_and_every_common_refusal_has_an_example(operations: dict[str, Any]) -> None:
    bare = [
        f"{name} {status}"
        for name, operation in operations.items()
        for status, answer in operation["responses"].items()
        for content in answer.get("content", {}).values()
        if (status < "300" or status in ("401", "403", "429", "503")) and not content.get("examples")
    ]

    assert bare == []


def test_one_of_several_members_is_said(described: Any) -> None:
    components = described["components"]["schemas"]
    alternatives = set()
    for schema in components.values():
        choices = [
            components[choice["$ref"].rpartition("/")[2]] for choice in schema.get("oneOf", []) if "$ref" in choice
        ]
        required = [set(choice.get("required", [])) for choice in choices]
        if required:
            alternatives.add(frozenset(set.union(*required) - set.intersection(*required)))

    assert {frozenset({"price", "aggregatePrice"}), frozenset({"amount", "percent", "items"})} <= alternatives


def test_ids_are_of_one_type_in_paths_and_in_bodies(described: Any, operations: dict[str, Any]) -> None:
    integer = {
        name
        for name, operation in operations.items()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "path" and parameter["schema"].get("type") == "integer"
    }

    assert integer == {"GET /api/v1/balances/{id}"}
    assert described["components"]["schemas"]["BalanceEvent"]["properties"]["id"]["type"] == "integer"


def test_the_api_says_whose_it_is_and_where(described: Any) -> None:
    assert described["servers"] == [{"url": "/", "description": "This server."}]
    assert described["info"]["contact"]["name"]
    assert described["info"]["license"]["name"]
    assert all(len(tag["description"]) > 200 for tag in described["tags"])


def test_making_the_description_warns_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    from storecredit.api.pages import write_schema

    write_schema.__wrapped__()

    assert capsys.readouterr().err == ""
