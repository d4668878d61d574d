import shutil

import pytest

from tests.project.processes import ROOT, run_python

ASK = """
import django; django.setup()
from django.conf import settings
from django.templatetags.static import static
from django.test import Client
address = static("admin/js/core.js")
print(address, Client().get(address, secure=True, headers={"host": "credit.example.com"}).status_code)
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of what an image holds, for collecting writes beside the program."""
    for name in ("giftcards", "ledger", "storecredit", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    return tmp_path


def test_static_files_are_served_before_and_after_they_are_collected(checkout):
    def ask():
        done = run_python("-c", ASK, cwd=checkout, DJANGO_SETTINGS_MODULE="storecredit.settings.web")
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert ask() == ["/static/admin/js/core.js", "200"]

    collected = run_python("manage.py", "collectstatic", "--no-input", "--verbosity", "0", cwd=checkout)
    assert collected.returncode == 0, collected.stderr

    address, status = ask()
    assert address.startswith("/static/admin/js/core.")
    assert address != "/static/admin/js/core.js"
    assert status == "200"
