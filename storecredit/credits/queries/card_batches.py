"""Who may approve a batch of cards that waits."""

from collections.abc import Iterable

from giftcards.queries import CardBatch
from storecredit.credits.models import ApprovalPolicy, RequestKind
from storecredit.credits.queries.approvers import DECIDE
from storecredit.credits.queries.deciders import Decider, Deciding
from storecredit.credits.queries.limits import Case, approvals_by, closest_policy, list_policies, worth_minor


def needs_two(*, batch: CardBatch, policies: Iterable[ApprovalPolicy] | None = None) -> bool:
    """
    Whether a policy asks for two approvals of what a batch is worth.

    :param policies: those of its currency, if they are at hand: of many batches they are asked for once.
    """
    if policies is None:
        policies = list_policies(currency=batch.currency)
    policy = closest_policy(policies, Case(batch.currency, RequestKind.GIFT_CARD))
    return approvals_by(policy, worth_minor(batch=batch)) > 1


def _is_open(batch: CardBatch, decider: Decider) -> bool:
    # A batch has one approval: nobody gives it where a policy asks for two of so much.
    if needs_two(batch=batch, policies=decider.policies(batch.currency)):
        return False
    return decider.is_within(batch.currency, worth_minor(batch=batch))


#: Who decides a batch of cards.
CARD_BATCHES = Deciding(
    rights=frozenset({DECIDE}), page="giftcards_cardbatch", asked_by="planned_by_id", is_open_to=_is_open
)
