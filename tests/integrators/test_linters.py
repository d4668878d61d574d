"""The tools that check a description find nothing to say about ours, with the rules that each recommends."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integrators import npm


def test_openapi_spec_validator_finds_no_error(described: Any) -> None:
    validator = pytest.importorskip(
        "openapi_spec_validator", reason="openapi-spec-validator is not installed: see requirements-dev.txt"
    )

    errors = [error.message for error in validator.OpenAPIV31SpecValidator(described).iter_errors()]

    assert errors == []


@pytest.mark.node
def test_redocly_finds_no_error_and_nothing_to_warn_of(description: Path) -> None:
    told = npm.run("redocly", "lint", description, "--config", npm.HERE / "redocly.yaml", "--format", "json")

    found = json.loads(told.stdout)
    problems = [(problem["ruleId"], problem["message"], _pointer(problem)) for problem in found["problems"]]
    assert problems == []
    assert found["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}
    assert told.returncode == 0


@pytest.mark.node
def test_spectral_finds_no_error_and_nothing_to_warn_of(description: Path) -> None:
    ruleset = npm.HERE / ".spectral.yaml"

    told = npm.run("spectral", "lint", description, "--ruleset", ruleset, "--format", "text", "--fail-severity", "hint")

    assert (told.returncode, told.stdout.strip(), told.stderr) == (
        0,
        "No results with a severity of 'hint' or higher found!",
        "",
    )


def _pointer(problem: Any) -> str:
    return str(problem["location"][0].get("pointer", ""))
