"""Processes of the project's own, each with an environment made for it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
# Prints the most memory that the command has held: of its own, where Linux counts what its parent held as well.
COMMAND = """
import re, resource, sys
from pathlib import Path
from django.core.management import execute_from_command_line
try:
    execute_from_command_line(["manage.py", *sys.argv[1:]])
finally:
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1] if status.exists() else None
    print("kilobytes", peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
PRODUCTION = {
    "SECRET_KEY": "f3Zq8Lw1Xn5Rb7Tk2Vd9Hs4Mj6Pc0Gy3Ae8Ui1Of5Dz7Qx2Wv9B",
    "CODE_KEYS": "q7Rk2Wd9Lx4Vn6Tb1Zs8Mh3Fp5Jc0Gy7A,new2Wd9Lx4Vn6Tb1Zs8Mh3Fp5Jc0Gy7A",
    "ALLOWED_HOSTS": "credit.example.com",
    "DATABASE_URL": "sqlite:///:memory:",
}


def environment(**differences: str | None) -> dict[str, str]:
    """What production has, with differences; None takes a variable away."""
    names = {"PATH", "HOME", "TMPDIR", "LANG"}
    merged: dict[str, str | None] = {**{n: v for n, v in os.environ.items() if n in names}, **PRODUCTION, **differences}
    return {name: value for name, value in merged.items() if value is not None}


def run_python(*arguments: str, cwd: Path = ROOT, **differences: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's root in production's environment, with differences; it may take its time."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**differences),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(**differences: str | None) -> Iterator[int]:
    """The port of a server that runs in production's environment, with differences."""
    port = free_port()
    with TemporaryFile("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env=environment(**{"ALLOWED_HOSTS": "localhost", "WEB_CONCURRENCY": "1", **differences}),
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + 60
            while status_of(port, "GET /healthz HTTP/1.1") != 200:
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    pytest.fail(f"The server does not run.\n{log.read()}")
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


def status_of(port: int, request_line: str, *headers: str) -> int | None:
    """The status of the answer to a raw request; None while nobody listens."""
    head = "\r\n".join([request_line, "Host: localhost", "Connection: close", *headers, "", ""])
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.encode("latin-1"))
            with connection.makefile("rb") as answer:
                return int(answer.readline().split()[1])
    except (ConnectionError, IndexError):
        return None


def address_of_the_test_database() -> str:
    """What a server of its own needs to see the rows that a test has committed."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    password = f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    port = f"&port={settings['PORT']}" if settings["PORT"] else ""
    return f"postgres://{settings['USER']}{password}@/{settings['NAME']}?host={quote(host, safe='')}{port}"


def start_command(arguments: list[str]) -> subprocess.Popen[str]:
    """A management command in a process of its own, on the database of the tests."""
    where = environment(DATABASE_URL=address_of_the_test_database(), HTTPS_ONLY="false", LOG_LEVEL="CRITICAL")
    where["DJANGO_SETTINGS_MODULE"] = "storecredit.settings"
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], cwd=ROOT, env=where, stdout=subprocess.PIPE, text=True
    )


def measure_command(arguments: list[str]) -> tuple[float, int]:
    """Seconds taken and megabytes held by a command until its end."""
    started = time.monotonic()
    process = start_command(arguments)
    said, _ = process.communicate(timeout=1800)
    assert process.returncode == 0, said
    return time.monotonic() - started, int(said.split()[-1]) // 1024
