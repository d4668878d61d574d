"""A customer is spent from while they become another: the money is spent by one of the two, once."""

from functools import partial

import pytest

from ledger.errors import AccountNotOpen, InsufficientCredit, MergeRefused
from ledger.models import Account
from ledger.operations import issue_credit, place_hold, spend_credit
from ledger.queries import list_findings
from storecredit.credits.operations import approve_about_customer
from tests.credits.requests import party_of
from tests.factories.credits import ApproverLimitFactory, CustomerRequestFactory
from tests.factories.people import UserFactory
from tests.races.together import together
from tests.scenarios import API, NOW, balance_of, days, given_credit, given_customer, money, wallet_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_spends_issues_and_a_hold_meet_a_merge():
    twin, survivor = given_customer(number="OLD-1"), given_customer(number="NEW-1")
    pounds, own = given_credit("10.00 GBP", customer=twin), given_credit("1.00 GBP", customer=survivor)
    person = UserFactory.create(permissions=["credits.decide_about_customer"])
    for most in ("1000.00 GBP", "1000.00 EUR"):
        ApproverLimitFactory.create(user=person, per_request=money(most))
    bob = party_of(person)
    request = CustomerRequestFactory.create(customer=twin, other=survivor)
    merge = partial(approve_about_customer, request_id=request.pk, party=bob, now=NOW)
    spend = partial(spend_credit, account_id=pounds.pk, amount=money("1.00 GBP"), actor=API, now=NOW)
    issue = partial(issue_credit, wallet=wallet_of(twin), amount=money("2.00 GBP"), actor=API, now=NOW)
    euros = partial(issue_credit, wallet=wallet_of(twin, "EUR"), amount=money("3.00 EUR"), actor=API, now=NOW)
    hold = partial(place_hold, account_id=own.pk, amount=money("1.00 GBP"), expires_at=days(1), actor=API, now=NOW)

    outcomes = together(merge, *[spend] * 4, *[issue] * 2, euros, hold)

    twin.refresh_from_db()
    assert not [error for error in outcomes.refused if isinstance(error, (InsufficientCredit, MergeRefused))]
    assert twin.merged_into_id == survivor.pk
    went_in = sum(
        entry.amount_minor
        for entry in outcomes.done
        if getattr(entry, "currency", "") == "GBP" and hasattr(entry, "counter_account")
    )
    assert (balance_of(pounds), Account.objects.get(pk=own.pk).balance_minor) == ("0.00", 1100 + went_in)
    assert not Account.objects.filter(customer=twin).exclude(status="CLOSED").exists()
    assert outcomes.count(AccountNotOpen) + len(outcomes.done) >= 8
    assert list(list_findings()) == []
