"""
What `make test` runs: every check and every test, as many at once as there are processors, with one table at the end.
It fails if anything fails, or if something could not be run that has no good excuse.

What the database decides is run on both, and the rest on one of them: `tests/once.py` says which. With `--both`, as by
`make test-both`, all of it is run on both.

What each process of a run would do for itself is done once and before: Python compiles the tests, and a database is
migrated, which the others copy.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests import chromium
from tests.databases import make_folder_in_memory
from tests.integrators import npm
from tests.once import ELSEWHERE, POSTGRESQL, SQLITE
from tests.postgresql import NoServer, postgresql

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PROCESSORS = os.cpu_count() or 2
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
# Two suites run at once, each on its share of the processors.
WORKERS = max(2, PROCESSORS // 2)
MIGRATE_A_TEMPLATE = [PYTHON, "-m", "tests.databases"]
PRODUCTION = {
    "SECRET_KEY": "a-secret-for-a-check-that-serves-nobody-9f8e7d6c5b4a39281706",
    "CODE_KEYS": "a-key-for-a-check-that-hides-nothing-0a1b2c3d",
    "ALLOWED_HOSTS": "credit.example.com",
    "HTTPS_ONLY": "true",
    "DATABASE_URL": "sqlite:///:memory:",
    "DJANGO_SETTINGS_MODULE": "storecredit.settings",
}


@dataclass
class Outcome:
    """What came of one check or one suite."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    output: str = ""
    notes: list[str] = field(default_factory=list)


def run_check(name: str, command: list[str], environment: dict[str, str]) -> Outcome:
    """Run a command that is right when it exits with 0."""
    done, seconds = _run(command, environment)
    ok = done.returncode == 0
    return Outcome(name, passed=int(ok), failed=int(not ok), seconds=seconds, output="" if ok else done.stdout)


def run_suite(name: str, arguments: list[str], environment: dict[str, str]) -> Outcome:
    """Run pytest and count what it reports."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        done, seconds = _run([PYTHON, "-m", "pytest", "-q", f"--junit-xml={report.name}", *arguments], environment)
        outcome = Outcome(name, seconds=seconds)
        try:
            suites = list(ElementTree.parse(report.name).getroot().iter("testsuite"))
        except ElementTree.ParseError:
            suites = []
        for suite in suites:
            counts = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
            outcome.failed += counts["failures"] + counts["errors"]
            outcome.skipped += counts["skipped"]
            outcome.passed += counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"]
    if done.returncode and not outcome.failed:
        outcome.failed = 1  # it broke down before it could count
    if outcome.failed or outcome.skipped:
        outcome.output = done.stdout
    return outcome


@contextmanager
def sqlite_folder() -> Iterator[dict[str, str]]:
    """The environment of everything that runs on SQLite, with a folder for its files."""
    folder = make_folder_in_memory()
    try:
        template = str(folder / "template.sqlite3")
        yield {"DATABASE_URL": "", "TEST_SQLITE_FOLDER": str(folder), "TEST_TEMPLATE": template}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_on_postgresql(name: str, arguments: list[str], elsewhere: str = "") -> Outcome:
    """Run pytest on a PostgreSQL of its own; that none can be had is a failure."""
    try:
        with postgresql() as url:
            environment = {"DATABASE_URL": url, "TEST_TEMPLATE": "test_storecredit_template", ELSEWHERE: elsewhere}
            migrated = run_check(name, MIGRATE_A_TEMPLATE, environment)
            return migrated if migrated.failed else run_suite(name, arguments, environment)
    except NoServer as missing:
        return Outcome(name, failed=1, output=str(missing))


def run_in_browser(on_sqlite: dict[str, str]) -> Outcome:
    """Run the browser tests, or say why not: what they lack makes a skip here and a failure in CI."""
    name = "browser tests (SQLite)"
    if lack := chromium.find_lack():
        return Outcome(name, failed=int(IN_CI), skipped=int(not IN_CI), notes=[lack])
    return run_suite(name, ["-m", "browser and not slow", "tests/browser"], on_sqlite)


def check_npm() -> Outcome:
    """Say whether the tests with tools from npm ran: that they lack something is a failure in CI."""
    lack = npm.find_lack()
    return Outcome(
        "tools from npm",
        passed=int(lack is None),
        failed=int(lack is not None and IN_CI),
        skipped=int(lack is not None and not IN_CI),
        notes=[lack] if lack else [],
    )


def list_checks(on_sqlite: dict[str, str]) -> list[Callable[[], Outcome]]:
    """What takes seconds, and what the tests need."""
    manage = [PYTHON, "manage.py"]
    checks: list[tuple[str, list[str], dict[str, str]]] = [
        ("types (mypy)", [PYTHON, "-m", "mypy"], {}),
        ("collection (pytest)", [PYTHON, "-m", "pytest", "-q", "--collect-only"], on_sqlite),
        ("template (SQLite)", MIGRATE_A_TEMPLATE, on_sqlite),
        ("rules (ruff check)", [PYTHON, "-m", "ruff", "check", "."], {}),
        ("format (ruff format)", [PYTHON, "-m", "ruff", "format", "--check", "."], {}),
        ("imports (import-linter)", [PYTHON, "-c", "from importlinter.cli import lint_imports_command as c; c()"], {}),
        ("templates (djlint)", [PYTHON, "-m", "djlint", "--lint", "--check", "templates"], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {**PRODUCTION, "HTTPS_ONLY": "false"}),
        ("production (check --deploy)", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]
    return [check_npm, *(lambda check=check: run_check(*check) for check in checks)]


def list_suites(on_sqlite: dict[str, str], *, on_both: bool = False) -> list[Callable[[], Outcome]]:
    """
    All tests but the lonely ones. Those with a browser wait for it, and leave their processor to those beside.

    :param on_both: run on each database what the other would do for, too.
    """
    here = "not browser and not slow and not alone"
    elsewhere = {"sqlite": "" if on_both else POSTGRESQL, "postgresql": "" if on_both else SQLITE}
    chosen = {name: f"{here} and not {mark}" if mark else here for name, mark in elsewhere.items()}
    # Half of the time a worker waits for PostgreSQL, which is another process.
    shared = ["--dist", "worksteal", "--ignore", "tests/browser", "-m"]
    on_server, suite = ["-n", str(WORKERS + 1), *shared], ["-n", str(WORKERS), *shared]
    return [
        lambda: run_on_postgresql(
            "tests on PostgreSQL", [*on_server, f"{chosen['postgresql']} and not sqlite"], elsewhere["postgresql"]
        ),
        lambda: run_in_browser(on_sqlite),
        lambda: run_suite(
            "tests on SQLite",
            [*suite, f"{chosen['sqlite']} and not postgresql"],
            {**on_sqlite, ELSEWHERE: elsewhere["sqlite"]},
        ),
    ]


def run_alone(on_sqlite: dict[str, str]) -> Outcome:
    """Run what holds the server to a second, when nothing else keeps the processors busy."""
    return run_suite("tests against the clock (SQLite)", ["-m", "alone and not slow", "tests/project"], on_sqlite)


def tell(outcome: Outcome) -> Outcome:
    """Print what came of one job as soon as it is done."""
    print(f"{'FAILED' if outcome.failed else 'done  '} {outcome.name} ({outcome.seconds:.0f} s)", flush=True)
    if outcome.output:
        print(outcome.output.rstrip(), flush=True)
    return outcome


def main(*, on_both: bool = False) -> int:
    started = time.monotonic()
    outcomes = []
    with sqlite_folder() as on_sqlite, ThreadPoolExecutor(max_workers=max(2, PROCESSORS // WORKERS)) as pool:
        for jobs in (list_checks(on_sqlite), list_suites(on_sqlite, on_both=on_both)):
            outcomes += [tell(done.result()) for done in as_completed([pool.submit(job) for job in jobs])]
        outcomes.append(tell(run_alone(on_sqlite)))
    print_summary(outcomes, time.monotonic() - started)
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def print_summary(outcomes: list[Outcome], seconds: float) -> None:
    """One row for each job and, as the last line, the totals."""
    width = max(len(outcome.name) for outcome in outcomes)
    print(f"\n{'':{width}}  passed  failed  skipped  seconds")
    for row in sorted(outcomes, key=lambda outcome: outcome.name):
        print(f"{row.name:{width}}  {row.passed:6}  {row.failed:6}  {row.skipped:7}  {row.seconds:7.0f}")
    for outcome in outcomes:
        for note in outcome.notes:
            print(f"\n{outcome.name}: {note}")
    totals = [sum(getattr(outcome, count) for outcome in outcomes) for count in ("passed", "failed", "skipped")]
    print(f"\nTook {seconds:.0f} s.")
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")


def _run(command: list[str], environment: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], float]:
    # An empty value takes a variable away: the caller's own DATABASE_URL must not decide what a suite runs on. And each
    # of seven processes would compile all tests for itself if none were to write down what came of it.
    environment = {**environment, "PYTHONDONTWRITEBYTECODE": ""}
    merged = {name: value for name, value in {**os.environ, **environment}.items() if environment.get(name) != ""}
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=merged, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main(on_both="--both" in sys.argv[1:]))
