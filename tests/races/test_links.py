"""Somebody is linked to a customer while they are serving them: what they began is done by then, or refused."""

import threading
from typing import Any

import pytest
from django.db import transaction

from ledger.errors import DatabaseBusy, OwnCustomer
from ledger.models import Transaction
from ledger.operations import spend_credit
from storecredit.credits.models import PersonCustomer
from storecredit.credits.operations import link_customer, own
from tests.factories.people import UserFactory
from tests.factories.periods import staff_of
from tests.races.together import together
from tests.scenarios import NOW, balance_of, given_credit, money

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_a_link_waits_for_who_is_posting_and_what_comes_after_it_is_refused(monkeypatch):
    bob = UserFactory.create()
    account = given_credit("10.00 GBP")
    link: dict[str, Any] = {"person_id": bob.pk, "customer_id": account.customer_id, "now": NOW}
    spend: dict[str, Any] = {"account_id": account.pk, "amount": money("1.00 GBP"), "actor": staff_of(bob), "now": NOW}
    posted, tried, linked = threading.Event(), threading.Event(), threading.Event()

    def spend_slowly() -> None:
        with transaction.atomic():
            spend_credit(**spend)
            posted.set()
            tried.wait(10)

    def link_meanwhile() -> None:
        posted.wait(10)
        monkeypatch.setattr(own, "_PATIENCE_SECONDS", 0.1)
        with pytest.raises(DatabaseBusy):
            link_customer(**link)
        tried.set()
        monkeypatch.setattr(own, "_PATIENCE_SECONDS", 10.0)
        with transaction.atomic():
            link_customer(**link)
            linked.set()
            # Long enough for the other to have begun and to wait.
            threading.Event().wait(0.3)

    def spend_behind_the_link() -> None:
        linked.wait(10)
        with pytest.raises(OwnCustomer):
            spend_credit(**spend)

    together(spend_slowly, link_meanwhile, spend_behind_the_link)

    assert PersonCustomer.objects.get().person == bob
    assert (balance_of(account), Transaction.objects.filter(type="REDEEM").count()) == ("9.00", 1)
