"""The two pictures of the architecture, in `pyproject.toml`, hold: an arrow runs only downwards."""

import ast
from pathlib import Path

import pytest

pytest.importorskip("importlinter", reason="import-linter is not installed (requirements-dev.txt holds it)")


def test_every_import_runs_downwards(capsys):
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS, capsys.readouterr().out


_DOMAINS = ("ledger", "giftcards", "storecredit/credits", "storecredit/checkouts", "storecredit/api")
_SCREENS = ("django.contrib.admin", "django.template", "django.shortcuts", "unfold")
_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("domain", _DOMAINS)
def test_no_domain_has_a_screen(domain):
    # The linter cannot forbid a part of Django, so each import is read.
    imported = {
        (str(file.relative_to(_ROOT)), name)
        for file in (_ROOT / domain).rglob("*.py")
        for name in _names_imported(ast.parse(file.read_text()))
    }

    found = {(file, name) for file, name in imported if name.startswith(_SCREENS)}

    assert found == set()
    # Of a folder that is gone, what Python compiled there may be left.
    assert not [*(_ROOT / domain).glob("admin*.py"), *(_ROOT / domain).glob("admin*/*.py")]


def _names_imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
