"""Who may approve how much."""

from django.contrib.auth import get_user_model
from moneyed import Money

from ledger.errors import CurrencyUnknown
from ledger.money import is_in_circulation, require_decimal
from ledger.operations import operation, positive_minor
from storecredit.credits.errors import PersonNotFound
from storecredit.credits.models import ApproverLimit


@operation
def set_approver_limit(*, username: str, per_request: Money, per_day: Money | None = None) -> ApproverLimit:
    """
    Let a person approve requests up to an amount, in one currency; in the place of what they might before.

    :raises PersonNotFound: if nobody has that sign-in name.
    :raises CurrencyUnknown: if it is not a currency in circulation: nothing is approved in another.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, AmountTooLong: for such an amount.
    """
    if not is_in_circulation(per_request.currency.code):
        raise CurrencyUnknown(currency=per_request.currency.code)
    person = get_user_model().objects.filter(username=username).first()
    if person is None:
        raise PersonNotFound(username=username)
    for amount in (per_request, per_day):
        if amount is not None:
            positive_minor(amount)
            require_decimal(amount)
    limit, _ = ApproverLimit.objects.update_or_create(
        user=person,
        currency=per_request.currency.code,
        defaults={"per_request": per_request, "per_day": per_day},
    )
    return limit
