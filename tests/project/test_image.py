import tomllib

import pytest

from tests.project.processes import ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_image_holds_every_package_of_the_program(package):
    assert f"COPY {package} {package}" in (ROOT / "Dockerfile").read_text().splitlines()
    assert f"!{package}" in (ROOT / ".dockerignore").read_text().splitlines()
