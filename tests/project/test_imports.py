"""The two pictures of the architecture, in `pyproject.toml`, hold: an arrow runs only downwards."""

import pytest

pytest.importorskip("importlinter", reason="import-linter is not installed (requirements-dev.txt holds it)")


def test_every_import_runs_downwards(capsys):
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS, capsys.readouterr().out
