import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from ledger.operations import create_customer
from ledger.queries import list_customers
from storecredit.api.queries import list_api_clients
from tests.ledger.commands.running import run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def demo_file(tmp_path, time_machine):
    time_machine.move_to(NOW, tick=False)
    return tmp_path / "var" / "demo.json"


def seed(demo_file, *more: str):
    return run("seed_demo", "--output", str(demo_file), *more)


def test_production_is_left_alone_unless_forced(demo_file, settings):
    settings.HTTPS_ONLY = True

    refused = seed(demo_file)

    assert (refused.code, refused.out) == (2, "")
    assert "this is production" in refused.err
    assert (demo_file.exists(), list_customers(test_mode=False).count()) == (False, 0)
    assert seed(demo_file, "--force").code == 0


def test_a_shop_with_customers_of_its_own_is_left_alone_unless_forced(demo_file):
    create_customer(now=NOW)

    refused = seed(demo_file)

    assert (refused.code, demo_file.exists()) == (2, False)
    assert "there are customers already" in refused.err
    assert (get_user_model().objects.count(), list_api_clients(now=NOW)) == (0, [])
    assert seed(demo_file, "--force").code == 0
    assert json.loads(demo_file.read_text())["customer"] == "CUST-000002"


def test_a_file_that_holds_something_else_is_not_overwritten(demo_file):
    demo_file.parent.mkdir()
    demo_file.write_text('{"precious": true}')

    done = seed(demo_file)

    assert (done.code, done.err) == (2, f"Could not run: {demo_file} holds something else.")
    assert demo_file.read_text() == '{"precious": true}'


def test_a_shop_without_roles_says_how_to_get_them(demo_file):
    Group.objects.all().delete()

    done = seed(demo_file)

    assert (done.code, get_user_model().objects.count()) == (2, 0)
    assert done.err == "Could not run: there is no role Viewer. Run manage.py migrate, which makes it."
