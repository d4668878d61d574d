"""
What nobody can approve as things stand.

A request that fewer people can approve than it still needs would wait for ever, so whoever asks, and whoever sets the
limits and policies, is told so at once.
"""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

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
        words = (
            ngettext(
                "%(policy)s asks for two approvals above %(above)s, and %(people)s person with the right to decide has "
                "a limit above that: such requests wait for ever.",
                "%(policy)s asks for two approvals above %(above)s, and %(people)s people with the right to decide "
                "have a limit above that: such requests wait for ever.",
                gap.people,
            )
            if gap.people
            else gettext(
                "%(policy)s asks for two approvals above %(above)s, and no people with the right to decide have a "
                "limit above that: such requests wait for ever."
            )
        )
        said.append(words % {"policy": gap.policy, "above": above, "people": gap.people})
    if waiting := find_hopeless_pending(currency=currency):
        words = ngettext(
            "Nobody can approve %(count)s pending request in %(currency)s as things stand, %(first)s among them.",
            "Nobody can approve %(count)s pending requests in %(currency)s as things stand, %(first)s among them.",
            len(waiting),
        )
        said.append(words % {"count": len(waiting), "currency": currency, "first": waiting[0]})
    return said
