"""What one person of the demo shop has asked for and another one decides: one of each kind, so that none is empty."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from ledger.operations import Actor, Funding, TransactionType
from ledger.queries import Customer, get_wallet, list_customers
from storecredit.backoffice.changes.deciding import ask_change
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.demo.people import PEOPLE
from storecredit.backoffice.demo.steps import money
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.operations import CustomerRequestKind, Party, ask_about_customer
from storecredit.credits.queries import IssueLimit
from storecredit.finance.operations import (
    StatementLine,
    ask_breakage_rate,
    ask_correction,
    ask_period,
    open_period,
    reconcile_statement,
)

_EMAILS = {person.handle: person.email for person in PEOPLE}


def leave_waiting(*, actors: Mapping[str, Actor], now: datetime) -> None:
    """
    Ask for one thing of every kind that needs a second person, and compare a list that differs from the books.

    :param actors: the logins of the demo, by their handles.
    """
    _ask_about_customers(actors, now)
    _ask_about_access(actors, now)
    _ask_of_the_books(actors["finance"], now)
    _compare_a_list(actors["finance 2"], now)


def _ask_about_customers(actors: Mapping[str, Actor], now: datetime) -> None:
    ask_about_customer(
        kind=CustomerRequestKind.MERGE,
        customer_id=_customer("amara.okafor").pk,
        other_id=_customer("mohammed.rahman").pk,
        party=_party(actors["agent"]),
        now=now - timedelta(hours=5),
        note="Married, and they want one account",
    )
    ask_about_customer(
        kind=CustomerRequestKind.MOVE,
        customer_id=_customer("tomas.herrera").pk,
        other_id=_customer("lea.fontaine").pk,
        amount=money("5.00 EUR"),
        party=_party(actors["finance"]),
        now=now - timedelta(hours=3),
        note="Paid for each other's delivery",
    )
    ask_about_customer(
        kind=CustomerRequestKind.ANONYMISE,
        customer_id=_customer("victor.lindqvist").pk,
        party=_party(actors["agent"]),
        now=now - timedelta(hours=2),
        note="Asked by letter to be forgotten",
    )


def _ask_about_access(actors: Mapping[str, Actor], now: datetime) -> None:
    """Two administrators, each of whom has asked for something: whoever signs in finds one that they decide."""
    agent = Group.objects.get(user=int(actors["agent"].id))
    limit = IssueLimit.objects.get(group=agent, currency="GBP")
    before = state_of(ChangeKind.ISSUE_LIMIT, limit)
    ask_change(
        kind=ChangeKind.ISSUE_LIMIT,
        subject_id=str(limit.pk),
        label=str(limit),
        before=before,
        after=before | {"amount": "150"},
        now=now - timedelta(hours=4),
        **_asker(actors["administrator 2"]),
    )
    viewer = User.objects.get(pk=int(actors["viewer"].id))
    before = state_of(ChangeKind.PERSON, viewer)
    ask_change(
        kind=ChangeKind.PERSON,
        subject_id=str(viewer.pk),
        label=str(viewer),
        before=before,
        after=before | {"roles": sorted([*before["roles"], agent.pk])},
        now=now - timedelta(hours=1),
        **_asker(actors["administrator"]),
    )


def _ask_of_the_books(actor: Actor, now: datetime) -> None:
    today = timezone.localdate(now)
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    period = open_period(first_day=last_month, actor=actor, now=now)
    ask_period(number=period.number, party=_party(actor), now=now, note="Compared with the bank")
    ask_breakage_rate(
        year=today.year,
        kind="STORE_CREDIT",
        funding=Funding.PROMOTION,
        percent=Decimal("12.5"),
        valid_from=today.replace(day=1),
        party=_party(actor),
        now=now,
        note="What was never spent of the last three years' vouchers",
    )
    ask_correction(
        account_id=_account("nordlicht", "EUR", now),
        amount=money("14.40 EUR"),
        reason="EC",
        note="The VAT of ORDER-10342 was paid out and taken off their credit, too",
        party=_party(actor),
        now=now,
    )


def _compare_a_list(actor: Actor, now: datetime) -> None:
    """A list of orders: one line agrees with the books, one says another amount, and one is not in them."""
    lines = (
        StatementLine("ORDER-11002", "EUR", -2459),
        StatementLine("ORDER-11010", "USD", -1735),
        StatementLine("ORDER-11017", "GBP", -1850),
    )
    reconcile_statement(
        lines=lines,
        first_day=timezone.localdate(now - timedelta(days=13)),
        last_day=timezone.localdate(now - timedelta(days=11)),
        types=[TransactionType.REDEEM],
        source="Order system",
        file_name="orders.csv",
        actor=actor,
        now=now,
    )


def _customer(handle: str) -> Customer:
    return list_customers(test_mode=False).get(email=_EMAILS[handle])


def _account(handle: str, currency: str, now: datetime) -> int:
    number = _customer(handle).number
    account_id = get_wallet(customer=number, currency=currency, test_mode=False, now=now).account_id
    assert account_id is not None
    return account_id


def _party(actor: Actor) -> Party:
    return Party(actor=actor, person_id=int(actor.id))


def _asker(actor: Actor) -> dict[str, Any]:
    return {"person": User.objects.get(pk=int(actor.id)), "actor": actor}
