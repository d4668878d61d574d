"""On whom a right, a limit or a policy bears. Nobody changes what bears on themselves, superusers included."""

from collections.abc import Collection
from typing import Any

from storecredit.backoffice.changes.subjects import State
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.queries import list_roles

#: By each of them value comes to somebody, at once up to the ceiling and on the day that it limits.
_GIVING = (
    "ledger.issue_credit",
    "ledger.adjust_credit",
    "ledger.reverse_transaction",
    "giftcards.issue_card",
    "giftcards.reload_card",
    "giftcards.move_card",
    "giftcards.add_cardbatch",
    "backoffice.import_cards",
    "backoffice.import_opening_balances",
)
_REQUESTING = ("credits.request_credit", "credits.decide_request")


def bears_on(person: Any, kind: str, subject_id: str, *states: State, roles: Collection[int] | None = None) -> bool:
    """
    Whether it is the person's own: theirs, or that of a role that they have.

    :param states: what is so and what is to be, for a limit names in there on whom it bears.
    :param roles: theirs, if they are at hand: of many changes they are asked for once.
    """
    if kind in (ChangeKind.PERSON, ChangeKind.CUSTOMER, ChangeKind.FACTORS):
        return subject_id == str(person.pk)
    if kind == ChangeKind.ROLE:
        return bool(subject_id) and int(subject_id) in (list_roles(person) if roles is None else roles)
    if kind == ChangeKind.ISSUE_CEILING:
        return any(person.has_perm(right) for right in _GIVING)
    if kind in (ChangeKind.KEY, ChangeKind.SECRET):
        # Nobody stands behind such a client, nor behind the vendor.
        return False
    told = [state for state in states if state is not None]
    if kind == ChangeKind.CLIENT:
        return any(state.get("owner_id") == person.pk for state in told)
    if kind == ChangeKind.POLICY:
        return any(person.has_perm(right) for right in _REQUESTING)
    if roles is None:
        roles = list_roles(person)
    return any(state.get("user_id") == person.pk or state.get("group_id") in roles for state in told)
