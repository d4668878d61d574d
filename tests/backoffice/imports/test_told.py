"""Whom a file changes is told as one by one: nobody writes another address by a file so that no page says who did."""

from typing import Any

import pytest
from django.urls import reverse

from ledger.models import Customer
from storecredit.audit.models import Activity, ActivityKind
from tests.backoffice.imports.files import address, go_on
from tests.backoffice.imports.stage import checked
from tests.backoffice.staff import text_of
from tests.factories.ledger import CustomerFactory
from tests.ledger.commands.running import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

CUSTOMERS = "number,email,phone,first_name\nSHOP-1,mine@example.org,,Ada\nSHOP-2,bob@example.org,,Bob\nSHOP-3,,,Cleo\n"


@pytest.fixture(autouse=True)
def known() -> list[Customer]:
    return [
        CustomerFactory.create(number="SHOP-1", email="ada@example.org", phone="", first_name="Ada"),
        CustomerFactory.create(number="SHOP-2", email="bob@example.org", phone="", first_name="Bob"),
    ]


def told_of(*customers: Customer) -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = Activity.objects.filter(
        kind=ActivityKind.CHANGED, subject_kind="ledger.customer", subject_id__in=[str(each.pk) for each in customers]
    )
    return [(row.actor_label, row.door, row.subject_label, row.details) for row in rows.order_by("pk")]


def test_a_customer_whom_a_file_changes_says_who_did_it_and_what(finance, viewer, known):
    run = checked(finance, "customers", CUSTOMERS)
    finance.send(address(run, "start"), version=run.version, count="3")
    assert go_on(finance, run).state == "DONE"

    assert told_of(*known) == [("finance", "admin", "SHOP-1", {"changed": ["email"]})]
    shown = [text_of(viewer.open(reverse("admin:ledger_customer_history", args=[each.pk]))) for each in known]
    assert ["Changed E-mail" in each for each in shown] == [True, False]
    assert "mine@example.org" not in str(told_of(*known))


def test_so_does_one_whom_the_command_changes(tmp_path, known):
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS)

    assert run("import_customers", str(file)).code == 0
    assert run("import_customers", str(file)).code == 0

    assert told_of(*known) == [("import_customers", "command:import_customers", "SHOP-1", {"changed": ["email"]})]
