import re
import tomllib

import pytest
import yaml

from tests.nginx import TEMPLATE
from tests.project.processes import ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_image_holds_every_package_of_the_program(package):
    assert f"COPY {package} {package}" in (ROOT / "Dockerfile").read_text().splitlines()
    assert f"!{package}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_containers_are_reached_through_the_proxy_alone_which_they_trust():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    services = compose["services"]

    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert (
        services["app"]["environment"]["TRUSTED_PROXIES"]
        == compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
    )


def test_the_proxy_is_told_all_that_its_file_leaves_open():
    proxy = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["proxy"]

    assert set(re.findall(r"\$\{(\w+)\}", TEMPLATE.read_text())) == set(proxy["environment"])
    assert "./docs/nginx:/etc/nginx/templates:ro" in proxy["volumes"]
    assert re.match(r"\$\{ADDRESS:-127\.0\.0\.1\}:\$\{PORT:-8000\}:8080$", proxy["ports"][0])


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
    assert waiting == {"app", "housekeeping", "checkouts", "mail", "cuts", "reconciliation"}
    assert "GRANT" not in compose["configs"]["roles"]["content"]


def test_the_books_are_proved_at_each_start_and_every_night_at_a_time_of_the_shops_zone():
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["reconciliation"]
    first, *loop = service["command"][-1].split(";")

    assert first == "python manage.py reconcile --json"
    assert 'python manage.py reconcile --json --due "$${RECONCILE_AT}"' in "".join(loop)
    assert service["environment"]["RECONCILE_AT"] == "${RECONCILE_AT:-03:15}"
    assert service["environment"]["TIME_ZONE"] == "${TIME_ZONE:-UTC}"
