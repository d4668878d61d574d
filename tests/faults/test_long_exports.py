"""A list of a million rows is taken out while it is read, and the server keeps no more of it than of a short one."""

import json
import re
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import psycopg
import pytest

from tests.postgresql import find_binaries, postgresql
from tests.project.processes import run_python, running_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once_on_postgresql,
    pytest.mark.skipif(find_binaries() is None, reason="no initdb and pg_ctl were found to run a server with"),
]

ROWS = 1_000_000
LARGEST_KIB = 200 * 1024
FIRST_PART_SECONDS = 10
_COPIED = {
    "id": "gen_random_uuid()",
    "number": "1000000 + n",
    "document_id": "'COPY' || lpad(n::text, 13, '0')",
    "sequence": "1000000 + n",
    "key": "NULL",
    "reverses_id": "NULL",
    "hold_id": "NULL",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A database with a million entries, and the login of somebody in Finance."""
    told = tmp_path_factory.mktemp("demo") / "demo.json"
    with pytest.MonkeyPatch.context() as patch, postgresql_of_its_own(patch) as url:
        assert run_python("manage.py", "migrate", "--no-input", DATABASE_URL=url).returncode == 0
        seeded = run_python("manage.py", "seed_demo", "--force", "--output", str(told), DATABASE_URL=url)
        assert seeded.returncode == 0, seeded.stderr
        fill(url)
        [login, *_] = [each for each in json.loads(told.read_text())["admin"] if each["role"] == "Finance"]
        yield url, login


def postgresql_of_its_own(patch):
    patch.delenv("TEST_DATABASE_URL", raising=False)
    return postgresql()


def fill(url: str) -> None:
    with psycopg.connect(url) as connection:
        named = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'ledger_transaction'"
        ).fetchall()
        columns = [name for (name,) in named]
        values = ", ".join(_COPIED.get(name, f"t.{name}") for name in columns)
        connection.execute("SET LOCAL session_replication_role = replica")
        # Those of the books fire all the same.
        connection.execute("ALTER TABLE ledger_transaction DISABLE TRIGGER USER")
        connection.execute(
            f"INSERT INTO ledger_transaction ({', '.join(columns)}) SELECT {values} "
            "FROM (SELECT * FROM ledger_transaction WHERE type = 'ISSUE' ORDER BY number LIMIT 1) t "
            f"CROSS JOIN generate_series(1, {ROWS}) n"
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE ledger_transaction")


def sign_in(port: int, login: dict[str, str]) -> tuple[OpenerDirector, str]:
    """A browser that is signed in, and what its forms carry."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    page = browser.open(f"http://localhost:{port}/admin/login/").read().decode()
    [token, *_] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    fields = {"csrfmiddlewaretoken": token, "username": login["username"], "password": login["password"]}
    browser.open(f"http://localhost:{port}/admin/login/", urlencode(fields).encode()).read()
    return browser, next(cookie.value or "" for cookie in jar if cookie.name == "csrftoken")


def most_memory(port: int) -> int:
    """The most that any of the server's processes ever had in memory, in KiB."""
    peaks = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"127.0.0.1:{port}".encode() in (process / "cmdline").read_bytes():
                peaks += re.findall(r"VmHWM:\s+(\d+) kB", (process / "status").read_text())
        except OSError:
            continue  # it has ended meanwhile
    return max(map(int, peaks))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_million_transactions_are_taken_out_in_little_memory(shop, form):
    url, login = shop
    with running_server(HTTPS_ONLY="false", DATABASE_URL=url, LOG_LEVEL="CRITICAL") as port:
        browser, token = sign_in(port, login)
        before, started = most_memory(port), time.monotonic()
        answer = browser.open(
            f"http://localhost:{port}/admin/ledger/transaction/export/",
            urlencode({"csrfmiddlewaretoken": token, "format": form}).encode(),
        )
        size, lines = len(first := answer.read(1 << 16)), first.count(b"\n")
        first_seconds = time.monotonic() - started
        while part := answer.read(1 << 16):
            size, lines = size + len(part), lines + part.count(b"\n")
        seconds, after = time.monotonic() - started, most_memory(port)
    print(
        f"{form}: {size:,} bytes in {seconds:.0f} s, the first after {first_seconds:.1f} s; KiB {before:,} → {after:,}"
    )

    with psycopg.connect(url) as connection:
        [[rows]] = connection.execute("SELECT count(*) FROM ledger_transaction").fetchall()
        [[said]] = connection.execute("SELECT change_message FROM django_admin_log ORDER BY id DESC LIMIT 1").fetchall()
    assert rows > ROWS
    assert said == f"Exported as {form.upper()}: {rows:,} rows"
    assert form == "xlsx" or lines == rows + 1
    assert first_seconds < FIRST_PART_SECONDS
    assert after < LARGEST_KIB
