import argparse
import os
import socket
import stat
import subprocess
import sys

import pytest

from storecredit import launch
from tests.project.processes import ROOT, environment, free_port


def test_a_taken_port_is_told_before_anything_is_done():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = subprocess.run(
            ["make", "run", f"PORT={port}", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode != 0
    assert done.stdout == ""
    assert f"Port {port} is taken. Stop what listens there, or choose another one: make run PORT=" in done.stderr


def test_a_free_port_is_no_reason_to_stop():
    launch.require_free_port(free_port())


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "8_000", "٨٠٠٠", "http"])
def test_a_port_is_a_number_from_1_to_65535(text):
    with pytest.raises(argparse.ArgumentTypeError, match="PORT is a number from 1 to 65535"):
        launch.port_number(text)


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "ENVIRONMENT", tmp_path / "var" / "env")
    monkeypatch.setattr(os, "environ", {"HTTPS_ONLY": "true"})
    return tmp_path / "var" / "env"


def test_the_first_run_writes_secrets_that_only_their_owner_reads(bare_machine):
    launch.load_environment()

    assert stat.S_IMODE(bare_machine.stat().st_mode) == 0o600
    names = [line.partition("=")[0] for line in bare_machine.read_text().splitlines()]
    assert names == ["SECRET_KEY", "CODE_KEYS", "ALLOWED_HOSTS", "HTTPS_ONLY"]
    assert len(os.environ["SECRET_KEY"]) >= 50
    assert len(os.environ["CODE_KEYS"]) >= 32


def test_later_runs_keep_the_secrets_and_the_environment_goes_before_them(bare_machine):
    launch.load_environment()
    first = bare_machine.read_text()

    launch.load_environment()

    assert bare_machine.read_text() == first
    assert os.environ["HTTPS_ONLY"] == "true"


def test_what_is_printed_can_be_pasted():
    demo = {
        "admin": [{"role": "Agent", "username": "agent", "password": "pass"}],
        "api_key": "sc_abcdefgh_secret",
        "customer": "CUST-000001",
    }

    commands = [line for line in launch.describe(demo, 8001).splitlines() if line.startswith("curl")]

    assert len(commands) == 2
    for command in commands:
        checked = subprocess.run(["sh", "-n", "-c", command], check=False)
        assert checked.returncode == 0
        assert "http://127.0.0.1:8001/api/v1/customers/CUST-000001/store-credit" in command
