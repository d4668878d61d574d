"""
A TypeScript program over the types that openapi-typescript made compiles, and performs the main calls of each dialect.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.integrators import npm
from tests.integrators.conftest import Shop

pytestmark = pytest.mark.node


@pytest.fixture(scope="session")
def types(description: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the description says, as types."""
    folder = tmp_path_factory.mktemp("typescript")
    made = npm.run("openapi-typescript", description, "--output", folder / "schema.d.ts", cwd=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "schema.d.ts"


@pytest.fixture(scope="session")
def program(types: Path) -> Path:
    """The program, compiled."""
    folder = types.parent
    (folder / "package.json").write_text(json.dumps({"type": "module"}))
    (folder / "node_modules").symlink_to(npm.HERE / "node_modules")
    for file in ("typescript/calls.ts", "tsconfig.json"):
        shutil.copy(npm.HERE / file, folder)
    compiled = npm.run("tsc", "--project", folder / "tsconfig.json")
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    return folder / "calls.js"


def test_no_type_allows_nothing(types: Path) -> None:
    lines = [line.strip() for line in types.read_text().splitlines() if "Record<string, never>" in line]

    assert lines == ["export type webhooks = Record<string, never>;", "export type $defs = Record<string, never>;"]


@pytest.mark.django_db(transaction=True)
def test_each_dialect_is_spoken(program: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("url", "key", "approvers_key", "customer", "card", "account"):
        monkeypatch.setitem(os.environ, f"SHOP_{name.upper()}", getattr(shop, name))

    told = npm.run("node", program)

    assert (told.returncode, told.stdout, told.stderr) == (0, "done\n", "")
