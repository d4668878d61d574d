"""
The rule for whatever moves money and is approved: within the limits of the person, of the request and of the day, and
by as many people as a policy says. Credit requests, corrections and what becomes another customer's are held to it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from ledger.money import from_minor
from storecredit.credits.errors import AlreadyVoted, ApproverLimitExceeded
from storecredit.credits.models import ApprovalPolicy, CreditRequest, CustomerRequest, MoneyApproval, Party
from storecredit.credits.queries.approvers import refuse_amount
from storecredit.credits.queries.limits import Case, approvals_by, closest_policy, list_allowances


def require_within_limits(
    person_id: int, amounts: Mapping[str, int], now: datetime, besides: Iterable[CreditRequest] = ()
) -> None:
    """
    Refuse what is beyond what a person may approve.

    :param amounts: by currency, in minor units.
    :param besides: requests that do not count into the day, because they are being decided.
    :raises ApproverLimitExceeded: if one of them is.
    """
    for currency, amount_minor in sorted(amounts.items()):
        allowances = list_allowances(person_id=person_id, now=now, currency=currency, besides=besides)
        if words := refuse_amount(amount_minor=amount_minor, currency=currency, allowances=allowances):
            raise ApproverLimitExceeded(amount=from_minor(amount_minor, currency), message=words.rstrip("."))


def approve_money(
    *,
    about: Any,
    amounts: Mapping[str, int],
    kinds: Collection[str],
    party: Party,
    now: datetime,
    note: str = "",
    client_id: int | None = None,
) -> int:
    """
    Write down that the person behind the party approves a correction or what becomes another customer's. They are
    locked, and so is what they approve.

    :param about: the correction, or the request about a customer.
    :param amounts: what moves, by currency, in minor units; positive.
    :param kinds: of the accounts on which it moves.
    :param client_id: the API client that asked.
    :return: how many more people have to approve it.
    :raises AlreadyVoted: if they have approved it before.
    :raises ApproverLimitExceeded: if it is beyond their limits.
    """
    assert party.person_id is not None
    of_it = _of(about)
    given: dict[int, dict[str, int]] = defaultdict(dict)
    for person_id, currency, minor in MoneyApproval.objects.filter(**of_it).values_list(
        "person_id", "currency", "amount_minor"
    ):
        given[person_id][currency] = minor
    if party.person_id in given:
        raise AlreadyVoted(request=str(about))
    require_within_limits(party.person_id, amounts, now)
    MoneyApproval.objects.bulk_create(
        MoneyApproval(
            **of_it,
            person_id=party.person_id,
            label=party.actor.label,
            door=party.actor.door,
            note=note,
            currency=currency,
            amount_minor=minor,
            created_at=now,
        )
        for currency, minor in sorted(amounts.items())
    )
    # An approval of less, before more came in, is none of this.
    covering = [each for each in given.values() if all(each.get(key, 0) >= minor for key, minor in amounts.items())]
    return max(_count_needed(amounts, kinds, client_id) - len(covering) - 1, 0)


def _count_needed(amounts: Mapping[str, int], kinds: Collection[str], client_id: int | None) -> int:
    policies = list(ApprovalPolicy.objects.filter(currency__in=amounts))
    cases = [Case(currency, kind, requested_client_id=client_id) for currency in amounts for kind in kinds]
    return max((approvals_by(closest_policy(policies, case), amounts[case.currency]) for case in cases), default=1)


def _of(about: Any) -> dict[str, Any]:
    return {"customer_request": about} if isinstance(about, CustomerRequest) else {"correction": about}
