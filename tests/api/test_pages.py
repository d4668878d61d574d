"""The description and the page for integrators: what they say of the API is true, and a client may keep them."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from storecredit.api.dialects import list_dialects
from storecredit.api.error_codes import list_error_codes
from storecredit.api.pages import write_schema
from storecredit.api.scopes import Scope

PAGES = ["/api/v1/docs/", "/api/v1/schema/"]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def page() -> str:
    return Client().get("/api/v1/docs/").content.decode()


@pytest.fixture(scope="module")
def described() -> Any:
    return Client().get("/api/v1/schema/").json()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_not_sent_again_while_it_has_not_changed(client: Client, path: str) -> None:
    first = client.get(path, headers={"accept-encoding": "gzip"})

    again = client.get(path, headers={"accept-encoding": "gzip", "if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == again["Cache-Control"] == "public, no-cache"
    assert client.get(path, headers={"if-none-match": '"another"'}).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_packed_for_whoever_takes_it_packed(client: Client, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers={"accept-encoding": "gzip"})

    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3
    assert "Content-Encoding" not in plain.headers


def test_every_process_describes_the_same_and_nobody_s_request(client: Client) -> None:
    written = []
    for request_id in ["ada-1", "bob-2"]:
        write_schema.cache_clear()
        written.append(client.get("/api/v1/schema/", headers={"x-request-id": request_id}).content)

    assert written[0] == written[1]
    assert b"ada-1" not in written[0]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_read_and_no_more(path: str) -> None:
    refused = Client(enforce_csrf_checks=True).post(path)

    assert (refused.status_code, refused["Allow"], refused.json()["code"]) == (405, "GET, HEAD", "method_not_allowed")


def test_nothing_else_of_the_api_is_kept(client: Client) -> None:
    assert client.get("/api/v1/nowhere")["Cache-Control"] == "no-store"


def test_the_page_comes_in_the_order_in_which_it_is_read(page: str) -> None:
    assert re.findall(r'<section id="([a-z-]+)"', page) == [
        "quick-start",
        "dialects",
        "authentication",
        "requests",
        "idempotency",
        "paging",
        "errors",
        "rate-limits",
        "versioning",
        "reference",
    ]


def test_the_dialects_stand_in_the_order_of_the_readme(page: str, described: Any) -> None:
    readme = (ROOT / "README.md").read_text()
    names = re.findall(r"^\| ([a-z_]+) \|", readme.partition("## Dialects")[2].partition("\n\n    ")[0], re.MULTILINE)

    assert len(names) == 6
    assert re.findall(r'<h3 id="errors-([a-z_]+)"', page) == names
    assert [tag["name"] for tag in described["tags"]] == [dialect.title for dialect in list_dialects()]
    assert [dialect.name for dialect in list_dialects()] == names


def test_the_page_names_every_scope_and_every_way_to_authenticate(page: str, described: Any) -> None:
    for name in (*Scope.values, *described["components"]["securitySchemes"]):
        assert f"<code>{name}</code>" in page, name


def test_every_error_in_an_example_has_its_code_on_the_page_and_in_the_description(page: str, described: Any) -> None:
    known = {dialect.title: {row.code for row in list_error_codes(dialect)} for dialect in list_dialects()}
    seen = 0
    for item in described["paths"].values():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values() if status >= "400" else []:
                    for example in content.get("examples", {}).values():
                        found = set(codes_in(example["value"]))
                        seen += len(found)
                        assert found
                        assert found <= known[operation["tags"][0]], (operation["operationId"], status)
    assert seen > 50
    for codes in known.values():
        for code in codes:
            assert f"<code>{code}</code>" in page, code
            assert f"| `{code}` |" in described["info"]["description"], code


def codes_in(body: Any) -> list[str]:
    """Every code in the body of an error."""
    own = [body[name] for name in ("code", "errorCode") if name in body]
    return own + [code for part in body.get("errors", []) for code in codes_in(part)]


@pytest.mark.parametrize("dialect", list_dialects(), ids=lambda dialect: dialect.name)
def test_every_refusal_of_a_dialect_has_a_code_with_a_meaning(dialect: Any) -> None:
    rows = list_error_codes(dialect)

    assert {status for row in rows for status in row.statuses} >= {
        400,
        401,
        403,
        404,
        405,
        409,
        413,
        415,
        429,
        500,
        503,
    }
    assert {wording.status for wording in dialect.refusals.values()} <= {s for row in rows for s in row.statuses}
    for row in rows:
        assert all(re.fullmatch(r"\S.*[.?!a-z]", meaning) for meaning in row.meanings), row


def test_an_error_of_each_dialect_is_shown(page: str) -> None:
    shown = [
        json.loads(text.replace("&quot;", '"'))
        for text in re.findall(r"<pre><code>(\{.*?\})</code></pre>", page, re.DOTALL)
    ]

    assert [body.get("code") or body.get("errorCode") or body["errors"][0]["code"] for body in shown] == [
        "bad_request",
        "bad_request",
        "bad_request",
        "missing_parameter",
        "SERVICE-4003",
        "bad_request",
    ]


def test_the_changelog_begins_with_the_version_that_is_served(page: str) -> None:
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    versions = re.findall(r"^## (\S+)", (ROOT / "docs" / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert versions[0] == version
    assert f"Version {version}" in page


def test_no_script_and_no_style_stands_in_the_page(page: str) -> None:
    assert re.findall(r"<script(?![^>]* src=)|<style|style=|\son[a-z]+=", page) == []
