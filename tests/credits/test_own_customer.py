"""Whoever is a customer themself moves none of that customer's money and decides nothing about it, at no door."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User

from giftcards.operations import (
    CardRow,
    assign_card,
    block_card,
    change_recipient,
    create_card,
    extend_card,
    import_cards,
    move_card_to_store_credit,
    queue_delivery,
    redeem_card,
    reload_card,
    replace_card,
    reveal_code,
    seal_number,
    unblock_card,
    void_card,
)
from ledger.errors import OwnCustomer
from ledger.models import Account
from ledger.operations import (
    AccountStatus,
    Actor,
    ActorKind,
    OpeningRow,
    TransactionType,
    add_credit,
    adjust_credit,
    capture_hold,
    extend_hold,
    import_opening_balances,
    issue_credit,
    place_hold,
    refund_spend,
    release_hold,
    reverse_transaction,
    set_account_status,
    spend_credit,
    transfer_credit,
    update_customer,
    void_credit,
)
from storecredit.audit.operations import acting
from storecredit.checkouts.operations import settle_shortfall
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import (
    CUSTOMER,
    RequestKind,
    approve_about_customer,
    approve_batch,
    approve_request,
    cancel_request,
    fail_request,
    refuse_about_customer,
    reject_request,
    undo_about_customer,
)
from storecredit.credits.queries import Part, get_chances, list_decidable, list_parts
from storecredit.finance.operations import approve_correction, explain_finding, note_finding, reject_correction
from tests.callers import given_client
from tests.credits.by_hand import tell
from tests.credits.oneself import WHY, WORDS, Stage, words_of
from tests.credits.requests import (
    given_approver,
    given_limit,
    given_person,
    given_policy,
    given_request,
    party_of,
    party_of_client,
)
from tests.factories.credits import CreditRequestBatchFactory, CustomerRequestFactory, PersonCustomerFactory
from tests.factories.finance import ReconciliationFindingFactory
from tests.factories.people import permissions_named
from tests.factories.periods import CorrectionFactory
from tests.factories.vendor import CreditDeductionFactory
from tests.giftcards.cards import given_card, seen
from tests.ledger.attacks import refused_by
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    balance_of,
    days,
    given_credit,
    given_customer,
    given_hold,
    given_spend,
    money,
    refused,
    wallet_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> User:
    # Apart from the made-up numbers of other tests' actors.
    bob = given_person("bob", pk=4711, permissions=["credits.decide_request", "credits.decide_about_customer"])
    given_limit(bob, "1000.00 GBP")
    return bob


@pytest.fixture(params=["by hand", "by an API client of his"])
def stage(request: pytest.FixtureRequest, bob: User) -> Stage:
    customer = PersonCustomerFactory.create(person=bob).customer
    actor = Actor(kind=ActorKind.STAFF, id=str(bob.pk), label="bob", door="admin")
    if request.param != "by hand":
        given_client()  # which nobody owns, and other tests' actors are
        client = given_client(owner=bob, name="till").client
        actor = Actor(kind=ActorKind.API, id=str(client.pk), label="till", door="api:tiquo", owner="bob")
    return Stage(
        bob=bob,
        customer=customer,
        account=given_credit("50.00 GBP", customer=customer),
        other=given_credit("50.00 GBP"),
        card=given_card(customer_id=customer.pk),
        foreign=given_card(),
        actor=actor,
    )


def _of_account(do: Callable[..., Any], **more: Any) -> Callable[[Stage], Callable[[], Any]]:
    said = {"amount": money("5.00 GBP"), "why": WHY} | more
    return lambda s: partial(do, account_id=s.account.pk, actor=s.actor, now=NOW, **said)


def _of_card(do: Callable[..., Any], **more: Any) -> Callable[[Stage], Callable[[], Any]]:
    return lambda s: partial(do, card_id=s.card.id, actor=s.actor, now=NOW, why=WHY, **more)


def _of_money(do: Callable[..., Any], amount: str = "5.00 GBP", **more: Any) -> Callable[..., Any]:
    return partial(do, amount=money(amount), now=NOW, **more)


def _unblock(s: Stage) -> Callable[[], Any]:
    block_card(card_id=s.card.id, actor=STAFF, now=NOW, why=WHY)
    return _of_card(unblock_card)(s)


def _import_card(s: Stage) -> Callable[[], Any]:
    number = seal_number("BOBS-OWN-CARD-77")
    assert number is not None
    row = CardRow(
        line=1, number=number, balance_minor=500, currency="GBP", time_zone="UTC",
        customer_number=s.customer.number,
    )  # fmt: skip
    return partial(import_cards, rows=[row], actor=s.actor, now=NOW, source="cards.csv")


def _import_balance(s: Stage) -> Callable[[], Any]:
    row = OpeningRow(line=1, customer_number=s.customer.number, customer_email="", balance_minor=500, currency="USD")
    said: dict[str, Any] = {"expected_minor": {"USD": 500}, "source": "balances.csv"}
    return partial(import_opening_balances, rows=[row], actor=s.actor, now=NOW, **said)


#: What is done, each prepared by others and done by Bob.
MOVES: dict[str, Callable[[Stage], Callable[[], Any]]] = {
    "issue": lambda s: _of_money(issue_credit, wallet=wallet_of(s.customer), actor=s.actor, why=WHY),
    "issue in a first currency": lambda s: _of_money(
        issue_credit, "5.00 EUR", wallet=wallet_of(s.customer, "EUR"), actor=s.actor, why=WHY
    ),
    "add": _of_account(add_credit, type=TransactionType.LOAD),
    "debit": _of_account(spend_credit),
    "adjust": _of_account(adjust_credit),
    "void": lambda s: partial(void_credit, account_id=s.account.pk, actor=s.actor, now=NOW, why=WHY),
    "refund": lambda s: _of_money(
        refund_spend, transaction_id=given_spend("5.00 GBP", account=s.account).pk, actor=s.actor
    ),
    "reverse": lambda s: partial(
        reverse_transaction, transaction_id=s.account.transactions.get().pk, actor=s.actor, now=NOW, why=WHY
    ),
    "move away": lambda s: _of_money(transfer_credit, source_id=s.account.pk, target_id=s.other.pk, actor=s.actor),
    "move here": lambda s: _of_money(transfer_credit, source_id=s.other.pk, target_id=s.account.pk, actor=s.actor),
    "hold": _of_account(place_hold, expires_at=days(1)),
    "capture": lambda s: partial(
        capture_hold, hold_id=given_hold("5.00 GBP", account=s.account).pk, actor=s.actor, now=NOW
    ),
    "hold for longer": lambda s: partial(
        extend_hold,
        hold_id=given_hold("5.00 GBP", account=s.account).pk,
        expires_at=days(30),
        actor=s.actor,
        now=NOW,
    ),
    "let go": lambda s: partial(
        release_hold, hold_id=given_hold("5.00 GBP", account=s.account).pk, actor=s.actor, now=NOW
    ),
    "freeze": lambda s: partial(
        set_account_status, account_id=s.account.pk, status=AccountStatus.FROZEN, actor=s.actor, now=NOW, note="x"
    ),
    "make a card": lambda s: _of_money(create_card, actor=s.actor, customer_id=s.customer.pk, why=WHY),
    "reload a card": lambda s: _of_money(reload_card, card=seen(s.card), actor=s.actor, why=WHY),
    "spend a card": lambda s: _of_money(redeem_card, card=seen(s.card), actor=s.actor),
    "block a card": _of_card(block_card),
    "unblock a card": _unblock,
    "extend a card": _of_card(extend_card, expires_on=days(4000).date()),
    "replace a card": _of_card(replace_card),
    "void a card": _of_card(void_card),
    "give a card away": _of_card(assign_card, customer_id=None),
    "take a card": lambda s: partial(
        assign_card, card_id=s.foreign.id, customer_id=s.customer.pk, actor=s.actor, now=NOW, why=WHY
    ),
    "move a card to store credit": lambda s: partial(
        move_card_to_store_credit, card_id=s.foreign.id, customer_id=s.customer.pk, actor=s.actor, now=NOW, why=WHY
    ),
    "send a card": _of_card(queue_delivery, address="bob@example.com", language="en", may_reveal=True),
    "change a recipient": _of_card(change_recipient, name="Bob", email="bob@example.com"),
    "settle a shortfall": lambda s: partial(
        settle_shortfall,
        deduction_id=CreditDeductionFactory.create(account=s.account, amount=Decimal("80.00")).pk,
        resolution="waived",
        actor=s.actor,
        now=NOW,
    ),
    "import a card": _import_card,
    "import a balance": _import_balance,
}


def test_moves_none_of_their_own_money(stage):
    assert words_of(stage, MOVES) == dict.fromkeys(MOVES, WORDS)


def test_moves_what_is_not_theirs_and_looks_at_what_is(stage):
    assert spend_credit(account_id=stage.other.pk, amount=money("5.00 GBP"), actor=stage.actor, now=NOW).pk
    assert reload_card(card=seen(stage.foreign), amount=money("5.00 GBP"), actor=stage.actor, now=NOW, why=WHY).pk
    assert reveal_code(card_id=stage.card.id, actor=stage.actor, now=NOW, why=WHY)
    assert (balance_of(stage.account), balance_of(stage.other)) == ("50.00", "45.00")


def test_a_client_that_nobody_owns_serves_them_as_anybody_else(stage):
    spend_credit(account_id=stage.account.pk, amount=money("5.00 GBP"), actor=API, now=NOW)

    assert balance_of(stage.account) == "45.00"


def test_whom_they_were_merged_into_is_theirs_too(stage):
    survivor = given_customer()
    colleague = given_approver("carol", "1000.00 GBP")
    colleague.user_permissions.add(*permissions_named("credits.decide_about_customer"))
    asked = CustomerRequestFactory.create(customer=stage.customer, other=survivor)
    approve_about_customer(request_id=asked.pk, party=party_of(colleague), now=NOW)

    with refused(OwnCustomer):
        issue_credit(wallet=wallet_of(survivor), amount=money("5.00 GBP"), actor=stage.actor, now=NOW, why=WHY)


# Deciding


def _request(s: Stage, **fields: Any) -> CreditRequest:
    named = {"kind": RequestKind.STORE_CREDIT, "attributes": {CUSTOMER: s.customer.number}}
    return given_request("21.50 GBP", **named | fields)


def _decided(do: Callable[..., Any], **more: Any) -> Callable[[Stage], Callable[[], Any]]:
    return lambda s: partial(do, request_id=_request(s).pk, party=party_of(s.bob), now=NOW, **more)


def _about(do: Callable[..., Any], **asked: Any) -> Callable[[Stage], Callable[[], Any]]:
    def prepare(s: Stage) -> Callable[[], Any]:
        request = CustomerRequestFactory.create(customer=s.customer, **asked)
        return partial(do, request_id=request.pk, party=party_of(s.bob), now=NOW, note="x")

    return prepare


def _undo(s: Stage) -> Callable[[], Any]:
    colleague = given_approver("carol", "1000.00 GBP")
    colleague.user_permissions.add(*permissions_named("credits.decide_about_customer"))
    asked = CustomerRequestFactory.create(customer=s.customer)
    approve_about_customer(request_id=asked.pk, party=party_of(colleague), now=NOW)
    return partial(undo_about_customer, request_id=asked.pk, party=party_of(s.bob), now=NOW, note="x")


def _corrected(do: Callable[..., Any]) -> Callable[[Stage], Callable[[], Any]]:
    return lambda s: partial(
        do, correction_id=CorrectionFactory.create(account=s.account).pk, party=party_of(s.bob), now=NOW
    )


def _found(of: Callable[[Stage], dict[str, str]]) -> Callable[[Stage], Callable[[], Any]]:
    def prepare(s: Stage) -> Callable[[], Any]:
        finding = ReconciliationFindingFactory.create(**{"account_number": "", "subject_id": "?"} | of(s))
        note_finding(finding_id=finding.pk, actor=s.actor, now=NOW, note="Seen")
        return partial(explain_finding, finding_id=finding.pk, actor=s.actor, now=NOW, note="x")

    return prepare


def _batch(s: Stage) -> Callable[[], Any]:
    own = {"amount": money("1.00 GBP"), "kind": RequestKind.STORE_CREDIT, "attributes": {CUSTOMER: s.customer.number}}
    batch = CreditRequestBatchFactory.create(wanted=({"amount": money("1.00 GBP")}, own))
    return partial(approve_batch, batch_id=batch.pk, party=party_of(s.bob), now=NOW)


DECISIONS: dict[str, Callable[[Stage], Callable[[], Any]]] = {
    "approve": _decided(approve_request),
    "approve for a card of theirs": lambda s: partial(
        approve_request, request_id=given_request("1.00 GBP", card_id=s.card.id).pk, party=party_of(s.bob), now=NOW
    ),
    "approve a card that is to be theirs": lambda s: partial(
        approve_request,
        request_id=given_request("1.00 GBP", terms={"customer_id": s.customer.pk}).pk, party=party_of(s.bob), now=NOW,
    ),
    "reject": _decided(reject_request),
    "cancel for others": _decided(cancel_request, may_decide=True),
    "fail": _decided(fail_request),
    "approve a file": _batch,
    "merge": _about(approve_about_customer),
    "refuse a merger": _about(refuse_about_customer),
    "move": _about(approve_about_customer, kind="MOVE", amount=money("1.00 GBP")),
    "make anonymous": _about(approve_about_customer, kind="ANONYMISE", other=None),
    "take back": _undo,
    "approve a correction": _corrected(approve_correction),
    "reject a correction": _corrected(reject_correction),
    "explain a finding": _found(lambda s: {"account_number": s.account.number}),
    "explain a finding about a card of theirs": _found(
        lambda s: {"subject_kind": "account", "subject_id": Account.objects.get(pk=s.card.account_id).number}
    ),
    "explain a finding about themselves": _found(
        lambda s: {"subject_kind": "customer", "subject_id": s.customer.number}
    ),
}  # fmt: skip


@pytest.mark.parametrize("stage", ["by hand"], indirect=True)
def test_decides_nothing_about_themselves(stage):
    assert words_of(stage, DECISIONS) == dict.fromkeys(DECISIONS, WORDS)


@pytest.mark.parametrize("stage", ["by hand"], indirect=True)
def test_what_pays_them_is_not_offered_to_them_to_approve_and_others_are_named(stage):
    given_approver("carol", "1000.00 GBP")
    request = _request(stage)

    assert list_parts(requests=[request], person_id=stage.bob.pk) == {request.pk: Part.OWN}
    assert list(list_decidable(person_id=stage.bob.pk, now=NOW)) == []
    assert get_chances(requests=[request])[request.pk].names == ("carol",)


@pytest.mark.parametrize("stage", ["by hand"], indirect=True)
def test_takes_back_what_they_asked_for_themselves(stage):
    request = _request(stage, by=stage.bob)

    cancel_request(request_id=request.pk, party=party_of(stage.bob), now=NOW, may_decide=False)

    assert CreditRequest.objects.get(pk=request.pk).status == "CANCELED"


@pytest.mark.parametrize("stage", ["by hand"], indirect=True)
def test_no_policy_approves_what_their_own_client_asks_for_them(stage):
    # given a policy that approves at once what clients ask for
    given_policy("GBP", auto="50.00")
    client = given_client(["credits:request"], owner=stage.bob).client
    asks = party_of_client(client.pk, stage.bob)

    # when Bob's client asks for a stranger, and for him
    paid = _request(stage, by=asks, attributes={CUSTOMER: stage.other.customer.number})
    own = _request(stage, by=asks)

    # then his waits for a person
    assert (paid.status, own.status) == ("CONFIRMED", "PENDING")
    assert balance_of(stage.account) == "50.00"


@pytest.mark.parametrize("stage", ["by hand"], indirect=True)
def test_the_database_refuses_a_vote_and_a_state_of_their_own(stage):
    request = _request(stage)

    with refused_by("credits_creditrequestevent_of_oneself"):
        tell(request, "VOTED", person=stage.bob)
    with acting(actor=stage.actor, now=NOW), refused(OwnCustomer):
        update_customer(customer_id=stage.customer.pk, changes={"status": "banned"}, now=NOW)
