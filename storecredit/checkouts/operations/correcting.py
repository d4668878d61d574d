"""Credit that was taken and, as the vendor's list of orders says, should not have been: a request asks for it back."""

from datetime import datetime

from giftcards.queries import get_card_of_account
from ledger.money import from_minor
from ledger.operations import AccountKind, operation
from storecredit.checkouts.queries.order_credit import OrderCredit
from storecredit.credits.operations import (
    COMES_BACK,
    CUSTOMER,
    NewRequest,
    Order,
    OrderKind,
    Party,
    RequestKind,
    RequestStatus,
    request_credits,
)
from storecredit.credits.queries import CreditRequest

#: What the requests give as their source; with order and source of payment it makes each the only one.
CORRECTION_SOURCE = "reconcile_orders"
_ERROR_CORRECTION = "EC"


def find_correction(*, credit: OrderCredit, test_mode: bool) -> CreditRequest | None:
    """The request that was filed for a line of credit of an order, whatever became of it."""
    return CreditRequest.objects.filter(
        source=CORRECTION_SOURCE,
        order_value=credit.order_id,
        sub_reason=credit.source_id,
        test_mode=test_mode,
    ).first()


def is_corrected(request: CreditRequest | None, owed_minor: int) -> bool:
    """Whether a request has given back exactly what is owed."""
    return request is not None and request.status == RequestStatus.CONFIRMED and request.amount_minor == owed_minor


@operation
def open_correction(
    *, credit: OrderCredit, owed_minor: int, party: Party, now: datetime, test_mode: bool
) -> CreditRequest | None:
    """
    Ask for what an order took too much, once for ever: None if it was asked for before. Nothing is posted.

    :param owed_minor: positive, in minor units of the line's currency.
    :raises DomainError: as `request_credits`.
    """
    # Its row is what two who ask at once wait for.
    type(credit.row)._default_manager.select_for_update(no_key=True).get(pk=credit.row.pk)
    if find_correction(credit=credit, test_mode=test_mode) is not None:
        return None
    account = credit.account
    assert account is not None, "Nothing was taken where there is no account."
    is_card = account.kind == AccountKind.GIFT_CARD
    wanted = NewRequest(
        amount=from_minor(owed_minor, credit.currency),
        kind=RequestKind.GIFT_CARD if is_card else RequestKind.STORE_CREDIT,
        reason=_ERROR_CORRECTION,
        source=CORRECTION_SOURCE,
        sub_reason=credit.source_id,
        note=f"Taken from {account.number} for this order beyond what the vendor's list of orders says.",
        attributes={} if is_card or account.customer is None else {CUSTOMER: account.customer.number},
        terms={COMES_BACK: True},
        card_id=get_card_of_account(account_id=account.pk, now=now).id if is_card else None,
    )
    (asked,) = request_credits(
        order=Order(kind=OrderKind.NUMBER, value=credit.order_id),
        wanted=[wanted],
        party=party,
        now=now,
        test_mode=test_mode,
    )
    return asked.request
