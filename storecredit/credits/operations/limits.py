"""Who may approve how much."""

from django.contrib.auth import get_user_model
from moneyed import Money

from ledger.operations import operation, positive_minor
from storecredit.credits.errors import PersonNotFound
from storecredit.credits.models import ApproverLimit


@operation
def set_approver_limit(*, username: str, per_request: Money, per_day: Money | None = None) -> ApproverLimit:
    """
    Let a person approve requests up to an amount, in one currency; in the place of what they might before.

    :raises PersonNotFound: if nobody has that user name.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyUnknown: for such an amount.
    """
    person = get_user_model().objects.filter(username=username).first()
    if person is None:
        raise PersonNotFound(username=username)
    limit, _ = ApproverLimit.objects.update_or_create(
        user=person,
        currency=per_request.currency.code,
        defaults={
            "per_request_minor": positive_minor(per_request),
            "per_day_minor": positive_minor(per_day) if per_day is not None else None,
        },
    )
    return limit
