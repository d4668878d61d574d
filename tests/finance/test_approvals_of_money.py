"""One rule for whatever moves money: within the limits of a request and a day, and by two people above the policy."""

from typing import Any

import pytest

from giftcards.operations import undo_transaction
from ledger.operations import Why, close_books, complete_cuts, take_cut
from ledger.queries import verify_seals
from storecredit.credits.errors import AlreadyVoted, ApproverLimitExceeded
from storecredit.credits.models import MoneyApproval
from storecredit.credits.operations import (
    CustomerRequestKind,
    Party,
    approve_about_customer,
    approve_request,
    refuse_about_customer,
)
from storecredit.finance.models import Correction
from storecredit.finance.operations import approve_correction, ask_correction, reject_correction
from tests.credits.requests import given_policy, given_request
from tests.factories.credits import ApproverLimitFactory, CustomerRequestFactory
from tests.factories.people import UserFactory
from tests.factories.periods import CorrectionFactory, MoneyApprovalFactory, party_of
from tests.ledger.attacks import refused_by, run
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    days,
    entries_of,
    given_credit,
    given_customer,
    given_spend,
    given_transfer,
    money,
    nothing_moves,
)

pytestmark = pytest.mark.django_db

RIGHTS = ["credits.decide_about_customer", "credits.decide_request"]


def given_approver(per_request: str = "100.00 GBP", per_day: str | None = None) -> Party:
    person = UserFactory.create(permissions=RIGHTS)
    day = money(per_day) if per_day else None
    ApproverLimitFactory.create(user=person, per_request=money(per_request), per_day=day)
    return party_of(person)


def given_move(amount: str = "60.00 GBP") -> Any:
    giver, taker = given_customer(), given_customer()
    given_credit("100.00 GBP", customer=giver)
    return CustomerRequestFactory.create(
        kind=CustomerRequestKind.MOVE, customer=giver, other=taker, amount=money(amount)
    )


def given_merger() -> Any:
    twin = given_customer()
    given_credit("60.00 GBP", customer=twin)
    return CustomerRequestFactory.create(kind=CustomerRequestKind.MERGE, customer=twin, other=given_customer())


def given_correction(amount: str = "60.00 GBP") -> Correction:
    return CorrectionFactory.create(account=given_credit("100.00 GBP"), amount=money(amount))


def approve(what: Any, by: Party, now: Any = NOW) -> Any:
    if isinstance(what, Correction):
        return approve_correction(correction_id=what.pk, party=by, now=now)
    return approve_about_customer(request_id=what.pk, party=by, now=now)


@pytest.mark.parametrize("given", [given_correction, given_move, given_merger])
def test_above_the_policy_two_people_approve(given):
    given_policy("GBP", second="59.99")
    what, one, other = given(), given_approver(), given_approver()

    with nothing_moves():
        first = approve(what, one)
        with pytest.raises(AlreadyVoted):
            approve(what, one)
    second = approve(what, other)

    assert (first.status, second.status, second.decided_label) == ("PENDING", "APPROVED", other.actor.label)
    assert list(MoneyApproval.objects.order_by("pk").values_list("label", "amount_minor")) == [
        (one.actor.label, 6000),
        (other.actor.label, 6000),
    ]


def test_up_to_the_policy_one_person_does():
    given_policy("GBP", second="60.00")

    assert approve(given_correction(), given_approver()).status == "APPROVED"


@pytest.mark.parametrize("first", [given_correction, given_move, given_merger])
def test_whatever_was_approved_today_counts_into_the_day_of_everything_else(first):
    boss = given_approver(per_day="100.00 GBP")
    approve(first(), boss)
    request = given_request("60.00 GBP")

    waiting = [given() for given in (given_correction, given_move, given_merger)]

    with nothing_moves():
        for what in waiting:
            with pytest.raises(ApproverLimitExceeded, match=r"Of what you may approve today, £40.00 is left"):
                approve(what, boss)
        with pytest.raises(ApproverLimitExceeded):
            approve_request(request_id=request.pk, party=boss, now=NOW)
    assert approve(given_correction("40.00 GBP"), boss).status == "APPROVED"
    assert approve(given_correction("100.00 GBP"), boss, days(1)).status == "APPROVED"


def test_what_was_decided_against_after_the_first_of_two_approvals_gives_the_day_back():
    given_policy("GBP", second="0.01")
    boss = given_approver(per_day="100.00 GBP")
    correction, move = given_correction(), given_move("40.00 GBP")
    approve(correction, boss)
    approve(move, boss)

    reject_correction(correction_id=correction.pk, party=given_approver(), now=NOW, note="No")
    refuse_about_customer(request_id=move.pk, party=given_approver(), now=NOW, note="No")

    assert approve(given_correction("100.00 GBP"), boss).status == "PENDING"


def test_the_database_takes_no_approval_of_who_asked_and_no_correction_that_nobody_approved():
    correction = given_correction()
    person = UserFactory.create()
    row = (
        "INSERT INTO credits_moneyapproval (correction_id, person_id, label, door, note, currency, amount_minor, "
        f"created_at) VALUES ({correction.pk}, %s, 'x', 'x', '', 'GBP', 6000, '2026-06-15 12:00:00')"
    )

    with refused_by("credits_moneyapproval_four_eyes"):
        run(row, correction.asked_by_id)
    run(
        f"UPDATE finance_correction SET decided_by_id = {person.pk}, decided_label = 'x', decided_at = asked_at "
        f"WHERE id = {correction.pk}"
    )
    with refused_by("finance_correction_posted"):
        _reverse(entries_of(correction.account)[0], key=f"correction:{correction.pk}")
    approval = MoneyApprovalFactory.create()
    with refused_by("credits_moneyapproval_immutable"):
        run("UPDATE credits_moneyapproval SET amount_minor = 1 WHERE id = %s", approval.pk)


def _reverse(entry: Any, key: str | None = None) -> Any:
    """As the program does it once it believes that somebody approved it."""
    why = Why(note="by hand", key=key)
    return undo_transaction(transaction_id=entry.pk, actor=STAFF, now=days(12), why=why, is_approved=True)


def test_the_database_lets_nothing_that_was_reported_be_undone_without_its_approved_correction():
    account, other = given_credit("20.00 GBP"), given_credit("1.00 GBP")
    spend = given_spend("7.00 GBP", account=account, now=days(1))
    out, _ = given_transfer("5.00 GBP", source=account, target=other, now=days(2))
    cut = take_cut(boundary=days(10), actor=SYSTEM, now=days(10))
    complete_cuts(now=days(10))
    close_books(cut=cut, actor=SYSTEM, now=days(10))
    asker = party_of(UserFactory.create())
    asked = [ask_correction(party=asker, now=days(11), entry_id=entry.pk, note="Twice") for entry in (spend, out)]

    for entry in (spend, out):
        with refused_by("finance_closed_entry_corrected"):
            _reverse(entry)
    with refused_by("finance_correction_by_entry"):
        _reverse(spend, key=f"correction:{asked[0].pk}")
    for correction in asked:
        approve(correction, given_approver(), days(12))
    later = given_spend("1.00 GBP", account=account, now=days(12))
    _reverse(later)

    assert (balance_of(account), balance_of(other)) == ("20.00", "1.00")
    assert list(verify_seals()) == []
