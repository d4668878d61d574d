"""Who may approve a batch of cards that waits."""

from collections.abc import Iterable

from giftcards.queries import CardBatch
from storecredit.credits.models import ApprovalPolicy, RequestKind
from storecredit.credits.queries.approvers import Approver, list_approvers
from storecredit.credits.queries.limits import Case, approvals_by, closest_policy, worth_minor


def list_batch_approvers(*, batch: CardBatch) -> list[Approver]:
    """
    Those whose limits reach all of a batch, and who did not plan it; nobody where a policy asks for two approvals of so
    much, for a batch has one.
    """
    if needs_two(batch=batch):
        return []
    worth = worth_minor(batch=batch)
    people = list_approvers(currency=batch.currency)
    return [each for each in people if each.most_minor >= worth and each.person_id != batch.planned_by_id]


def needs_two(*, batch: CardBatch, policies: Iterable[ApprovalPolicy] | None = None) -> bool:
    """
    Whether a policy asks for two approvals of what a batch is worth.

    :param policies: those of its currency, if they are at hand: of many batches they are asked for once.
    """
    if policies is None:
        policies = list_policies(currency=batch.currency)
    policy = closest_policy(policies, Case(batch.currency, RequestKind.GIFT_CARD))
    return approvals_by(policy, worth_minor(batch=batch)) > 1


def list_policies(*, currency: str) -> list[ApprovalPolicy]:
    """The policies of a currency."""
    return list(ApprovalPolicy.objects.filter(currency=currency))
