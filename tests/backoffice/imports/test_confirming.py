"""Whoever brings money into the books by a file has another person confirm it, and the database asks for that, too."""

import pytest
from django.db import DatabaseError, transaction

from ledger.models import Transaction
from storecredit.backoffice.models import ImportRun
from tests.backoffice.imports.files import address, go_on, map_columns, start, upload
from tests.backoffice.imports.stage import BALANCES, CARDS, checked
from tests.backoffice.staff import text_of
from tests.scenarios import given_customer, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.mark.parametrize(
    ("kind", "content"), [("cards", CARDS), ("opening-balances", BALANCES)], ids=["cards", "opening balances"]
)
def test_nobody_brings_money_into_the_books_alone(finance, controller, kind: str, content: str):
    # given a file that one of finance uploaded
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, kind, content)
    told = "It brings money into the books, so somebody else confirms it: controller."
    assert told in text_of(finance.open(address(run, "change")))

    # when they confirm it themselves, nothing comes of it, nor by raw SQL
    with nothing_moves():
        refused = start(finance, run, count=2, GBP="30.00")
        run = go_on(finance, run)
    assert (refused.status_code, run.state, told in text_of(refused)) == (200, "CHECKED", True)
    with pytest.raises(DatabaseError, match="importrun_value_confirmed_by_another"), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(state="RUNNING", confirmed_by=finance.user)

    # once a colleague confirms it, it is written in the colleague's name, also as the first goes on with it
    start(controller, run, count=2, GBP="30.00")
    assert (go_on(finance, run).state, run.confirmed_by) == ("DONE", controller.user)
    assert {entry.actor_label for entry in Transaction.objects.all()} == {"controller"}

    # and test money brings in nothing
    trial = upload(finance, "cards", "number,balance,currency\nTEST-1111,1.00,GBP\n", test_mode="on")
    map_columns(finance, trial)
    start(finance, go_on(finance, trial), count=1, GBP="1.00")
    assert go_on(finance, trial).state == "DONE"
