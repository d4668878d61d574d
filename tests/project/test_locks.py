"""
What is installed is what the lists say, and no release of anybody's changes it.

An installer that may look beyond a list does: it takes the newest release for a requirement that the list does not
answer word for word (`coverage[toml]` where it holds `coverage`), and then refuses it for want of a hash. So the lists
are complete, and nothing is looked for beyond them.
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.processes import ROOT

LISTS = ["requirements.txt", "requirements-dev.txt"]
#: What tells people or a machine how to install: the tools' files and the pages.
TELLERS = [ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "compose.yaml", ROOT / "README.md", ROOT / ".ci" / "run"]
PLAIN = "`pip install -r requirements.txt && pytest`"


def read_list(name: str) -> dict[str, Requirement]:
    """The packages that a list holds for this machine, by name."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    texts = [re.sub(r"\s*--hash=\S+", "", line) for line in lines if line and not line.lstrip().startswith("#")]
    held = [Requirement(text) for text in texts]
    return {canonicalize_name(one.name): one for one in held if one.marker is None or one.marker.evaluate()}


def list_wants(held: dict[str, Requirement]) -> list[tuple[str, Requirement]]:
    """Who wants what on this machine, of the packages held, with the extras that they are held with."""
    wants = []
    for name, package in held.items():
        for text in requires(name) or []:
            wanted = Requirement(text)
            environments = [{"extra": extra} for extra in ["", *package.extras]]
            if wanted.marker is None or any(wanted.marker.evaluate(environment) for environment in environments):
                wants.append((name, wanted))
    return wants


def skip_unless_installed(held: dict[str, Requirement], name: str) -> None:
    for package in held:
        try:
            version(package)
        except PackageNotFoundError:
            pytest.skip(f"{package} is not installed ({name} holds it)")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_answers_every_requirement_of_every_package_in_it_extras_included(name):
    held = read_list(name)
    skip_unless_installed(held, name)

    unanswered = [
        f"{package} wants {wanted}"
        for package, wanted in list_wants(held)
        if (answer := held.get(canonicalize_name(wanted.name))) is None
        or not wanted.extras <= answer.extras
        or not wanted.specifier.contains(version(answer.name), prereleases=True)
    ]

    assert unanswered == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_pins_and_hashes_every_package(name):
    entries = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    packages = [entry for entry in entries if entry and not entry.lstrip().startswith("#")]

    assert len(packages) > 40
    assert [
        entry for entry in packages if not re.match(r"\S+(?:, \S+)?==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)
    ] == []


@pytest.mark.parametrize(
    ("name", "groups"), [("requirements.txt", ["test"]), ("requirements-dev.txt", ["test", "dev"])]
)
def test_a_list_answers_what_the_project_asks_for(name, groups):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + [
        one for group in groups for one in project["dependency-groups"][group]
    ]
    held = read_list(name)

    for wanted in map(Requirement, asked):
        answer = held[canonicalize_name(wanted.name)]
        [pin] = answer.specifier
        assert (pin.operator, wanted.specifier.contains(pin.version)) == ("==", True), wanted
        assert wanted.extras <= answer.extras


def test_nothing_that_installs_a_list_may_look_beyond_it():
    installing = [
        (teller.name, line.strip())
        for teller in TELLERS
        for line in teller.read_text().splitlines()
        if "pip install" in line.replace(PLAIN, "")
    ]

    assert sorted(name for name, _ in installing) == ["Dockerfile", "Makefile", "README.md"]
    assert [line for _, line in installing if "--no-deps" not in line or "--require-hashes" not in line] == []


def test_whatever_was_installed_is_checked_at_once():
    lines = (ROOT / "Makefile").read_text().splitlines()
    after_installing = [lines[n + 1].split()[1:] for n, line in enumerate(lines) if line.startswith("\t@$(INSTALL)")]
    [in_the_image] = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if "pip install" in line]

    assert after_installing == [["-m", "pip", "--disable-pip-version-check", "check"]] * 2
    assert in_the_image.endswith("&& /opt/venv/bin/pip check")
