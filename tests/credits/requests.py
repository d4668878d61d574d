"""Small verbs that put credit requests, their deciders and their limits on a test's stage."""

from typing import Any

from django.contrib.auth.models import Group, Permission, User

from ledger.operations import Actor, ActorKind, positive_minor
from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    CreditRequest,
    CreditRequestEvent,
    IssueLimit,
    Party,
)
from storecredit.credits.operations import NewRequest, Order, OrderKind, RequestKind, request_credits
from tests.scenarios import NOW, money

ORDER = Order(kind=OrderKind.ID, value="62cc39d8a9b63c001b21d1ab", tenant="5f328bf0b5f328bf0b5f328b", channel="12")


def given_person(name: str, **fields: Any) -> User:
    """A login of that name."""
    return User.objects.create(username=name, is_staff=True, **fields)


def party_of(person: User) -> Party:
    """A member of staff at the admin."""
    actor = Actor(kind=ActorKind.STAFF, id=str(person.pk), label=person.username, door="admin")
    return Party(actor=actor, person_id=person.pk)


def party_of_client(client_id: int, owner: User | None = None, name: str = "order system") -> Party:
    """An API client, and the person behind it."""
    actor = Actor(kind=ActorKind.API, id=str(client_id), label=name, door="api:fabric", request_id="req-9")
    return Party(actor=actor, person_id=owner.pk if owner else None, client_id=client_id)


def given_approver(name: str, per_request: str = "1000.00 USD", per_day: str | None = None) -> User:
    """A person whose rights let them decide, up to so much."""
    person = given_person(name)
    person.user_permissions.add(Permission.objects.get(codename="decide_request"))
    given_limit(person, per_request, per_day)
    return person


def given_limit(who: User | Group, per_request: str, per_day: str | None = None) -> ApproverLimit:
    """A limit of a person or of a role."""
    return ApproverLimit.objects.create(
        user=who if isinstance(who, User) else None,
        group=who if isinstance(who, Group) else None,
        per_request=money(per_request),
        per_day=money(per_day) if per_day else None,
    )


def given_policy(
    currency: str = "USD", *, auto: str | None = None, second: str | None = None, **fields: Any
) -> ApprovalPolicy:
    """An approval policy; amounts as `"50.00"`."""
    return ApprovalPolicy.objects.create(
        currency=currency,
        auto_approve_up_to_minor=positive_minor(money(f"{auto} {currency}")) if auto else None,
        second_approval_above_minor=positive_minor(money(f"{second} {currency}")) if second else None,
        **fields,
    )


def given_issue_limit(role: Group, most: str) -> IssueLimit:
    """The most that members of a role issue by themselves."""
    return IssueLimit.objects.create(group=role, amount=money(most))


def wanted(amount: str = "21.50 USD", **fields: Any) -> NewRequest:
    """What is asked for: a gift card for an error correction, unless the fields say otherwise."""
    fields = {"kind": RequestKind.GIFT_CARD, "reason": "EC", "source": "CSR", **fields}
    return NewRequest(amount=money(amount), **fields)


def given_request(
    amount: str = "21.50 USD",
    *,
    by: User | Party | None = None,
    order: Order = ORDER,
    test_mode: bool = False,
    **fields: Any,
) -> CreditRequest:
    """A request as it stands after it was asked for."""
    party = by if isinstance(by, Party) else party_of(by or given_person(f"agent {User.objects.count()}"))
    decision = request_credits(
        order=order, wanted=[wanted(amount, **fields)], party=party, now=NOW, test_mode=test_mode
    )[0]
    return decision.request


def row_of(request: CreditRequest) -> CreditRequest:
    """The request as it is stored."""
    return CreditRequest.objects.get(pk=request.pk)


def history_of(request: CreditRequest) -> list[tuple[str, str, str]]:
    """Kind, from, to of each line of its history, oldest first."""
    lines = CreditRequestEvent.objects.filter(request=request).order_by("pk")
    return [(line.kind, line.from_status, line.to_status) for line in lines]
