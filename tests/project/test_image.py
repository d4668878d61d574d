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
