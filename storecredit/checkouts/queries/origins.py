"""For which order or checkout the books have an entry or a hold."""

from uuid import UUID

from ledger.querysets import reached_by
from ledger.rowwise import row_by_row
from storecredit.checkouts.models import CalloutHold, Charge, ChargeMovement, Checkout, CreditDeduction


def find_charge_of_transaction(*, transaction_id: UUID) -> Charge | None:
    """The charge that an entry took, or gave back in part, with its order at hand."""
    rows, moved = Charge.objects, ChargeMovement.objects.filter(transaction=transaction_id)
    wanted = reached_by(rows.filter(transaction=transaction_id), moved.values("charge"))
    return row_by_row(rows.filter(wanted).select_related("order")).first()


def find_deduction_of_transaction(*, transaction_id: UUID) -> CreditDeduction | None:
    """The vendor's deduction that an entry took, or gave back in part, with its order at hand."""
    return CreditDeduction.objects.filter(movements__transaction=transaction_id).select_related("order").first()


def find_keeper_of_hold(*, hold_id: UUID) -> Checkout | CalloutHold | None:
    """The checkout, or the vendor's session, that a hold sets credit aside for."""
    return Checkout.objects.filter(sources__hold=hold_id).first() or CalloutHold.objects.filter(hold=hold_id).first()
