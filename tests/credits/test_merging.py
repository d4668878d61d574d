"""Two customers who are one become one by what two people decide, and nothing is lost or made by it."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from giftcards.models import CardEvent, GiftCard
from ledger.errors import AccountNotOpen, CustomerIsAnother, MergeRefused
from ledger.models import Account, AccountEvent, Customer, made_by
from ledger.operations import (
    AccountStatus,
    OpeningRow,
    import_opening_balances,
    issue_credit,
    refund_spend,
    spend_credit,
)
from ledger.queries import (
    find_account,
    find_customer_ids,
    find_customers_by_email,
    get_customer,
    get_store_credit,
    list_findings,
)
from storecredit.backoffice.privacy.anonymising import anonymise, find_traces
from storecredit.credits.errors import ApproverLimitExceeded, CustomerRequestRefused, RequestChanged, SelfApproval
from storecredit.credits.models import CustomerRequest
from storecredit.credits.operations import (
    CUSTOMER,
    CustomerRequestKind,
    RequestKind,
    approve_about_customer,
    cancel_about_customer,
    undo_about_customer,
)
from tests.credits.requests import given_request, party_of
from tests.factories.credits import ApproverLimitFactory, CustomerRequestFactory
from tests.factories.giftcards import GiftCardFactory
from tests.factories.people import UserFactory
from tests.ledger.attacks import insert, moment, refused_by, run
from tests.scenarios import (
    API,
    NOW,
    balance_of,
    days,
    given_credit,
    given_customer,
    given_hold,
    given_spend,
    history_of,
    lots_of,
    money,
    nothing_moves,
    refused,
    set_status,
    wallet_of,
)

pytestmark = pytest.mark.django_db

RIGHTS = ["credits.ask_about_customer", "credits.decide_about_customer"]


@pytest.fixture
def asker() -> User:
    return UserFactory.create(username="ann", permissions=RIGHTS)


@pytest.fixture
def decider() -> User:
    person = UserFactory.create(username="bob", permissions=RIGHTS)
    for most in ("1000.00 GBP", "1000.00 USD", "100000 JPY"):
        ApproverLimitFactory.create(user=person, per_request=money(most))
    return person


@pytest.fixture
def twin() -> Customer:
    return given_customer(number="OLD-1", email="ada@old.example")


@pytest.fixture
def survivor() -> Customer:
    return given_customer(number="NEW-1", email="ada@new.example")


def asked(asker: User, twin: Customer, survivor: Customer | None, **more: Any) -> CustomerRequest:
    return CustomerRequestFactory.create(party=party_of(asker), customer=twin, other=survivor, **more)


def approve(request: CustomerRequest, person: User, *, now: Any = NOW) -> CustomerRequest:
    return approve_about_customer(request_id=request.pk, party=party_of(person), now=now, note="yes")


def undo(request: CustomerRequest, person: User, *, now: Any = NOW) -> CustomerRequest:
    return undo_about_customer(request_id=request.pk, party=party_of(person), now=now, note="by mistake")


def test_all_that_a_twin_has_becomes_the_survivors_piece_by_piece(asker, decider, twin, survivor):
    pounds = given_credit("5.00 GBP", customer=twin, expires_at=days(-0.5), now=days(-1))
    given_credit("10.00 GBP", to=pounds, expires_at=days(30))
    yen = given_credit("700 JPY", customer=twin)
    own = given_credit("1.00 GBP", customer=survivor)
    card = GiftCardFactory.create(customer_id=twin.pk, customer_only=True)

    approve(asked(asker, twin, survivor), decider)

    assert (balance_of(pounds), balance_of(yen)) == ("0.00", "0")
    assert lots_of(own) == [("1.00", None), ("10.00", days(30))]
    assert history_of(pounds)[-2:] == [("EXPIRE", "-5.00"), ("TRANSFER", "-10.00")]
    assert wallet_of(survivor, "JPY").spendable_minor == 700
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into_id) == ("archived", survivor.pk)
    card = GiftCard.objects.get(pk=card.pk)
    assert (card.customer_id, card.customer_only) == (survivor.pk, True)
    told = CardEvent.objects.filter(card=card).latest("pk")
    assert (told.kind, told.note, told.actor_label) == ("ASSIGNED", "the same person", "bob")
    assert list(list_findings()) == []


def test_what_the_twin_was_known_by_leads_to_the_survivor_everywhere(asker, decider, twin, survivor):
    pounds = given_credit("10.00 GBP", customer=twin)
    spend = given_spend("4.00 GBP", account=pounds)
    approve(asked(asker, twin, survivor), decider)
    heir = Account.objects.get(customer=survivor)

    wallet = wallet_of(twin)
    assert (wallet.customer_id, wallet.account_id, wallet.spendable_minor) == (survivor.pk, heir.pk, 600)
    assert get_customer(identifier="old-1", test_mode=False) == survivor
    assert get_customer(identifier=twin.document_id, test_mode=False) == survivor
    assert find_customer_ids(numbers=["OLD-1"], test_mode=False) == {"OLD-1": survivor.pk}
    assert find_customers_by_email(emails=[twin.email], test_mode=False)[twin.email] == [(survivor.pk, "NEW-1")]
    assert find_account(number=pounds.number, test_mode=False) == heir
    assert get_store_credit(number=pounds.number, test_mode=False, now=NOW).account_id == heir.pk
    issue_credit(wallet=wallet, amount=money("2.00 GBP"), actor=API, now=NOW)
    refund_spend(transaction_id=spend.pk, amount=money("3.00 GBP"), actor=API, now=NOW)
    assert (balance_of(heir), balance_of(pounds)) == ("11.00", "0.00")
    assert list(list_findings()) == []


def test_a_file_that_was_brought_in_before_a_merger_brings_nothing_in_after_it(asker, decider, twin, survivor):
    # given a file with a balance of each, one by number and one by address
    rows = [OpeningRow(2, "OLD-1", "", 2500, "GBP"), OpeningRow(3, "", survivor.email, 500, "GBP")]
    said: dict[str, Any] = {"rows": rows, "expected_minor": {"GBP": 3000}, "actor": API, "now": NOW, "source": "a till"}
    import_opening_balances(**said)
    request = approve(asked(asker, twin, survivor), decider)

    # when the same file comes once more, merged and taken back, nothing comes in
    for _ in range(2):
        with nothing_moves():
            import_opening_balances(**said)
        if request.status == "APPROVED":
            request = undo(request, decider)

    # and what is new under the old number is whoever they are today's
    request = approve(asked(asker, twin, survivor), decider)
    import_opening_balances(**said | {"rows": [OpeningRow(2, "OLD-1", "", 700, "JPY")], "expected_minor": {"JPY": 700}})
    assert wallet_of(survivor, "JPY").spendable_minor == 700


def test_a_third_one_takes_along_who_was_merged_before_and_gives_them_back(asker, decider, twin, survivor):
    third = given_customer(number="THIRD-1")
    approve(asked(asker, twin, survivor), decider)
    second = approve(asked(asker, survivor, third), decider)

    assert get_customer(identifier="OLD-1", test_mode=False) == third
    with refused(CustomerRequestRefused):
        asked(asker, third, survivor)

    undo(second, asker)
    assert get_customer(identifier="OLD-1", test_mode=False) == survivor
    assert list(list_findings()) == []


def test_mergers_that_follow_one_another_are_taken_back_the_last_one_first(asker, decider, twin, survivor):
    # given somebody with nothing, who became another, who became a third
    third = given_customer(number="THIRD-1")
    first = approve(asked(asker, twin, survivor), decider)
    second = approve(asked(asker, survivor, third), decider)

    # when the first is taken back first, it is refused
    with nothing_moves(), refused(MergeRefused):
        undo(first, decider)
    assert get_customer(identifier="OLD-1", test_mode=False) == third

    # and in the order of before, each is themself again
    undo(second, decider)
    undo(first, decider)
    assert [get_customer(identifier=each, test_mode=False).number for each in ("OLD-1", "NEW-1", "THIRD-1")] == [
        "OLD-1", "NEW-1", "THIRD-1",
    ]  # fmt: skip


def test_nobody_comes_back_out_of_somebody_who_was_made_anonymous(asker, decider, twin, survivor):
    merger = approve(asked(asker, twin, survivor), decider)
    forgotten = approve(CustomerRequestFactory.create(customer=survivor, other=None, kind="ANONYMISE"), decider)
    traces = find_traces(customer_id=survivor.pk)
    anonymise(request=forgotten, traces=traces, actor=party_of(decider).actor, now=NOW)

    with nothing_moves(), refused(MergeRefused):
        undo(merger, decider)

    twin.refresh_from_db()
    assert (twin.status, twin.merged_into_id, twin.email) == ("archived", survivor.pk, "")


def test_it_is_taken_back_within_a_day_while_nothing_was_spent(asker, decider, twin, survivor):
    pounds = given_credit("10.00 GBP", customer=twin, expires_at=days(30))
    card = GiftCardFactory.create(customer_id=twin.pk)
    request = approve(asked(asker, twin, survivor), decider)
    own = Account.objects.get(customer=survivor, kind="STORE_CREDIT")

    with refused(CustomerRequestRefused):
        undo(request, decider, now=days(1.01))
    spend = spend_credit(account_id=own.pk, amount=money("0.01 GBP"), actor=API, now=NOW)
    with refused(MergeRefused):
        undo(request, decider)

    refund_spend(transaction_id=spend.pk, amount=money("0.01 GBP"), actor=API, now=NOW)
    undo(request, decider, now=days(1))
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into_id) == ("active", None)
    assert lots_of(pounds) == [("10.00", days(30))]
    assert (balance_of(own), GiftCard.objects.get(pk=card.pk).customer_id) == ("0.00", twin.pk)
    with refused(RequestChanged):
        undo(request, decider)
    assert list(list_findings()) == []


def test_it_is_refused_while_anything_of_the_twin_is_under_way(asker, decider, twin, survivor):
    pounds = given_credit("10.00 GBP", customer=twin)
    hold = given_hold("3.00 GBP", account=pounds)
    request = asked(asker, twin, survivor)

    with refused(SelfApproval):
        approve(request, asker)
    with refused(MergeRefused):
        approve(request, decider)
    set_status(account_id=pounds.pk, status=AccountStatus.FROZEN)
    with refused(MergeRefused):
        approve(request, decider, now=hold.expires_at)
    set_status(account_id=pounds.pk, status=AccountStatus.OPEN)
    given_request(kind=RequestKind.STORE_CREDIT, attributes={CUSTOMER: "OLD-1"})
    with refused(CustomerRequestRefused):
        approve(request, decider, now=hold.expires_at)
    with refused(CustomerRequestRefused):
        asked(asker, survivor, given_customer())
    with refused(CustomerRequestRefused):
        cancel_about_customer(request_id=request.pk, party=party_of(decider), now=NOW)


def test_test_and_live_never_come_together(asker, twin):
    with refused(CustomerRequestRefused):
        asked(asker, twin, given_customer(test_mode=True))
    with refused(CustomerRequestRefused):
        asked(asker, twin, twin)


def test_a_merger_moves_no_more_than_its_approver_may_approve(asker, twin, survivor):
    carl = UserFactory.create(username="carl", permissions=RIGHTS)
    limit = ApproverLimitFactory.create(user=carl, per_request=money("14.99 GBP"))
    own = given_credit("10.00 GBP", customer=twin)
    GiftCardFactory.create(customer_id=twin.pk, amount=money("5.00 GBP"))
    request = asked(asker, twin, survivor)

    with nothing_moves(), refused(ApproverLimitExceeded):
        approve(request, carl)
    limit.per_request = money("15.00 GBP")
    limit.save()
    approve(request, carl)

    assert (balance_of(own), wallet_of(survivor, "GBP").spendable_minor) == ("0.00", 1000)


def test_credit_moves_by_two_people_within_the_approvers_limit_and_goes_back(asker, twin, survivor):
    decider = UserFactory.create(username="carl", permissions=RIGHTS)
    pounds = given_credit("10.00 GBP", customer=twin, expires_at=days(30))
    request = asked(asker, twin, survivor, kind=CustomerRequestKind.MOVE, amount=money("4.00 GBP"))

    with refused(ApproverLimitExceeded):
        approve(request, decider)
    ApproverLimitFactory.create(user=decider, per_request=money("4.00 GBP"))
    approve(request, decider)

    own = Account.objects.get(customer=survivor)
    assert (lots_of(pounds), lots_of(own)) == ([("6.00", days(30))], [("4.00", days(30))])
    undo(request, asker)
    assert (lots_of(pounds), balance_of(own)) == ([("10.00", days(30))], "0.00")


def test_raw_sql_makes_nobody_another_without_two_people(asker, twin, survivor):
    request = asked(asker, twin, survivor)

    with refused_by("credits_customerrequest_merges"):
        run("UPDATE ledger_customer SET merged_into_id = %s, status = 'archived' WHERE id = %s", survivor.pk, twin.pk)
    with refused_by("credits_customerrequest_anonymises"):
        run("UPDATE ledger_customer SET anonymised_at = %s WHERE id = %s", moment(NOW), twin.pk)
    with refused_by("credits_customerrequest_four_eyes"):
        run(
            "UPDATE credits_customerrequest SET status = 'APPROVED', decided_by_id = %s, decided_at = %s WHERE id = %s",
            asker.pk,
            moment(NOW),
            request.pk,
        )
    with refused_by("credits_customerrequest_frozen"):
        run("UPDATE credits_customerrequest SET other_id = %s WHERE id = %s", given_customer().pk, request.pk)
    with refused_by("credits_customerrequest_no_delete"):
        run("DELETE FROM credits_customerrequest")
    with refused_by("credits_customerrequest_begins"):
        run(
            "INSERT INTO credits_customerrequest (kind, customer_id, other_id, currency, note, status, test_mode, "
            "requested_by_id, requested_label, door, created_at, decided_by_id, decided_label, decided_at, "
            "decision_note, undone_label, result) SELECT kind, customer_id, other_id, currency, note, 'APPROVED', "
            "test_mode, requested_by_id, requested_label, door, created_at, NULL, '', NULL, '', '', result "
            "FROM credits_customerrequest"
        )


def test_nobody_who_was_merged_is_opened_anything(asker, decider, twin, survivor):
    pounds = given_credit("10.00 GBP", customer=twin)
    before = wallet_of(twin)
    approve(asked(asker, twin, survivor), decider)

    with refused(AccountNotOpen):
        issue_credit(wallet=before, amount=money("1.00 GBP"), actor=API, now=NOW)
    with refused_by("ledger_account_not_of_merged"):
        insert(
            "ledger_account",
            number="SC-X",
            kind="STORE_CREDIT",
            customer_id=twin.pk,
            currency="EUR",
            status="OPEN",
            balance_minor=0,
            held_minor=0,
            sequence=0,
            test_mode=False,
            created_at=moment(NOW),
        )
    with nothing_moves(), refused(CustomerIsAnother):
        set_status(account_id=pounds.pk, status=AccountStatus.OPEN)
    AccountEvent.objects.create(account=pounds, from_status="CLOSED", to_status="OPEN", **made_by(API, NOW))
    with refused_by("ledger_account_of_merged_stays_closed"):
        run("UPDATE ledger_account SET status = 'OPEN' WHERE id = %s", pounds.pk)
