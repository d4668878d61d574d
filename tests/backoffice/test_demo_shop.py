"""What the demo's shop holds, and what a second run of `seed_demo` does with it."""

import json
import shutil
import stat
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate, get_user_model

from ledger.queries import get_customer, list_accounts, list_customers, list_findings, list_holds, list_open_lots
from storecredit.api.callers import find_caller
from storecredit.api.operations import revoke_api_key
from storecredit.api.queries import list_api_clients
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.models import AccessChange
from storecredit.checkouts.models import Checkout
from storecredit.credits.models import CustomerRequest
from storecredit.finance.models import BreakageRate, Correction, Period, ReconciliationFinding
from tests.backoffice.test_seed_demo import NOW, seed
from tests.callers import ApiCaller
from tests.ledger.commands.running import Done
from tests.made_once import made_once

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seeded(tmp_path_factory, django_db_setup, django_db_blocker):
    """The shop as the first run leaves it: the file that it wrote, and what it said."""
    file = tmp_path_factory.mktemp("var") / "demo.json"
    with time_machine.travel(NOW, tick=False), made_once(django_db_blocker, lambda: seed(file, "--json")) as done:
        yield file, done


@pytest.fixture
def first_run(seeded: tuple[Path, Done]) -> Done:
    return seeded[1]


@pytest.fixture
def demo_file(seeded: tuple[Path, Done], tmp_path):
    """The file of the first run, for one test to do with as it likes."""
    return shutil.copy2(seeded[0], tmp_path / "demo.json")


def everything() -> list[object]:
    customers = [list(list_customers(test_mode=mode).values()) for mode in (False, True)]
    accounts = [list_accounts(customer_id=row["id"], now=NOW) for mode in customers for row in mode]
    users = list(get_user_model().objects.order_by("pk").values())
    return [*customers, accounts, users, list_api_clients(now=NOW)]


def test_an_empty_database_becomes_a_shop_with_a_login_for_each_role_and_a_key(first_run, demo_file, rf):
    assert first_run.code == 0, first_run.err
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600
    demo = json.loads(demo_file.read_text())
    assert set(demo) == {"admin", "api_key", "customer"}
    assert demo["customer"] == "CUST-000001"
    assert list(dict.fromkeys(login["role"] for login in demo["admin"])) == list(ROLES)
    assert [login["username"] for login in demo["admin"] if login["role"] in ("Finance", "Administrator")] == [
        "demo-finance",
        "demo-finance-2",
        "demo-administrator",
        "demo-administrator-2",
    ]
    for login in demo["admin"]:
        user = authenticate(rf.post("/"), username=login["username"], password=login["password"])
        assert user is not None
        assert (user.is_staff, user.is_superuser) == (True, False)
        assert [group.name for group in user.groups.all()] == [login["role"]]
    (client,) = list_api_clients(now=NOW)
    assert (client.name, client.owner, client.test_mode) == ("Demo shop", None, False)
    assert "credits:approve" not in client.scopes
    caller = find_caller(key=demo["api_key"], idempotency_key=None, now=NOW)
    assert caller is not None
    assert caller.client_name == "Demo shop"


def test_the_shop_shows_what_staff_will_meet(seeded):
    customers = list(list_customers(test_mode=False))
    assert len(customers) == 25
    assert {customer.entity_type for customer in customers} == {"customer", "company"}
    assert {customer.status for customer in customers} == {"active", "inactive", "banned", "archived"}
    assert [customer.email for customer in list_customers(test_mode=True)] == ["test.shopper@example.com"]
    accounts = [account for customer in customers for account in list_accounts(customer_id=customer.pk, now=NOW)]
    assert {account.currency for account in accounts} == {"GBP", "EUR", "USD", "JPY", "KWD"}
    soon = [lot.expires_at - NOW for lot in list_open_lots(account_ids=[a.id for a in accounts]) if lot.expires_at]
    assert all(any(abs(left.days - days) <= 1 for left in soon) for days in (10, 40, 80))
    assert min(soon) > timedelta(0)
    holds = list_holds(account_ids=[account.id for account in accounts], open_only=False)
    assert {hold.status for hold in holds} == {"OPEN", "CAPTURED", "RELEASED", "EXPIRED"}
    assert {hold.expires_at > NOW for hold in holds if hold.status == "OPEN"} == {True}
    elena = get_customer(identifier="CUST-000001", test_mode=False)
    assert [(a.kind, a.currency, a.spendable_minor) for a in list_accounts(customer_id=elena.pk, now=NOW)] == [
        ("STORE_CREDIT", "GBP", 5251),
        ("STORE_CREDIT", "USD", 8000),
        ("GIFT_CARD", "GBP", 9535),
    ]


def test_one_of_everything_that_needs_a_second_person_waits_for_one(seeded):
    asked = AccessChange.objects.exclude(asked_by=None).order_by("pk")
    assert list(asked.values_list("kind", "asked_by__username", "state")) == [
        ("ISSUE_LIMIT", "demo-administrator-2", "WAITING"),
        ("PERSON", "demo-administrator", "WAITING"),
    ]
    assert list(CustomerRequest.objects.order_by("pk").values_list("kind", "requested_label", "status")) == [
        ("MERGE", "demo-agent", "PENDING"),
        ("MOVE", "demo-finance", "PENDING"),
        ("ANONYMISE", "demo-agent", "PENDING"),
    ]
    assert [(str(period), period.status, period.closed_by.username) for period in Period.objects.all()] == [
        ("June 2026", "CLOSING", "demo-finance")
    ]
    assert list(BreakageRate.objects.values_list("status", "percent")) == [("PENDING", Decimal("12.50"))]
    assert list(Correction.objects.values_list("status", "amount_minor", "currency")) == [("PENDING", 1440, "EUR")]
    others = ReconciliationFinding.objects.exclude(subject_id="ORDER-11002")
    assert sorted(others.values_list("code", flat=True)) == ["missing here", "missing there"]


def test_the_demo_s_books_are_in_order(seeded):
    assert list(list_findings()) == []


def test_what_the_demo_s_shoppers_said_the_api_would_have_taken_too(demo_file):
    shop = ApiCaller(json.loads(demo_file.read_text())["api_key"])
    shown = [shop.get(f"/checkouts/{checkout.pk}").json() for checkout in Checkout.objects.order_by("created_at")]

    again = [
        shop.post(
            "/checkouts",
            {
                "currency": checkout["currency"],
                "email": checkout["email"],
                "billTo": checkout["billTo"],
                "items": [{"skuId": "shirt", "quantity": 1, "price": 1}],
            },
        )
        for checkout in shown
        if "billTo" in checkout
    ]

    assert [(answer.status_code, answer.json()["billTo"]) for answer in again] == [
        (201, checkout["billTo"]) for checkout in shown
    ]
    assert {checkout["billTo"]["address"]["country"] for checkout in shown} == {"GB", "DE", "IT", "US"}


def test_a_second_run_changes_nothing(demo_file):
    before, written = everything(), demo_file.read_text()

    done = seed(demo_file, "--json")

    assert (done.code, done.facts) == (
        0,
        {
            "output": str(demo_file),
            "customer": "CUST-000001",
            "customers": 0,
            "movements": 0,
            "new_logins": 0,
            "new_api_key": False,
        },
    )
    assert (everything(), demo_file.read_text()) == (before, written)


def test_a_lost_file_is_written_again_with_new_passwords_and_one_more_key(demo_file, rf):
    lost = json.loads(demo_file.read_text())
    demo_file.unlink()

    seed(demo_file)

    demo = json.loads(demo_file.read_text())
    assert demo["customer"] == lost["customer"]
    assert demo["admin"] != lost["admin"]
    login = demo["admin"][0]
    assert authenticate(rf.post("/"), username=login["username"], password=login["password"]) is not None
    assert len(list_api_clients(now=NOW)[0].live_keys) == 2
    assert list_customers(test_mode=False).count() == 25


def test_a_revoked_key_is_replaced(demo_file):
    revoked = json.loads(demo_file.read_text())
    revoke_api_key(prefix=revoked["api_key"], now=NOW)

    done = seed(demo_file, "--json")

    demo = json.loads(demo_file.read_text())
    assert done.facts["new_api_key"] is True
    assert demo["api_key"] != revoked["api_key"]
    assert demo["admin"] == revoked["admin"]
