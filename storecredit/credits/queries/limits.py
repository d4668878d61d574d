"""How much who may approve and issue, and which policy a request falls under."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, Sum
from moneyed import Money

from giftcards.queries import CardBatch
from ledger.days import first_moment_of
from ledger.money import from_minor, plain, to_minor
from storecredit.credits.models import (
    SHIPPED_CEILING_MINOR,
    ApprovalPolicy,
    ApproverLimit,
    CreditRequest,
    CreditRequestVote,
    IssueCeiling,
    IssueLimit,
    MoneyApproval,
    RequestStatus,
)

_DECIDED_AGAINST = ("REJECTED", "CANCELED")


@dataclass(frozen=True, slots=True)
class Case:
    """What is approved, as far as a policy asks; a credit request says the same of itself."""

    currency: str
    kind: str
    policy_code: str = ""
    requested_client_id: int | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one limit leaves a person to approve, in minor units. `left_today_minor` None: no limit by day."""

    currency: str
    per_request_minor: int
    left_today_minor: int | None = None

    @property
    def most_minor(self) -> int:
        """The largest amount that it allows now."""
        if self.left_today_minor is None:
            return self.per_request_minor
        return min(self.per_request_minor, self.left_today_minor)


def list_allowances(
    *, person_id: int, now: datetime, currency: str | None = None, besides: Iterable[CreditRequest] = ()
) -> list[Allowance]:
    """
    What a person may approve now; nothing if they have no limit. Their own rows in a currency take the place of their
    roles'; of several any one suffices. A login that is off may approve nothing.

    :param besides: requests that do not count into the day, because they are being decided.
    """
    wanted = ApproverLimit.objects.filter(
        Q(user_id=person_id, user__is_active=True) | Q(group__user=person_id, group__user__is_active=True)
    )
    if currency is not None:
        wanted = wanted.filter(currency=currency)
    rows = list(wanted.distinct())
    used = _approved_today(person_id, now, besides) if any(row.per_day is not None for row in rows) else {}
    return allowances_by(rows, used)


def allowances_by(rows: Iterable[ApproverLimit], used: Mapping[str, int]) -> list[Allowance]:
    """
    What the limits leave of a person to whom these rows apply, their own and those of their roles.

    :param used: what they have approved today, in minor units by currency.
    """
    rows = list(rows)
    own = {row.currency for row in rows if row.user_id is not None}
    return [
        Allowance(
            currency=row.currency,
            per_request_minor=to_minor(row.per_request),
            left_today_minor=None if row.per_day is None else max(to_minor(row.per_day) - used.get(row.currency, 0), 0),
        )
        for row in rows
        if row.user_id is not None or row.currency not in own
    ]


def is_within(*, amount_minor: int, currency: str, allowances: Iterable[Allowance]) -> bool:
    """Whether one of a person's limits allows them to approve this amount."""
    return any(each.currency == currency and amount_minor <= each.most_minor for each in allowances)


def start_of_day(now: datetime) -> datetime:
    """The first moment of the present day in the project's time zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return first_moment_of(now.astimezone(zone).date(), zone)


def _approved_today(person_id: int, now: datetime, besides: Iterable[CreditRequest]) -> dict[str, int]:
    """
    What a person has approved today, by currency: credit requests, each once, however many versions, corrections,
    what becomes another customer's and batches of cards. What was decided against since does not count.
    """
    today = {"person_id": person_id, "created_at__gte": start_of_day(now)}
    voted = CreditRequestVote.objects.filter(**today)
    requests = (
        CreditRequest.objects.filter(pk__in=voted.values("request"))
        .exclude(pk__in=[request.pk for request in besides])
        .exclude(status=RequestStatus.CANCELED)
    )
    sums = requests.order_by().values_list("currency").annotate(Sum("amount_minor"))
    others = (
        MoneyApproval.objects.filter(**today)
        .exclude(correction__status__in=_DECIDED_AGAINST)
        .exclude(customer_request__status__in=_DECIDED_AGAINST)
        .values_list("currency")
        .annotate(Sum("amount_minor"))
    )
    used: Counter[str] = Counter()
    for currency, total in [*sums, *others]:
        used[currency] += int(total)
    for batch in CardBatch.objects.filter(approved_by_id=person_id, approved_at__gte=today["created_at__gte"]):
        used[batch.currency] += worth_minor(batch=batch)
    return used


def worth_minor(*, batch: CardBatch) -> int:
    """What all cards of a batch are worth together, in minor units."""
    return to_minor(batch.amount) * batch.size


def list_policies(*, currency: str) -> list[ApprovalPolicy]:
    """The policies of a currency."""
    return list(ApprovalPolicy.objects.filter(currency=currency))


def find_policy(*, request: CreditRequest) -> ApprovalPolicy | None:
    """The policy that fits a request most closely: by API client, then by code, then by type."""
    return closest_policy(list_policies(currency=request.currency), request)


def closest_policy(policies: Iterable[ApprovalPolicy], request: CreditRequest | Case) -> ApprovalPolicy | None:
    """The one among these policies that fits a request, or what else is approved, most closely."""
    fitting = [
        row
        for row in policies
        if row.currency == request.currency
        and row.kind in ("", request.kind)
        and row.code in ("", request.policy_code)
        and row.client_id in (None, request.requested_client_id)
    ]
    return max(fitting, key=lambda row: (row.client_id is not None, row.code != "", row.kind != ""), default=None)


def find_default_policy(*, client_id: int | None) -> ApprovalPolicy | None:
    """A policy that requests of an API client without a policy code fall under, for showing its name."""
    fitting = ApprovalPolicy.objects.filter(Q(client__isnull=True) | Q(client_id=client_id), code="")
    return max(fitting, key=lambda row: (row.client_id is not None, row.kind != ""), default=None)


def count_approvals_needed(*, request: CreditRequest) -> int:
    """One, or two where a policy asks for a second."""
    return approvals_by(find_policy(request=request), request.amount_minor)


def approvals_by(policy: ApprovalPolicy | None, amount_minor: int) -> int:
    """How many approvals a policy asks for, for an amount in minor units."""
    above = policy.second_approval_above_minor if policy else None
    return 2 if above is not None and amount_minor > above else 1


def list_issue_limits(*, person_id: int) -> list[Money]:
    """
    The most that a member of staff may issue at once by themself, in each currency that one of their roles has a limit
    in. If there is any, they issue nothing in other currencies. Above the ceiling they issue nothing in any.
    """
    largest: dict[str, Money] = {}
    for row in IssueLimit.objects.filter(group__user=person_id):
        largest[row.currency] = max(row.amount, largest.get(row.currency, row.amount))
    return [plain(amount) for _, amount in sorted(largest.items())]


def get_limit_at_once(*, person_id: int, currency: str, limits: Iterable[Money] | None = None) -> Money:
    """
    The most that a person issues at once by themself in a currency: what their roles allow, within the ceiling.

    :param limits: what `list_issue_limits` says of them, if it is at hand.
    """
    if limits is None:
        limits = list_issue_limits(person_id=person_id)
    most = most_at_once_minor(
        currency=currency,
        limits={limit.currency.code: to_minor(limit) for limit in limits},
        ceilings={currency: to_minor(get_ceiling(currency=currency))},
    )
    return from_minor(most, currency)


def most_at_once_minor(*, currency: str, limits: Mapping[str, int], ceilings: Mapping[str, int]) -> int:
    """
    The one rule at every door, in minor units: with a role's limit in any currency a person issues nothing in one that
    has none, without any as much as everybody, and the shop's ceiling holds for superusers, too.

    :param limits: the largest that a person's roles allow, by currency.
    :param ceilings: the shop's, by the currencies that have one of their own.
    """
    ceiling = ceilings.get(currency, SHIPPED_CEILING_MINOR)
    return min(limits.get(currency, 0), ceiling) if limits else ceiling


def get_ceiling(*, currency: str) -> Money:
    """The most that anybody of staff issues at once by themself in a currency; above it everything is a request."""
    row = IssueCeiling.objects.filter(currency=currency).first()
    return plain(row.amount) if row else from_minor(SHIPPED_CEILING_MINOR, currency)


def list_limits(*, person_id: int) -> Sequence[ApproverLimit]:
    """A person's own approver limits and those of their roles."""
    found = ApproverLimit.objects.filter(Q(user_id=person_id) | Q(group__user=person_id)).distinct()
    return list(found.select_related("user", "group").order_by("currency", "pk"))
