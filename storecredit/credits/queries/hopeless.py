"""
What nobody can approve as things stand.

A request that fewer people can approve than it still needs would wait for ever, so whoever asks, and whoever sets the
limits and policies, is told so at once.
"""

from dataclasses import dataclass

from ledger.money import from_minor
from ledger.wording import amount_text
from storecredit.credits.models import ApprovalPolicy, ApproverLimit, CreditRequest
from storecredit.credits.queries.approvers import get_chances, list_approvers

#: Beyond so many of those that wait longest nobody looks.
PENDING_LOOKED_AT = 1000
_READ_BY_THE_RULE = (
    "status",
    "version",
    "kind",
    "amount_minor",
    "currency",
    "policy_code",
    "requested_by_id",
    "requested_client_id",
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A policy that asks for more people than there are with a limit above its amount."""

    policy: ApprovalPolicy
    people: int


def find_hopeless_pending(*, currency: str | None = None) -> list[CreditRequest]:
    """
    The pending requests that nobody can bring to an approval, among the thousand that wait longest.

    :param currency: None: in all currencies.
    """
    waiting = CreditRequest.objects.pending()
    if currency is not None:
        waiting = waiting.filter(currency=currency)
    # As much of each as the rule reads.
    read = waiting.order_by("created_at", "pk").only(*_READ_BY_THE_RULE)
    requests = list(read[:PENDING_LOOKED_AT])
    chances = get_chances(requests=requests)
    return [request for request in requests if chances[request.pk].is_none]


def list_gaps(*, currency: str) -> list[Gap]:
    """The policies in a currency whose second approval nobody could give: fewer than two people's limits reach it."""
    policies = ApprovalPolicy.objects.filter(currency=currency, second_approval_above_minor__isnull=False)
    people = list_approvers(currency=currency)
    counted = [
        (policy, sum(person.most_minor > (policy.second_approval_above_minor or 0) for person in people))
        for policy in policies.order_by("code", "pk")
    ]
    return [Gap(policy, reaching) for policy, reaching in counted if reaching < 2]


def list_approval_currencies() -> list[str]:
    """The currencies in which something waits for an approval, or a policy or a limit says who gives it."""
    waiting = CreditRequest.objects.pending()
    rows = (waiting, ApprovalPolicy.objects.all(), ApproverLimit.objects.all())
    return sorted(
        {currency for found in rows for currency in found.order_by().values_list("currency", flat=True).distinct()}
    )


def approval_warnings(*, currency: str) -> list[str]:
    """What whoever sets limits, policies and roles should know: in sentences, what can be approved by nobody now."""
    said = []
    for gap in list_gaps(currency=currency):
        above = amount_text(from_minor(gap.policy.second_approval_above_minor or 0, currency))
        people = f"{gap.people or 'no'} {'person' if gap.people == 1 else 'people'}"
        said.append(
            f"{gap.policy} asks for two approvals above {above}, and {people} with the right to decide "
            f"{'has' if gap.people == 1 else 'have'} a limit above that: such requests wait for ever."
        )
    if waiting := find_hopeless_pending(currency=currency):
        requests = "1 pending request" if len(waiting) == 1 else f"{len(waiting)} pending requests"
        said.append(f"Nobody can approve {requests} in {currency} as things stand, {waiting[0]} among them.")
    return said
