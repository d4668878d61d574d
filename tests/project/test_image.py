import tomllib

import pytest
import yaml

from tests.project.processes import ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_image_holds_every_package_of_the_program(package):
    assert f"COPY {package} {package}" in (ROOT / "Dockerfile").read_text().splitlines()
    assert f"!{package}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_image_holds_what_the_programs_role_may_do():
    assert "COPY docs/application-role.sql docs/" in (ROOT / "Dockerfile").read_text().splitlines()
    assert "!docs/application-role.sql" in (ROOT / ".dockerignore").read_text().splitlines()


def test_compose_gives_the_programs_role_what_that_file_says_before_anything_runs_as_it():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    rights = compose["services"]["rights"]
    waiting = {name for name, service in compose["services"].items() if "rights" in service.get("depends_on", {})}

    assert compose["configs"]["application-role"] == {"file": "./docs/application-role.sql"}
    assert rights["command"][-2:] == ["--file", rights["configs"][0]["target"]]
    assert rights["configs"][0]["source"] == "application-role"
    assert rights["environment"]["PGUSER"] == "storecredit_owner"
    assert rights["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert waiting == {"app", "housekeeping", "checkouts"}
    assert "GRANT" not in compose["configs"]["roles"]["content"]
