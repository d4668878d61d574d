"""Nobody approves what moves money who does not work here or has no right to, whoever writes it down in their name."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from ledger.errors import RightGone
from storecredit.backoffice.approvals import steps as request_steps
from storecredit.credits.models import CreditRequest, CreditRequestVote, MoneyApproval
from storecredit.credits.operations import approve_request
from storecredit.finance.models import Correction
from tests.audit.test_access_is_held import intruder, intruder_again
from tests.backoffice.credits.buttons import staff_of
from tests.backoffice.staff import step_url, text_of
from tests.credits.by_hand import bare_vote, tell
from tests.credits.requests import given_approver, given_request, party_of
from tests.factories.credits import CustomerRequestFactory
from tests.factories.giftcards import CardBatchFactory
from tests.factories.people import UserFactory
from tests.factories.periods import BreakageRateFactory, CorrectionFactory
from tests.ledger.attacks import insert, moment, run
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db
__all__ = ["intruder"]

WAITING: dict[str, tuple[str, str, Any]] = {
    "a request": ("credits_creditrequestvote", "credits.decide_request", lambda: given_request("5.00 USD")),
    "a correction": ("credits_moneyapproval", "finance.approve_correction", CorrectionFactory.create),
    "about a customer": ("credits_moneyapproval", "credits.decide_about_customer", CustomerRequestFactory.create),
}


def approve_by_hand(about: Any, person: User) -> None:
    """As somebody who has nothing but the database writes it down in a name."""
    if isinstance(about, CreditRequest):
        tell(about, "VOTED", person_id=person.pk)
        bare_vote(about, person)
        return
    is_correction = isinstance(about, Correction)
    insert(
        "credits_moneyapproval",
        correction_id=about.pk if is_correction else None,
        customer_request_id=None if is_correction else about.pk,
        person_id=person.pk,
        label=person.username,
        door="admin",
        note="",
        currency="USD",
        amount_minor=1,
        created_at=moment(NOW),
    )


@pytest.mark.parametrize(("table", "right", "given"), WAITING.values(), ids=WAITING)
def test_a_made_up_approver_is_one_who_may(table: str, right: str, given: Any, intruder):
    about, rule = given(), f"{table}_by_who_may_{right.partition('.')[2]}"
    right_one = UserFactory.create(permissions=[right])
    for wrong in (
        UserFactory.create(),
        UserFactory.create(permissions=["ledger.view_account"]),
        UserFactory.create(permissions=[right], is_active=False),
        UserFactory.create(is_superuser=True, is_active=False),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic(), intruder_again():
            approve_by_hand(about, wrong)

    with intruder:
        approve_by_hand(about, right_one)


@pytest.mark.parametrize(("table", "right", "given"), WAITING.values(), ids=WAITING)
def test_nobody_approves_who_is_not_there_or_who_asked(table: str, right: str, given: Any, intruder):
    about: Any = given()
    asked_by = getattr(about, "asked_by", None) or getattr(about, "requested_by", None)

    nobody = User(pk=10**9, username="nobody")
    with pytest.raises(IntegrityError), transaction.atomic(), intruder_again():
        approve_by_hand(about, nobody)
    if asked_by is not None:
        run("UPDATE auth_user SET is_superuser = TRUE WHERE id = %s", asked_by.pk)
        with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic(), intruder_again():
            approve_by_hand(about, asked_by)

    assert not MoneyApproval.objects.exists()
    assert not CreditRequestVote.objects.exists()


NAMED: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "a batch of cards": (
        lambda: CardBatchFactory.create(planned_by_id=UserFactory.create().pk, waits=True),
        "credits.decide_request",
        {"approved_by": ..., "approved_at": NOW, "waits": False},
    ),
    "a rate of breakage": (
        BreakageRateFactory.create,
        "finance.approve_breakagerate",
        {"decided_by": ..., "decided_at": NOW, "status": "APPROVED"},
    ),
}


@pytest.mark.parametrize(("given", "right", "changes"), NAMED.values(), ids=NAMED)
def test_a_row_names_nobody_for_it_who_may_not(given: Any, right: str, changes: dict[str, Any], intruder):
    row = given()
    rows = type(row)._default_manager.filter(pk=row.pk)
    right_one = UserFactory.create(permissions=[right])
    for wrong in (UserFactory.create(), UserFactory.create(permissions=[right], is_active=False)):
        with pytest.raises(IntegrityError, match="_decided_by_who_may"), transaction.atomic(), intruder_again():
            rows.update(**{name: wrong if value is ... else value for name, value in changes.items()})

    with intruder:
        rows.update(**{name: right_one if value is ... else value for name, value in changes.items()})


def test_whoever_loses_the_right_while_they_decide_is_told_so(intruder):
    request, bob = given_request("5.00 USD"), given_approver("bob")
    party = party_of(bob)
    bob.user_permissions.clear()

    with pytest.raises(RightGone), transaction.atomic(), intruder:
        approve_request(request_id=request.pk, party=party, now=NOW)

    assert not CreditRequestVote.objects.exists()
    assert CreditRequest.objects.get().status == "PENDING"


def test_a_page_says_that_the_right_has_gone(intruder, monkeypatch: pytest.MonkeyPatch):
    request, bob = given_request("5.00 USD"), staff_of(given_approver("bob"), "Approver")

    def approve_late(**said: Any) -> Any:
        for table in ("auth_user_user_permissions", "auth_user_groups"):
            run(f"DELETE FROM {table} WHERE user_id = %s", bob.user.pk)
        return approve_request(**said)

    reviewed = bob.review(step_url(request, "approve"), note="Fine", version=1)
    monkeypatch.setattr(request_steps, "approve_request", approve_late)
    with intruder:
        answer = bob.confirm(reviewed)

    assert answer.status_code == 200
    assert "You may not do this any more: the right to was taken away meanwhile." in text_of(answer)
    assert CreditRequest.objects.get().status == "PENDING"
