"""Small verbs that put credit requests, their deciders and their limits on a test's stage."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, User

from ledger.operations import Actor, ActorKind, positive_minor
from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    CreditRequest,
    CreditRequestEvent,
    IssueCeiling,
    IssueLimit,
    Party,
)
from storecredit.credits.operations import Decision, NewRequest, Order, RequestStatus, set_status
from tests.factories.credits import (
    ORDER as ORDER,
)
from tests.factories.credits import (
    ApprovalPolicyFactory,
    ApproverLimitFactory,
    CreditRequestFactory,
    IssueCeilingFactory,
    IssueLimitFactory,
    NewRequestFactory,
    PartyFactory,
)
from tests.factories.people import UserFactory
from tests.scenarios import NOW, money


def given_person(name: str, **fields: Any) -> User:
    """A login of that name."""
    return UserFactory.create(username=name, **fields)


def party_of(person: User) -> Party:
    """A member of staff at the admin."""
    return PartyFactory.create(person=person)


def party_of_client(client_id: int, owner: User | None = None, name: str = "order system") -> Party:
    """An API client, and the person behind it."""
    actor = Actor(kind=ActorKind.API, id=str(client_id), label=name, door="api:fabric", request_id="req-9")
    return Party(actor=actor, person_id=owner.pk if owner else None, client_id=client_id)


def given_approver(name: str, per_request: str = "1000.00 USD", per_day: str | None = None) -> User:
    """A person whose rights let them decide, up to so much."""
    person = given_person(name, permissions=["credits.decide_request"])
    given_limit(person, per_request, per_day)
    return person


def given_limit(who: User | Group, per_request: str, per_day: str | None = None) -> ApproverLimit:
    """A limit of a person or of a role."""
    return ApproverLimitFactory.create(
        **{"user": who} if isinstance(who, User) else {"user": None, "group": who},
        per_request=money(per_request),
        per_day=money(per_day) if per_day else None,
    )


def given_policy(
    currency: str = "USD", *, auto: str | None = None, second: str | None = None, code: str = "", **fields: Any
) -> ApprovalPolicy:
    """An approval policy, for any code unless one is named; amounts as `"50.00"`."""
    return ApprovalPolicyFactory.create(
        code=code,
        currency=currency,
        auto_approve_up_to_minor=positive_minor(money(f"{auto} {currency}")) if auto else None,
        second_approval_above_minor=positive_minor(money(f"{second} {currency}")) if second else None,
        **fields,
    )


def given_issue_limit(role: Group, most: str) -> IssueLimit:
    """The most that members of a role issue by themselves."""
    return IssueLimitFactory.create(group=role, amount=money(most))


def given_ceiling(most: str) -> IssueCeiling:
    """The most that anybody issues by themselves in its currency."""
    value = money(most)
    return IssueCeilingFactory.create(currency=value.currency.code, amount=value)


def wanted(amount: str = "21.50 USD", **fields: Any) -> NewRequest:
    """What is asked for: a gift card for an error correction, unless the fields say otherwise."""
    return NewRequestFactory.create(amount=money(amount), **fields)


def given_request(
    amount: str = "21.50 USD",
    *,
    by: User | Party | None = None,
    order: Order = ORDER,
    test_mode: bool = False,
    now: datetime = NOW,
    **fields: Any,
) -> CreditRequest:
    """A request as it stands after it was asked for."""
    asker = {"party": by} if isinstance(by, Party) else {"party__person": by} if by else {}
    return CreditRequestFactory.create(
        wanted=wanted(amount, **fields), order=order, test_mode=test_mode, now=now, **asker
    )


def change_request(*, request_id: UUID, party: Party, now: datetime, **fields: Any) -> Decision:
    """Change a waiting request's note or attributes as the API does it: by the state that it has, once more."""
    return set_status(
        request_id=request_id, status=RequestStatus.PENDING, party=party, now=now, may_decide=True, **fields
    )


def row_of(request: CreditRequest) -> CreditRequest:
    """The request as it is stored."""
    return CreditRequest.objects.get(pk=request.pk)


def history_of(request: CreditRequest) -> list[tuple[str, str, str]]:
    """Kind, from, to of each line of its history, oldest first."""
    lines = CreditRequestEvent.objects.filter(request=request).order_by("pk")
    return [(line.kind, line.from_status, line.to_status) for line in lines]
