"""What one person did on both sides is found, rule by rule, and nothing else is."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

from giftcards.models import CardEvent
from giftcards.operations import change_recipient, queue_delivery
from ledger.models import Transaction
from ledger.operations import Actor, ActorKind, TransactionType, Why
from storecredit.api.operations import Maker, change_api_client, rotate_api_key
from storecredit.audit.models import Activity
from storecredit.audit.operations import ActivityKind, Subject
from storecredit.backoffice.models import AccessChange, ChangeKind
from storecredit.credits.operations import CUSTOMER, RequestKind, approve_request
from storecredit.finance.models import Period
from storecredit.finance.operations import explain_finding
from storecredit.finance.queries import RULES, list_duties
from tests.backoffice.exporting import lines_of
from tests.backoffice.staff import Staff, text_of
from tests.callers import given_client
from tests.credits.by_hand import tell
from tests.credits.requests import given_approver, given_request, party_of
from tests.factories.audit import ActivityFactory
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.credits import CreditRequestBatchFactory, PersonCustomerFactory
from tests.factories.finance import ReconciliationFindingFactory
from tests.factories.people import GroupFactory, UserFactory
from tests.factories.periods import ClosedPeriodFactory, staff_of
from tests.giftcards.cards import given_card
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, given_account, given_credit, given_customer

pytestmark = pytest.mark.django_db

Found = dict[str, list[tuple[Any, ...]]]
DAY = timedelta(days=1)
WHY = Why(note="because")


@pytest.fixture
def bob() -> User:
    return UserFactory.create(pk=4711, username="bob")


@pytest.fixture
def carol() -> User:
    return UserFactory.create(pk=4712, username="carol")


def found(**span: Any) -> Found:
    """What was found by the rules that found anything: who, the one side, the other, and how much."""
    asked = list_duties(rules=RULES, **{"since": NOW - DAY, "until": NOW + DAY} | span)
    return {
        rule: [
            (each.person, f"{each.one.kind} {each.one.id}", f"{each.other.kind} {each.other.id}",
             each.currency, each.amount_minor)
            for each in duties
        ]
        for rule, duties in asked.items()
        if duties
    }  # fmt: skip


def given_change(kind: ChangeKind, by: User, subject: Any, before: Any = None, after: Any = None) -> str:
    """A raise that somebody asked for and Dave approved; what the report calls it."""
    change = AccessChangeFactory.create(kind=kind, asked_by=by, subject_id=str(subject), before=before, after=after)
    dave = UserFactory.create(username="dave", is_superuser=True)
    decided = AccessChange.objects.filter(pk=change.pk)
    decided.update(state="DOING", decided_by=dave, decided_door="admin", decided_at=NOW)
    decided.update(state="APPLIED")
    return f"backoffice.accesschange {change.pk}"


def done_by(person: User, kind: ActivityKind, subject: str, id: Any, **more: Any) -> str:
    row = ActivityFactory.create(actor=staff_of(person), kind=kind, subject=Subject(subject, str(id)), **more)
    return f"audit.activity {row.pk}"


def issued_by(person: User, amount: str, **more: Any) -> str:
    account = given_credit(amount, actor=staff_of(person), **more)
    return f"ledger.transaction {Transaction.objects.get(account=account).pk}"


def asked_by(person: User, voter: User, **how: Any) -> str:
    """A request that was approved once, as its history tells."""
    request = given_request("21.50 USD", by=person)
    tell(request, "VOTED", person=voter, **how)
    return f"credits.creditrequest {request.pk}"


# A scenario for each rule


def decided_own(bob: User, carol: User) -> Found:
    asked = asked_by(bob, bob)
    return {"decided_own": [("bob", asked, asked, "USD", 2150)]}


def closed_and_approved(bob: User, carol: User) -> Found:
    period = ClosedPeriodFactory.create()
    with triggers_off("finance", checks=[("finance_period", "finance_period_four_eyes")]):
        Period.objects.filter(pk=period.pk).update(closed_by=bob, approved_by=bob, closed_at=NOW)
    return {"closed_and_approved": [("bob", "finance.period 1", "finance.period 1", "", None)]}


def raised_own_role(bob: User, carol: User) -> Found:
    role = GroupFactory.create()
    bob.groups.add(role)
    change = given_change(ChangeKind.ISSUE_LIMIT, bob, "", after={"group_id": role.pk, "currency": "USD"})
    return {"raised_own_role": [("bob", change, f"auth.group {role.pk}", "", None)]}


def raised_and_issued(bob: User, carol: User) -> Found:
    amounts = {"currency": "USD", "amount": "100.0000"}, {"currency": "USD", "amount": "500.0000"}
    change = given_change(ChangeKind.ISSUE_CEILING, bob, "1", *amounts)
    issued_by(bob, "100.00 USD")
    above = issued_by(bob, "100.01 USD")
    return {"raised_and_issued": [("bob", change, above, "USD", 10001)]}


def raised_their_approver(bob: User, carol: User) -> Found:
    change = given_change(ChangeKind.PERSON, bob, carol.pk, {"roles": []}, {"roles": [1]})
    return {"raised_their_approver": [("bob", change, asked_by(bob, carol), "USD", 2150)]}


def loosened_and_asked(bob: User, carol: User) -> Found:
    change = given_change(ChangeKind.POLICY, bob, "", after={"currency": "USD", "code": ""})
    request = given_request("21.50 USD", by=bob)
    approve_request(request_id=request.pk, party=party_of(given_approver("erin")), now=NOW)
    return {"loosened_and_asked": [("bob", change, f"credits.creditrequest {request.pk}", "USD", 2150)]}


def raised_client_and_read_key(bob: User, carol: User) -> Found:
    client = given_client(name="till").client
    rotate_api_key(name="till", now=NOW, maker=Maker(person=bob, door="admin"))
    change = given_change(ChangeKind.CLIENT, bob, client.pk)
    return {"raised_client_and_read_key": [("bob", change, f"api.apiclient {client.pk}", "", None)]}


def asked_and_read_key(bob: User, carol: User) -> Found:
    client = given_client(name="till").client
    rotate_api_key(name="till", now=NOW, maker=Maker(person=bob, door="admin"))
    change_api_client(client_id=client.pk, changes={"owner": carol}, now=NOW)
    asked = asked_by(bob, carol, actor_kind="API", actor_id=str(client.pk))
    return {"asked_and_read_key": [("bob", asked, f"api.apiclient {client.pk}", "USD", 2150)]}


def changed_contact_and_gave(bob: User, carol: User) -> Found:
    customer = given_customer()
    done_by(bob, ActivityKind.CHANGED, "ledger.customer", customer.pk, details={"changed": ["first_name"]})
    did = done_by(bob, ActivityKind.CHANGED, "ledger.customer", customer.pk, details={"changed": ["email"]})
    gave = issued_by(bob, "5.00 USD", customer=customer)
    issued_by(carol, "6.00 EUR", customer=customer)
    return {"changed_contact_and_gave": [("bob", did, gave, "USD", 500)]}


def changed_recipient_and_sent(bob: User, carol: User) -> Found:
    card = given_card("25.00 GBP")
    said: dict[str, Any] = {"card_id": card.id, "actor": staff_of(bob), "now": NOW, "why": WHY}
    change_recipient(name="Bob", email="bob@example.org", **said)
    queue_delivery(address="bob@example.org", language="en", may_reveal=True, **said)
    sent = CardEvent.objects.get(kind="SENDING")
    rows = [("bob", f"giftcards.giftcard {card.id}", f"giftcards.cardevent {sent.pk}", "GBP", None)]
    return {"changed_recipient_and_sent": rows}


def served_oneself(bob: User, carol: User) -> Found:
    customer = PersonCustomerFactory.create(person=carol).customer
    # Whoever served themselves before they were linked.
    with triggers_off("credits"):
        gave = issued_by(carol, "5.00 USD", customer=customer)
    return {"served_oneself": [("carol", f"ledger.customer {customer.pk}", gave, "USD", 500)]}


def changed_oneself(bob: User, carol: User) -> Found:
    customer = PersonCustomerFactory.create(person=carol).customer
    did = done_by(carol, ActivityKind.CHANGED, "ledger.customer", customer.pk, details={"changed": ["phone"]})
    done_by(bob, ActivityKind.CHANGED, "ledger.customer", customer.pk, details={"changed": ["phone"]})
    return {"changed_oneself": [("carol", f"ledger.customer {customer.pk}", did, "", None)]}


def decided_for_oneself(bob: User, carol: User) -> Found:
    customer = given_customer(number="BOB-1", email="bob@example.com")
    User.objects.filter(pk=bob.pk).update(email="bob@example.com")
    request = given_request("5.00 USD", by=carol, kind=RequestKind.STORE_CREDIT, attributes={CUSTOMER: "BOB-1"})
    tell(request, "VOTED", person=bob)
    oneself, asked = f"ledger.customer {customer.pk}", f"credits.creditrequest {request.pk}"
    return {
        "decided_for_oneself": [("bob", oneself, asked, "USD", 500)],
        "same_address_unlinked": [("bob", f"auth.user {bob.pk}", oneself, "", None)],
    }


def asked_for_oneself(bob: User, carol: User) -> Found:
    customer = given_customer(number="BOB-1")
    PersonCustomerFactory.create(person=bob, customer=customer)
    asked: dict[str, Any] = {"kind": RequestKind.STORE_CREDIT, "attributes": {CUSTOMER: "BOB-1"}}
    request = given_request("5.00 USD", by=bob, **asked)
    given_request("6.00 USD", by=carol, **asked)
    oneself = f"ledger.customer {customer.pk}"
    return {"asked_for_oneself": [("bob", oneself, f"credits.creditrequest {request.pk}", "USD", 500)]}


def same_address_unlinked(bob: User, carol: User) -> Found:
    customer = given_customer(email="bob@example.com")
    User.objects.filter(pk=bob.pk).update(email="Bob@Example.com")
    linked = given_customer(email="carol@example.com")
    User.objects.filter(pk=carol.pk).update(email="carol@example.com")
    PersonCustomerFactory.create(person=carol, customer=linked)
    rows = [("bob", f"auth.user {bob.pk}", f"ledger.customer {customer.pk}", "", None)]
    return {"same_address_unlinked": rows}


def imported_and_approved(bob: User, carol: User) -> Found:
    batch = CreditRequestBatchFactory.create(party=party_of(bob))
    request = batch.requests.order_by("amount_minor")[0]
    tell(request, "VOTED", person=bob)
    asked = f"credits.creditrequest {request.pk}"
    return {
        "decided_own": [("bob", asked, asked, "USD", 1000)],
        "imported_and_approved": [("bob", f"credits.creditrequestbatch {batch.pk}", asked, "USD", 1000)],
    }


def secret_and_events(bob: User, carol: User) -> Found:
    event = uuid4()
    changed = done_by(bob, ActivityKind.SECRET_CHANGED, "checkouts.webhooksecret", 1)
    done_by(bob, ActivityKind.DONE, "checkouts.webhookevent", event)
    done_by(carol, ActivityKind.DONE, "checkouts.webhookevent", event)
    return {"secret_and_events": [("bob", changed, f"checkouts.webhookevent {event}", "", None)]}


def let_in_their_approver(bob: User, carol: User) -> Found:
    done_by(carol, ActivityKind.FACTORS_TAKEN, "auth.user", bob.pk)
    did = done_by(bob, ActivityKind.FACTORS_TAKEN, "auth.user", carol.pk)
    return {"let_in_their_approver": [("bob", did, asked_by(bob, carol), "USD", 2150)]}


def explained_own(bob: User, carol: User) -> Found:
    theirs, hers = (ReconciliationFindingFactory.create(subject_id=name, currency="USD") for name in ("A-1", "A-2"))
    entry = issued_by(bob, "5.00 USD", why=Why(reference="A-1"))
    issued_by(bob, "5.00 USD", why=Why(reference="A-2"))
    explain_finding(finding_id=theirs.pk, actor=staff_of(bob), now=NOW, note="So it is")
    explain_finding(finding_id=hers.pk, actor=staff_of(carol), now=NOW, note="So it is")
    return {"explained_own": [("bob", f"finance.reconciliationfinding {theirs.pk}", entry, "USD", 500)]}


SCENARIOS: dict[str, Callable[[User, User], Found]] = {
    each.__name__: each
    for each in (
        decided_own, closed_and_approved, raised_own_role, raised_and_issued, raised_their_approver,
        loosened_and_asked, raised_client_and_read_key, asked_and_read_key, changed_contact_and_gave,
        changed_recipient_and_sent, served_oneself, changed_oneself, decided_for_oneself, asked_for_oneself,
        same_address_unlinked,
        imported_and_approved, secret_and_events, let_in_their_approver, explained_own,
    )
}  # fmt: skip


def test_each_rule_has_a_scenario():
    assert list(SCENARIOS) == [rule.name for rule in RULES]


@pytest.mark.parametrize("rule", SCENARIOS)
def test_finds_exactly_what_was_done_on_both_sides_and_in_the_span_alone(rule, bob, carol):
    expected = SCENARIOS[rule](bob, carol)

    assert found() == expected
    for span in ({"since": NOW + DAY, "until": NOW + 2 * DAY}, {"since": NOW - 2 * DAY, "until": NOW - DAY}):
        # What is so since whenever is of any span.
        assert found(**span) == {name: rows for name, rows in expected.items() if name == "same_address_unlinked"}


@pytest.mark.parametrize("type", [TransactionType.ISSUE, TransactionType.ADJUST])
def test_a_key_of_theirs_hides_nobody(bob, carol, type):
    keys = {
        person: Actor(
            kind=ActorKind.API, id=str(given_client(owner=person).client.pk), label="till", door="api:tiquo",
            owner=person.username, owner_id=str(person.pk),
        )
        for person in (bob, carol)
    }  # fmt: skip
    given_change(ChangeKind.ISSUE_CEILING, bob, "1", {"currency": "USD", "amount": "1.00"}, {"currency": "USD"})
    customer = given_customer()
    done_by(bob, ActivityKind.CHANGED, "ledger.customer", customer.pk, details={"changed": ["email"]})
    finding = ReconciliationFindingFactory.create(subject_id="A-1", currency="USD")
    account = given_account("USD", customer=customer)
    why = Why(reference="A-1", note="because")
    for person in (bob, carol):
        given_credit("5.00 USD", to=account, actor=keys[person], type=type, why=why)
    explain_finding(finding_id=finding.pk, actor=staff_of(bob), now=NOW, note="So it is")

    entry = f"ledger.transaction {Transaction.objects.get(details__owner='bob').pk}"
    assert {rule: [(row[0], row[2], row[4]) for row in rows] for rule, rows in found().items()} == {
        "raised_and_issued": [("bob", entry, 500)],
        "changed_contact_and_gave": [("bob", entry, 500)],
        "explained_own": [("bob", entry, 500)],
    }


def test_the_command_says_it_to_programs(bob, carol, capsys):
    SCENARIOS["raised_their_approver"](bob, carol)

    call_command("report_duties", "--first", NOW.date().isoformat(), "--last", NOW.date().isoformat(), "--json")

    told = json.loads(capsys.readouterr().out)
    assert [each["rule"] for each in told["rules"]] == list(SCENARIOS)
    (line,) = told["lines"]
    assert (line["rule"], line["person"], line["currency"], line["amount"]) == (
        "raised_their_approver", "bob", "USD", "21.50",
    )  # fmt: skip
    with pytest.raises(CommandError, match="--last is before --first"):
        call_command("report_duties", "--first", "2027-01-02", "--last", "2027-01-01")


def test_the_page_leads_to_both_sides_and_is_taken_out_as_a_file(bob, carol, time_machine):
    time_machine.move_to(NOW, tick=False)
    # given Finance, who may not look at changes of access, and an administrator who may
    SCENARIOS["raised_their_approver"](bob, carol)
    finance, both = Staff("Finance"), Staff("Finance", "Administrator", username="both")
    change = AccessChange.objects.get()
    url = reverse("admin:finance_duties")

    # when they look
    page, linked = finance.open(url), both.open(url)

    # then both see what was found, and what was looked for in vain
    text = text_of(page)
    assert "Raised a colleague who then approved for them" in text
    assert "$21.50" in text
    assert "1 finding" in text
    assert "Looked for, and not found" in text
    assert "A constraint forbids it." in text
    way = reverse("admin:backoffice_accesschange_change", args=[change.pk])
    assert (way in page.content.decode(), way in linked.content.decode()) == (False, True)
    assert "0 findings" in text_of(finance.open(url, person="carol"))

    # and a file has the same, and is told of
    table = lines_of(finance.client.get(url, {"file": "csv"}))
    assert [row[:2] for row in table] == [["rule", "person"], ["raised_their_approver", "bob"]]
    assert finance.client.get(url, {"file": "xlsx"}).status_code == 200
    told = Activity.objects.filter(kind__in=["EXPORTED", "FILE_TAKEN"]).values_list("kind", "subject_kind")
    assert list(told) == [("EXPORTED", "finance.duties")] * 2
    assert Staff("Viewer").client.get(url).status_code == 403


def test_what_is_no_finding_or_somebody_elses_takes_the_place_of_none(bob, carol):
    amounts = {"currency": "KWD", "amount": "1.0000"}, {"currency": "KWD", "amount": "5.0000"}
    given_change(ChangeKind.ISSUE_CEILING, bob, "1", *amounts)
    above = issued_by(bob, "1.001 KWD", now=NOW + DAY / 4)
    daves = issued_by(User.objects.get(username="dave"), "2.000 KWD", now=NOW + DAY / 3)
    # No more than was allowed before; and test money.
    issued_by(bob, "1.000 KWD", now=NOW + DAY / 2)
    given_credit("9.000 KWD", actor=staff_of(bob), now=NOW + DAY / 2, to=given_account("KWD", test_mode=True))

    asked: dict[str, Any] = {"rules": RULES, "since": NOW - DAY, "until": NOW + DAY, "most": 1}

    newest, bobs, nobodys = (list_duties(**asked, person=person) for person in (None, "bob", "nobody"))
    assert [f"{each.other.kind} {each.other.id}" for each in newest["raised_and_issued"]] == [daves]
    assert [f"{each.other.kind} {each.other.id}" for each in bobs["raised_and_issued"]] == [above]
    assert not any(nobodys.values())
