"""The verbs in which the story tells of credit requests: who asks, who decides, and how much each may."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group

from ledger.money import to_minor
from storecredit.backoffice.demo.steps import Stage, money
from storecredit.credits.operations import (
    CUSTOMER,
    NewRequest,
    Order,
    OrderKind,
    Party,
    RequestKind,
    approve_request,
    fail_request,
    reject_request,
    request_credits,
    set_approver_limit,
)
from storecredit.credits.queries import ApprovalPolicy, IssueLimit


@dataclass(frozen=True, slots=True)
class LetIssue:
    """The most that a role issues at once by itself."""

    days_ago: float
    role_of: str
    most: tuple[str, ...]

    def play(self, stage: Stage, key: str) -> None:
        role = Group.objects.get(user=_party(stage, self.role_of).person_id)
        for text in self.most:
            value = money(text)
            IssueLimit.objects.update_or_create(group=role, currency=value.currency.code, defaults={"amount": value})


@dataclass(frozen=True, slots=True)
class LetApprove:
    """How much somebody may approve in each currency, for one request and for a day."""

    days_ago: float
    who: str
    limits: tuple[tuple[str, str], ...]

    def play(self, stage: Stage, key: str) -> None:
        for per_request, per_day in self.limits:
            set_approver_limit(
                username=stage.actors[self.who].label, per_request=money(per_request), per_day=money(per_day)
            )


@dataclass(frozen=True, slots=True)
class AskTwo:
    """Above this amount two people approve."""

    days_ago: float
    above: str

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.above)
        ApprovalPolicy.objects.get_or_create(
            code="",
            currency=value.currency.code,
            kind="",
            client=None,
            defaults={"second_approval_above_minor": to_minor(value)},
        )


@dataclass(frozen=True, slots=True)
class AskFor:
    """Somebody asks for credit: for a customer, for a card that is there, or for one to be made."""

    days_ago: float
    amount: str
    reason: str
    note: str
    order: str = ""
    who: str = ""
    card: str = ""
    terms: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    by: str = "agent"

    def play(self, stage: Stage, key: str) -> None:
        wanted = NewRequest(
            amount=money(self.amount),
            kind=RequestKind.STORE_CREDIT if self.who else RequestKind.GIFT_CARD,
            reason=self.reason,
            note=self.note,
            attributes={CUSTOMER: stage.numbers[self.who]} if self.who else {},
            card_id=stage.done[self.card] if self.card else None,
            terms=self.terms,
        )
        (decision,) = request_credits(
            order=Order(kind=OrderKind.NUMBER, value=self.order) if self.order else Order(),
            wanted=[wanted],
            party=_party(stage, self.by),
            now=stage.moment(self.days_ago),
        )
        stage.done[self.name] = decision.request.pk


@dataclass(frozen=True, slots=True)
class Approve:
    days_ago: float
    of: str
    note: str = ""
    by: str = "approver"

    def play(self, stage: Stage, key: str) -> None:
        approve_request(**_decision(stage, self))


@dataclass(frozen=True, slots=True)
class Reject:
    days_ago: float
    of: str
    note: str
    by: str = "approver"

    def play(self, stage: Stage, key: str) -> None:
        reject_request(**_decision(stage, self))


@dataclass(frozen=True, slots=True)
class Fail:
    days_ago: float
    of: str
    note: str
    by: str = "approver"

    def play(self, stage: Stage, key: str) -> None:
        fail_request(**_decision(stage, self))


def _party(stage: Stage, who: str) -> Party:
    actor = stage.actors[who]
    return Party(actor=actor, person_id=int(actor.id))


def _decision(stage: Stage, step: Approve | Reject | Fail) -> dict[str, Any]:
    return {
        "request_id": stage.done[step.of],
        "party": _party(stage, step.by),
        "now": stage.moment(step.days_ago),
        "note": step.note,
    }
