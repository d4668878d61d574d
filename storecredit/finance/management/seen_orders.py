"""A difference between the vendor's orders and the books, in the form in which runs keep it."""

from storecredit.checkouts.management.comparing import Found
from storecredit.finance.operations import Seen
from storecredit.finance.queries import RunKind, Severity


def seen_in_orders(found: Found, *, test_mode: bool) -> Seen:
    """How an order and the books differ. Where the customer is owed something for it, it weighs more."""
    told, ours = found.told, found.ours
    currency = ours.currency if ours else told.currency if told else ""
    is_comparable = not (told and ours) or told.currency == ours.currency
    return Seen(
        kind=RunKind.ORDERS,
        code=found.difference.value,
        severity=Severity.HIGH if found.owed_minor else Severity.MEDIUM,
        subject_kind="order",
        subject_id=found.order_id,
        message=f"{found.difference.value}: order {found.order_id}, source {found.source_id}",
        identity=(found.order_id, found.source_id),
        account_number=ours.account.number if ours and ours.account else "",
        test_mode=test_mode,
        currency=currency,
        theirs_minor=told.amount_minor if told and is_comparable else None,
        ours_minor=ours.taken_minor if ours else None,
        facts={
            "source": found.source_id,
            "line": told.line if told else None,
            "returned_minor": told.returned_minor if told else None,
            "given_back_minor": ours.given_back_minor if ours else None,
            "owed_minor": found.owed_minor,
        },
    )
