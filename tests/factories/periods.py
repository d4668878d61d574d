"""Months that are closed, and corrections of what was reported."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from ledger.money import from_minor
from ledger.operations import Actor, ActorKind, complete_cuts, take_cut
from ledger.queries import find_last_cut
from storecredit.credits.models import ApprovalPolicy, MoneyApproval
from storecredit.credits.operations import Party
from storecredit.finance.models import BreakageRate, Correction, Period, PeriodEvent, PeriodFigure
from storecredit.finance.operations import (
    approve_correction,
    approve_period,
    ask_breakage_rate,
    ask_correction,
    ask_period,
    open_period,
)
from storecredit.finance.queries.periods import beginning_of, end_of
from tests.factories.credits import ApprovalPolicyFactory, ApproverLimitFactory
from tests.factories.defaults import NOW, STAFF, SYSTEM, money
from tests.factories.ledger import AccountFactory, TransactionFactory
from tests.factories.people import UserFactory


def party_of(person: Any) -> Party:
    """A member of staff who asks or decides."""
    return Party(actor=staff_of(person), person_id=person.pk)


def staff_of(person: Any) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=str(person.pk), label=person.username, door="admin")


class PeriodFactory(DjangoModelFactory[Period]):
    """The first month of a shop, or the one after; it is open."""

    class Meta:
        model = Period

    first_day = date(2025, 10, 1)

    @classmethod
    def _create(cls, model_class: type[Period], *args: Any, first_day: date) -> Period:
        last = Period.objects.order_by("-number").first()
        month = (last.first_day + timedelta(days=31)).replace(day=1) if last else first_day
        return open_period(first_day=month, actor=STAFF, now=NOW)


class ClosablePeriodFactory(PeriodFactory):
    """The next month that is open, in which credit was given, and which is over."""

    @classmethod
    def _create(cls, model_class: type[Period], *args: Any, first_day: date) -> Period:
        known = Period.objects.filter(status="OPEN").order_by("number").first()
        period = known or PeriodFactory.create(first_day=first_day)
        boundary = end_of(period)
        last = find_last_cut()
        if last is None or last.boundary < beginning_of(period):
            take_cut(boundary=beginning_of(period), actor=SYSTEM, now=boundary)
        TransactionFactory.create(now=boundary - timedelta(days=3))
        take_cut(boundary=boundary, actor=SYSTEM, now=boundary)
        complete_cuts(now=boundary)
        return period


class ClosingPeriodFactory(PeriodFactory):
    """Such a month, which somebody asks to close."""

    @classmethod
    def _create(cls, model_class: type[Period], *args: Any, first_day: date) -> Period:
        period = ClosablePeriodFactory.create(first_day=first_day)
        return ask_period(number=period.number, party=party_of(UserFactory.create()), now=end_of(period))


class ClosedPeriodFactory(PeriodFactory):
    """Such a month, which somebody else approved."""

    @classmethod
    def _create(cls, model_class: type[Period], *args: Any, first_day: date) -> Period:
        period = ClosingPeriodFactory.create(first_day=first_day)
        boundary = end_of(period)
        return approve_period(number=period.number, party=party_of(UserFactory.create()), now=boundary)


class PeriodFigureFactory(DjangoModelFactory[PeriodFigure]):
    """What was kept of such a month."""

    class Meta:
        model = PeriodFigure

    period = SubFactory(ClosedPeriodFactory)

    @classmethod
    def _create(cls, model_class: type[PeriodFigure], *args: Any, period: Period) -> PeriodFigure:
        return period.figures.latest("pk")


class PeriodEventFactory(DjangoModelFactory[PeriodEvent]):
    """How a month came to be open."""

    class Meta:
        model = PeriodEvent

    period = SubFactory(PeriodFactory)

    @classmethod
    def _create(cls, model_class: type[PeriodEvent], *args: Any, period: Period) -> PeriodEvent:
        return period.events.latest("pk")


class CorrectionFactory(DjangoModelFactory[Correction]):
    """An adjustment that waits for somebody else."""

    class Meta:
        model = Correction

    account = SubFactory(AccountFactory, funded=True)
    asked_by = SubFactory(UserFactory)
    amount = money("1.00 GBP")
    note = "Miscounted"
    now = NOW

    @classmethod
    def _create(cls, model_class: type[Correction], *args: Any, account: Any, asked_by: Any, **said: Any) -> Correction:
        return ask_correction(party=party_of(asked_by), account_id=account.pk, **said)


class MoneyApprovalFactory(DjangoModelFactory[MoneyApproval]):
    """The first of two approvals that a policy asks for."""

    class Meta:
        model = MoneyApproval

    correction = SubFactory(CorrectionFactory)
    person = SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class: type[MoneyApproval], *args: Any, correction: Any, person: Any) -> MoneyApproval:
        currency, minor = correction.currency, abs(correction.amount_minor)
        ApproverLimitFactory.create(user=person, per_request=from_minor(minor, currency), per_day=None)
        if not ApprovalPolicy.objects.filter(currency=currency, code="").exists():
            ApprovalPolicyFactory.create(code="", currency=currency, second_approval_above_minor=0)
        approve_correction(correction_id=correction.pk, party=party_of(person), now=NOW)
        return MoneyApproval.objects.latest("pk")


class BreakageRateFactory(DjangoModelFactory[BreakageRate]):
    """A rate that waits for somebody else."""

    class Meta:
        model = BreakageRate

    year = 2026
    kind = "STORE_CREDIT"
    funding = "PAID"
    percent = Decimal("10.00")
    valid_from = date(2026, 1, 1)
    note = "As in the years before"
    asked_by = SubFactory(UserFactory)
    now = NOW

    @classmethod
    def _create(cls, model_class: type[BreakageRate], *args: Any, asked_by: Any, **said: Any) -> BreakageRate:
        return ask_breakage_rate(party=party_of(asked_by), **said)
