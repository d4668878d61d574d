"""What was wrong is put right in the open month: one person asks, another approves, and with that it is posted."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from ledger.errors import AmountNotPositive, BooksClosed, CreditAlreadySpent, CurrencyMismatch
from ledger.operations import Actor, ActorKind, Why, close_books, complete_cuts, reverse_transaction, take_cut
from storecredit.credits.errors import ApproverLimitExceeded
from storecredit.credits.operations import Party
from storecredit.finance.errors import (
    CardNotAdjusted,
    CorrectionDecided,
    CorrectionMalformed,
    CorrectionOfSomebodyElse,
    OwnCorrection,
    PersonMissing,
)
from storecredit.finance.models import Correction
from storecredit.finance.operations import (
    approve_correction,
    ask_correction,
    cancel_correction,
    reject_correction,
)
from tests.factories.api import ApiClientFactory
from tests.factories.credits import ApproverLimitFactory
from tests.factories.finance import ReconciliationFindingFactory
from tests.factories.people import UserFactory
from tests.factories.periods import CorrectionFactory, party_of
from tests.giftcards.cards import given_card
from tests.ledger.attacks import run as run_sql
from tests.scenarios import (
    NOW,
    SYSTEM,
    balance_of,
    days,
    entries_of,
    given_credit,
    given_spend,
    given_transfer,
    history_of,
    money,
    nothing_moves,
)

pytestmark = pytest.mark.django_db


def given_approver(limit: str = "100.00 GBP", **fields: Any) -> Party:
    person = UserFactory.create(**fields)
    ApproverLimitFactory.create(user=person, per_request=money(limit), per_day=None)
    return party_of(person)


@pytest.fixture
def asker() -> Party:
    return party_of(UserFactory.create())


def close_until(moment: datetime) -> None:
    cut = take_cut(boundary=moment, actor=SYSTEM, now=moment)
    complete_cuts(now=moment)
    close_books(cut=cut, actor=SYSTEM, now=moment)


@pytest.mark.parametrize(("amount", "balance"), [("2.00 GBP", "22.00"), ("-5.00 GBP", "15.00")])
def test_an_adjustment_moves_nothing_until_somebody_else_approves_it(asker, amount, balance):
    account = given_credit("20.00 GBP")
    with nothing_moves():
        asked = ask_correction(party=asker, now=days(1), account_id=account.pk, amount=money(amount), note="Miscounted")

    approved = approve_correction(correction_id=asked.pk, party=given_approver(), now=days(2))

    assert (balance_of(account), approved.status) == (balance, "APPROVED")
    entry = entries_of(account)[-1]
    assert (approved.transaction, entry.type, entry.created_at) == (entry, "ADJUST", days(2))
    assert entry.details["correction"] == asked.pk
    assert entry.details["requested_by"] == asker.actor.label


def test_an_entry_of_a_closed_month_is_undone_by_a_correction_alone(asker):
    account = given_credit("20.00 GBP")
    spend = given_spend("7.00 GBP", account=account, now=days(1))
    close_until(days(10))

    with nothing_moves(), pytest.raises(BooksClosed):
        reverse_transaction(transaction_id=spend.pk, actor=SYSTEM, now=days(11), why=Why(note="rung up twice"))
    asked = ask_correction(party=asker, now=days(11), entry_id=spend.pk, note="Rung up twice")
    approve_correction(correction_id=asked.pk, party=given_approver(), now=days(12))

    assert history_of(account) == [("ISSUE", "20.00"), ("REDEEM", "-7.00"), ("REVERSE", "7.00")]
    later = given_spend("1.00 GBP", account=account, now=days(13))
    reverse_transaction(transaction_id=later.pk, actor=SYSTEM, now=days(13), why=Why(note="rung up twice"))


def test_a_move_is_undone_on_both_its_accounts(asker):
    source, target = given_credit("20.00 GBP"), given_credit("1.00 GBP")
    given_transfer("5.00 GBP", source=source, target=target, now=days(1))
    asked = ask_correction(party=asker, now=days(2), entry_id=entries_of(target)[-1].pk, note="The wrong customer")

    approve_correction(correction_id=asked.pk, party=given_approver(), now=days(2))

    assert (balance_of(source), balance_of(target)) == ("20.00", "1.00")


def test_whoever_asked_does_not_approve_even_as_a_superuser_and_nor_does_whoever_owns_the_client(asker):
    account = given_credit("20.00 GBP")
    owner = given_approver(is_superuser=True)
    client = ApiClientFactory.create(owner=User.objects.get(username=owner.actor.label))
    till = Party(
        actor=Actor(kind=ActorKind.API, id=str(client.pk), label=client.name, door="api:ours"),
        person_id=owner.person_id,
        client_id=client.pk,
    )
    asked = ask_correction(party=till, now=NOW, account_id=account.pk, amount=money("1.00 GBP"), note="Miscounted")

    for party in (owner, till):
        with nothing_moves(), pytest.raises(OwnCorrection):
            approve_correction(correction_id=asked.pk, party=party, now=days(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql(
            f"UPDATE finance_correction SET status = 'APPROVED', decided_by_id = {owner.person_id}, "
            f"decided_at = asked_at, transaction_id = '{entries_of(account)[0].pk.hex}'"
        )


def test_the_approver_has_a_limit_and_decides_once(asker):
    account = given_credit("20.00 GBP")
    asked = CorrectionFactory.create(account=account, amount=money("-11.00 GBP"))

    with nothing_moves(), pytest.raises(ApproverLimitExceeded):
        approve_correction(correction_id=asked.pk, party=given_approver("10.00 GBP"), now=days(1))
    with nothing_moves():
        rejected = reject_correction(correction_id=asked.pk, party=given_approver(), now=days(1), note="Counted again")
        with pytest.raises(CorrectionDecided):
            approve_correction(correction_id=asked.pk, party=given_approver(), now=days(2))

    assert (rejected.status, rejected.decision_note) == ("REJECTED", "Counted again")


def test_only_who_asked_takes_it_back(asker):
    asked = CorrectionFactory.create()

    with pytest.raises(CorrectionOfSomebodyElse):
        cancel_correction(correction_id=asked.pk, party=asker, now=NOW)
    assert cancel_correction(correction_id=asked.pk, party=party_of(asked.asked_by), now=NOW).status == "CANCELED"


def test_what_the_books_refuse_is_not_even_asked_for(asker):
    account, card = given_credit("20.00 GBP"), given_card("8.00 GBP")
    given_spend("15.00 GBP", account=account, now=days(1))
    (issue, _spend) = entries_of(account)
    nobody = Party(actor=SYSTEM, person_id=None)
    adjusting = {"account_id": account.pk, "amount": money("1.00 GBP")}
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (CreditAlreadySpent, {"party": asker, "entry_id": issue.pk}),
        (CurrencyMismatch, {"party": asker, **adjusting, "amount": money("1.00 EUR")}),
        (AmountNotPositive, {"party": asker, **adjusting, "amount": money("0.00 GBP")}),
        (CardNotAdjusted, {"party": asker, **adjusting, "account_id": card.account_id}),
        (CorrectionMalformed, {"party": asker}),
        (CorrectionMalformed, {"party": asker, "amount": money("1.00 GBP")}),
        (PersonMissing, {"party": nobody, **adjusting}),
    ]

    for error, said in wrong:
        with nothing_moves(), pytest.raises(error):
            ask_correction(now=days(2), note="Wrong", **said)
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE finance_correction SET amount_minor = amount_minor + 1",
        "UPDATE finance_correction SET note = 'Another'",
        "UPDATE finance_correction SET status = 'APPROVED', decided_by_id = asked_by_id, decided_at = asked_at",
        "DELETE FROM finance_correction",
    ],
)
def test_no_statement_changes_what_was_asked_for(sql):
    CorrectionFactory.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql(sql)


def test_a_finding_is_corrected_by_the_correction_that_was_approved_for_it(asker):
    finding = ReconciliationFindingFactory.create()
    account = given_credit("20.00 GBP")
    asked = ask_correction(
        party=asker, now=days(1), account_id=account.pk, amount=money("2.00 GBP"), note="Found", finding_id=finding.pk
    )
    finding.refresh_from_db()
    assert (finding.state, finding.events.get().correction) == ("OPEN", asked)

    approve_correction(correction_id=asked.pk, party=given_approver(), now=days(2))

    finding.refresh_from_db()
    assert (finding.state, finding.events.latest("pk").correction) == ("CORRECTED", asked)
