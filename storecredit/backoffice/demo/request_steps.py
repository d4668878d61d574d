"""The verbs in which the story tells of credit requests: who asks, who decides, and how much each may."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Model

from ledger.money import to_minor
from storecredit.backoffice.changes.deciding import acting_alone
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.demo.logins import SEEDING
from storecredit.backoffice.demo.steps import Stage, money
from storecredit.backoffice.models import ChangeKind
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
)
from storecredit.credits.queries import ApprovalPolicy, ApproverLimit, IssueLimit


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
            _put_up(stage, ChangeKind.ISSUE_LIMIT, IssueLimit(group=role, currency=value.currency.code, amount=value))


@dataclass(frozen=True, slots=True)
class LetApprove:
    """How much somebody may approve in each currency, for one request and for a day."""

    days_ago: float
    who: str
    limits: tuple[tuple[str, str], ...]

    def play(self, stage: Stage, key: str) -> None:
        for per_request, per_day in self.limits:
            person = User.objects.get(username=stage.actors[self.who].label)
            most, daily = money(per_request), money(per_day)
            limit = ApproverLimit(user=person, currency=most.currency.code, per_request=most, per_day=daily)
            _put_up(stage, ChangeKind.APPROVER_LIMIT, limit)


@dataclass(frozen=True, slots=True)
class AskTwo:
    """Above this amount two people approve."""

    days_ago: float
    above: str

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.above)
        policy = ApprovalPolicy(currency=value.currency.code, second_approval_above_minor=to_minor(value))
        _put_up(stage, ChangeKind.POLICY, policy)


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


def _put_up(stage: Stage, kind: ChangeKind, row: Model) -> None:
    """Put up a limit or a policy, unless there is one of its case already."""
    case = {
        each: getattr(row, each)
        for each in ("user", "group", "code", "currency", "kind", "client")
        if hasattr(type(row), each)
    }
    if type(row)._default_manager.filter(**case).exists():
        return
    after = state_of(kind, row)
    with acting_alone(kind=kind, subject_id="", label=str(row), before=None, after=after, actor=SEEDING, now=stage.now):
        row.save()
