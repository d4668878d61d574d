"""Who decides what finance asks for."""

from storecredit.credits.queries import Decider, Deciding
from storecredit.finance.models import Correction
from storecredit.finance.queries.corrections import find_amount_at_stake, has_asked


def _is_correction_open(correction: Correction, decider: Decider) -> bool:
    if has_asked(correction=correction, person_id=decider.person.pk, clients=decider.clients):
        return False
    if correction.account.customer_id in decider.customers or decider.has_approved(correction):
        return False
    return decider.is_within(correction.currency, find_amount_at_stake(correction=correction))


CORRECTIONS = Deciding(
    rights=frozenset({"finance.approve_correction"}),
    page="finance_correction",
    asked_by="asked_by_id",
    is_open_to=_is_correction_open,
)
RATES = Deciding(
    rights=frozenset({"finance.approve_breakagerate"}), page="finance_breakagerate", asked_by="asked_by_id"
)
#: Of the line of a month's history that says who asked to close it.
CLOSINGS = Deciding(rights=frozenset({"finance.approve_period"}), page="finance_period", asked_by="person_id")
