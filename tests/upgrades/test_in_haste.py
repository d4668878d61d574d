"""What the tests' databases are migrated by makes the same tables as Django does by itself."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.everything import ROOT
from tests.project.processes import run_python


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_database_that_was_migrated_in_haste_is_the_one_that_django_migrates(tmp_path: Path):
    hasty, plain = tmp_path / "hasty.sqlite3", tmp_path / "plain.sqlite3"
    haste = os.environ | {"TEST_SQLITE_FOLDER": str(tmp_path), "TEST_TEMPLATE": str(hasty), "DATABASE_URL": ""}

    subprocess.run([sys.executable, "-m", "tests.databases"], cwd=ROOT, env=haste, check=True)
    run_python("manage.py", "migrate", DATABASE_URL=f"sqlite:///{plain}").check_returncode()

    made = [list_made(file) for file in (hasty, plain)]
    assert made[0] == made[1]
    assert len(made[0]) > 500


def list_made(file: Path) -> list[tuple[str, ...]]:
    """All tables, indexes and triggers of a database, as SQLite was told to make them."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2, 3").fetchall()
