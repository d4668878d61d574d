"""
Schemathesis as a stranger runs it: its own program, every check, against a running server, with keys of any scope.

A little of it runs with the other tests, which fuzz each dialect in depth; `make slow` runs it at length, and with keys
of one scope each.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from storecredit.api.scopes import Scope
from tests.callers import given_client
from tests.credits.requests import given_approver
from tests.dialects.fabric.calls import ORDER_ID
from tests.integrators.conftest import Shop
from tests.integrators.npm import HERE

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not find_spec("schemathesis"), reason="schemathesis is not installed: see requirements-dev.txt"),
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves a folder where it runs."""
    monkeypatch.chdir(tmp_path)


def run(shop: Shop, key: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run it over the whole description with the key and what the shop has."""
    names = {"CUSTOMER": shop.customer, "ACCOUNT": shop.account, "CARD": shop.card, "ORDER": ORDER_ID}
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    always = ["--checks=all", "--continue-on-failure", "--generation-database=none", "--no-color"]
    return subprocess.run(
        [*program, f"{shop.url}/api/v1/schema/", f"--header=Authorization: Bearer {key}", *always, *options],
        env=os.environ | {f"SHOP_{name}": value for name, value in names.items()},
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )


def test_a_stranger_finds_nothing(shop: Shop) -> None:
    told = run(shop, shop.key, "--phases=examples,fuzzing", "--max-examples=2", "--seed=1")

    assert told.returncode == 0, told.stdout + told.stderr
    assert " passed" in told.stdout


@pytest.mark.slow
def test_a_stranger_who_takes_their_time_finds_nothing(shop: Shop) -> None:
    told = run(shop, shop.key, "--max-examples=50")

    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.slow
@pytest.mark.parametrize("scope", Scope.values)
def test_a_key_of_one_scope_finds_nothing(shop: Shop, scope: str) -> None:
    owner = given_approver("carol") if scope == Scope.CREDITS_APPROVE else None
    key = given_client([scope], owner=owner).plain

    told = run(shop, key, "--phases=examples,fuzzing", "--max-examples=10")

    assert told.returncode == 0, told.stdout + told.stderr
