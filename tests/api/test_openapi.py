"""The description is OpenAPI 3.1, complete, and says what the program does."""

import re
from typing import Any

import jsonschema
import pytest
from django.test import Client

from storecredit.api.scopes import Scope
from storecredit.dialects.digital_river.urls import urlpatterns as digital_river
from storecredit.dialects.fabric.urls import urlpatterns as fabric
from storecredit.dialects.glu.urls import urlpatterns as glu
from storecredit.dialects.lightspeed.urls import urlpatterns as lightspeed
from storecredit.dialects.reports.urls import urlpatterns as reports
from storecredit.dialects.tiquo.urls import urlpatterns as tiquo

urlpatterns = [*tiquo, *glu, *lightspeed, *digital_river, *fabric, *reports]

EVERYWHERE = {"401", "403", "429", "500", "503"}
BODILESS = {"204", "304"}
PARAMETER = re.compile(r"<\w+:(\w+)>")
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def described():
    return Client().get("/api/v1/schema/").json()


def operations(described):
    return [
        (f"{method.upper()} {path}", path_item[method])
        for path, path_item in described["paths"].items()
        for method in METHODS
        if method in path_item
    ]


def resolve(described, schema):
    while "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def every_property(described, schema, where):
    """Each named member of a schema, however deep, with the way to it."""
    schema = resolve(described, schema)
    for name, member in schema.get("properties", {}).items():
        yield f"{where}.{name}", member
        yield from every_property(described, member, f"{where}.{name}")
    if "items" in schema:
        yield from every_property(described, schema["items"], f"{where}[]")


def unlimited_arrays(schema, where):
    """Where arrays are that say no limit."""
    if isinstance(schema, dict):
        if schema.get("type") == "array" and "maxItems" not in schema:
            yield where
        for name, part in schema.items():
            yield from unlimited_arrays(part, f"{where}/{name}")


def json_of(response):
    [content] = (each for kind, each in response["content"].items() if kind != "text/csv")
    return content


def bodies_of(operation):
    """Every JSON that an operation answers with."""
    return [json_of(response) for response in operation["responses"].values() if "content" in response]


def test_it_is_openapi_3_1_and_speaks_of_this_api_alone(described):
    assert described["openapi"].startswith("3.1")
    assert sorted(described["components"]["securitySchemes"]) == ["bare", "basic", "bearer", "header", "signature"]
    assert all(path.startswith("/api/v1/") for path in described["paths"])


def described_path(route):
    """A route's path as the description prints it, with the documents' names for its parts."""
    names = route.callback.cls.path_names
    return "/api/v1/" + PARAMETER.sub(lambda part: f"{{{names.get(part[1], part[1])}}}", str(route.pattern))


def test_every_route_with_a_method_is_described(described):
    wanted = {described_path(route) for route in urlpatterns}
    assert set(described["paths"]) == wanted
    for route in urlpatterns:
        path = described_path(route)
        view: Any = route.callback
        methods = getattr(view.cls, "scopes", None) or view.cls().allowed_methods
        assert set(described["paths"][path]) == {method.lower() for method in methods} - {"head"}


def test_every_operation_names_its_scope_and_whether_it_is_ours(described):
    for name, operation in operations(described):
        named = any(f"`{scope}`" in operation["description"] for scope in Scope.values)
        assert named or operation["security"] == [{"signature": []}], name
    ours = {name for name, operation in operations(described) if "**Ours**" in operation["description"]}
    assert ours == {
        "POST /api/v1/customers/{customerId}/store-credit/debits",
        "GET /api/v1/customers/{customerId}/store-credit/transactions",
        "GET /api/v1/customers/{customerId}/store-credit/transactions/{transactionId}",
        "POST /api/v1/customers",
        "PATCH /api/v1/customers/{customerId}",
        "POST /api/v1/gift_cards/{number}/block",
        "POST /api/v1/gift_cards/{number}/unblock",
        "POST /api/v1/orders/{orderId}/actions/list-credits",
        "POST /api/v1/orders/{orderName}/{orderNameValue}/actions/list-credits",
        "POST /api/v1/orders/actions/list-credits",
        "POST /api/v1/orders/{orderId}/cancel",
        "GET /api/v1/checkouts",
        "GET /api/v1/sources",
        "GET /api/v1/fulfillments",
        "GET /api/v1/fulfillments/{fulfillmentId}",
    }


def test_every_status_is_there_with_a_body(described):
    for name, operation in operations(described):
        statuses = set(operation["responses"])
        assert statuses >= EVERYWHERE, name
        if "requestBody" in operation:
            assert statuses >= {"400", "413", "415"}, name
        if "{" in name:
            assert "404" in statuses, name
        for status, response in operation["responses"].items():
            assert ("content" in response) == (status not in BODILESS), (name, status)
            assert status in BODILESS or json_of(response)["schema"], (name, status)
            assert response["description"], (name, status)


def test_every_member_and_parameter_is_described_with_its_limits(described):
    for name, operation in operations(described):
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (name, parameter["name"])
        bodies = [content["schema"] for content in bodies_of(operation)]
        if "requestBody" in operation:
            bodies.append(json_of(operation["requestBody"])["schema"])
        for body in bodies:
            for where, member in every_property(described, body, name):
                schema = resolve(described, member)
                container = schema.get("type") in ("object", "array") or where.endswith((".success", ".data"))
                assert container or schema.get("description"), where
    issue = described["paths"]["/api/v1/customers/{customerId}/store-credit"]["post"]
    members = resolve(described, json_of(issue["requestBody"])["schema"])["properties"]
    assert (members["amount"]["exclusiveMinimum"], members["amount"]["maximum"]) == (0, 1_000_000)
    assert members["note"]["maxLength"] == 500
    assert "major units" in members["amount"]["description"]


def test_every_array_has_a_limit(described):
    found = set(unlimited_arrays(described["components"]["schemas"], ""))

    # A shop has as many reasons as it likes.
    assert found == {"/OrderCreditsEligibility/properties/eligibleReasonCodes"}


def test_every_schema_is_a_json_schema(described):
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for _, operation in operations(described):
        if "requestBody" in operation:
            jsonschema.Draft202012Validator.check_schema(json_of(operation["requestBody"])["schema"])


def test_every_example_fits_its_schema(described):
    count = 0
    for name, operation in operations(described):
        for content in bodies_of(operation):
            schema = {**content["schema"], "components": described["components"]}
            for title, example in content.get("examples", {}).items():
                count += 1
                errors = list(jsonschema.Draft202012Validator(schema).iter_errors(example["value"]))
                assert not errors, (name, title, errors[0].message)
    assert count >= 77
