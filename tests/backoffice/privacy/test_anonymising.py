"""Once somebody is nobody, no word of theirs is left in the database; the books and their seals stand."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection

from giftcards.models import CardEvent, GiftCard
from giftcards.operations import void_card
from ledger.models import Customer, Transaction
from ledger.operations import Why, complete_cuts, issue_credit, spend_credit, take_cut
from ledger.queries import list_findings, verify_seals
from storecredit.audit.models import Activity, Erasure
from storecredit.backoffice.models import AccessChange, Comment
from storecredit.backoffice.privacy.exporting import collect_person
from storecredit.credits.models import CustomerRequest, PersonCustomer
from storecredit.credits.operations import CUSTOMER, RequestKind, RequestStatus, set_status
from tests.backoffice.staff import Staff, address_of, page_url, said, step_url, text_of
from tests.credits.requests import given_request, party_of
from tests.factories.api import IdempotencyRecordFactory
from tests.factories.checkouts import CheckoutFactory
from tests.factories.credits import CustomerRequestFactory
from tests.factories.giftcards import GiftCardFactory
from tests.factories.people import UserFactory
from tests.ledger.attacks import moment, refused_by, run
from tests.scenarios import API, NOW, STAFF, SYSTEM, days, given_credit, given_customer, money, wallet_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

RIGHTS = ["credits.ask_about_customer", "credits.decide_about_customer"]
WORDS = ("zebedina", "quillfeather", "7946 0958", "feather.example", "garden", "plum-", "ophiuchus")


def given_somebody() -> Customer:
    """A customer of whom every room has heard, and who is owed nothing; some of it is sealed, some is not."""
    customer = given_customer(
        number="Quillfeather-7",
        first_name="Zebedina",
        last_name="Quillfeather",
        email="quill@feather.example",
        phone="020 7946 0958",
    )
    issue_credit(
        wallet=wallet_of(customer),
        amount=money("10.00 GBP"),
        actor=API,
        now=NOW,
        why=Why(note="for her garden", metadata={"ticket": "plum-99"}),
    )
    GiftCardFactory.create(
        customer_id=customer.pk,
        amount=money("0.00 GBP"),
        recipient_name="Zebedina Quillfeather",
        recipient_email="quill@feather.example",
        metadata={"by": "plum-77"},
    )
    take_cut(boundary=days(0.1), actor=SYSTEM, now=days(0.2))
    complete_cuts(now=days(0.2))
    account = customer.accounts.get(kind="STORE_CREDIT")
    spend_credit(account_id=account.pk, amount=money("10.00 GBP"), actor=API, now=days(0.3), why=Why(note="her garden"))
    request = given_request(
        kind=RequestKind.STORE_CREDIT, attributes={CUSTOMER: customer.number, "sign": "Ophiuchus"}, note="her garden"
    )
    asker = UserFactory.create(permissions=["credits.decide_request"])
    set_status(
        request_id=request.pk,
        status=RequestStatus.CANCELED,
        party=party_of(asker),
        now=NOW,
        may_decide=True,
        note="Zebedina called",
    )
    answer = {"email": "quill@feather.example", "name": "Zebedina Quillfeather"}
    IdempotencyRecordFactory.create(answer=json.dumps(answer))
    Comment.objects.create(customer=customer, text="Zebedina sings", author=asker, created_at=NOW)
    return customer


def dump() -> str:
    """All that stands in the database, in small letters."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                texts += [
                    bytes(each).decode("latin-1") if isinstance(each, bytes | memoryview) else str(each) for each in row
                ]
    return "\n".join(texts).lower()


def make_anonymous(customer: Customer, **more: Any) -> None:
    names = {"asked_by": "ann", "approved_by": "bob", "why": "Zebedina wrote"} | more
    call_command("anonymise_customer", customer.number, **names, stdout=StringIO())


def test_no_word_of_theirs_is_left_the_books_are_clean_and_the_seals_verify():
    customer = given_somebody()
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)
    before = dump()
    assert [word for word in WORDS if word not in before] == []
    amounts = list(Transaction.objects.order_by("number").values_list("number", "amount_minor", "created_at"))

    make_anonymous(customer)

    after = dump()
    assert [word for word in WORDS if word in after] == []
    assert list(Transaction.objects.order_by("number").values_list("number", "amount_minor", "created_at")) == amounts
    customer.refresh_from_db()
    assert (customer.status, customer.number) == ("archived", f"ANON-{customer.document_id}")
    take_cut(boundary=days(0.4), actor=SYSTEM, now=days(0.5))
    complete_cuts(now=days(0.5))
    assert list(verify_seals()) == []
    told = StringIO()
    try:
        call_command("reconcile", stdout=told)
    except SystemExit:
        pytest.fail(told.getvalue())


def test_somebody_of_whom_nobody_said_a_word_becomes_nobody_as_well():
    customer = given_customer()
    account = given_credit("10.00 GBP", customer=customer)
    spend_credit(account_id=account.pk, amount=money("10.00 GBP"), actor=API, now=NOW)
    card = GiftCardFactory.create(customer_id=customer.pk, amount=money("5.00 GBP"))
    void_card(card_id=card.pk, actor=STAFF, now=NOW, why=Why(note="lost"))
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)

    make_anonymous(customer)

    customer.refresh_from_db()
    assert customer.anonymised_at is not None
    # What said nothing is as it was, and no line tells of it.
    told = set(Erasure.objects.filter(table_name="ledger_transaction").values_list("row_id", flat=True))
    worded = Transaction.objects.filter(note="(erased)").values_list("pk", flat=True)
    assert told == {each.hex if connection.vendor == "sqlite" else str(each) for each in worded}
    assert CardEvent.objects.get(kind="VOID").note == "(erased)"
    take_cut(boundary=days(0.1), actor=SYSTEM, now=days(0.2))
    complete_cuts(now=days(0.2))
    assert (list(verify_seals()), list(list_findings())) == ([], [])


def test_what_was_left_is_sealed_as_well():
    customer = given_somebody()
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)
    make_anonymous(customer)
    take_cut(boundary=days(0.4), actor=SYSTEM, now=days(0.5))
    complete_cuts(now=days(0.5))
    erasure = Erasure.objects.exclude(digest_sealed="").filter(table_name="ledger_transaction").first()
    assert erasure is not None

    # Whoever owns the tables forges what the erasure says was left: the line that tells of it is sealed itself.
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_erasure DISABLE TRIGGER audit_erasure_immutable")
        else:
            cursor.execute("DROP TRIGGER audit_erasure_immutable")
        cursor.execute("UPDATE audit_erasure SET digest_left = %s WHERE id = %s", ["0" * 64, erasure.pk])
    assert [fault.cut for fault in verify_seals()] != []


def test_it_is_refused_while_anything_is_owed_or_under_way_and_by_one_person_alone():
    customer = given_somebody()
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)
    card = GiftCardFactory.create(recipient_email="quill@feather.example")

    with pytest.raises(CommandError, match="There is still credit on account"):
        make_anonymous(customer)
    with pytest.raises(CommandError, match="cannot be approved by the person who asked"):
        make_anonymous(customer, approved_by="ann")
    customer.refresh_from_db()
    assert (customer.first_name, GiftCard.objects.get(pk=card.pk).recipient_email) == (
        "Zebedina",
        "quill@feather.example",
    )
    other = given_customer(number="C-1")
    CheckoutFactory.create(customer=other.number)
    with pytest.raises(CommandError, match="A purchase of theirs is not over"):
        make_anonymous(other)


def test_a_colleague_is_that_customer_no_longer_and_nothing_says_that_they_were():
    # given Bea, who was linked by an administrator, and whose link a colleague wanted to end
    customer, administrator = given_customer(number="BUYER-4711"), Staff("Administrator")
    bea = UserFactory.create(username="bea")
    administrator.do(step_url(bea, "link-customer"), customer="buyer-4711")
    administrator.do(step_url(bea, "unlink-customer"), why="She left")
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)
    export = collect_person(customer_id=customer.pk)
    assert [row["person_id"] for row in export["credits_personcustomer"]] == [bea.pk]

    # when the customer is made anonymous
    make_anonymous(customer, why="as asked")

    # then that her link ended is told, and with whom it was is not
    assert not PersonCustomer.objects.exists()
    ended = Activity.objects.get(subject_id=str(bea.pk), details__because="anonymised")
    assert (ended.kind, ended.actor_label, ended.subject_label) == ("PERSON_CHANGED", "bob", "bea")
    told = Activity.objects.filter(subject_kind="auth.user", subject_id=str(bea.pk)).values()
    hers: list[Any] = [*told, *LogEntry.objects.filter(object_id=str(bea.pk)).values(), *AccessChange.objects.values()]
    assert len(hers) > 4
    assert [row for row in hers if "4711" in str(row).lower()] == []
    change = AccessChange.objects.get()
    assert (change.before, change.after, change.state) == ({}, {}, "WAITING")
    assert administrator.open(page_url(change)).status_code == 200
    other = Staff("Administrator", username="other")
    answer = other.send(address_of(other.open(step_url(change, "approve"))), note="")
    assert "things are not any more as they were when it was asked" in text_of(answer)


def test_raw_sql_erases_nothing_that_two_people_did_not_decide():
    account = given_credit("10.00 GBP", why=Why(note="a present"))
    CustomerRequestFactory.create(customer=account.customer, other=None, kind="ANONYMISE")

    with refused_by("ledger_transaction_erased_is_told"):
        run("UPDATE ledger_transaction SET note = '(erased)'")
    with refused_by("ledger_transaction_immutable"):
        run("UPDATE ledger_transaction SET note = 'another'")
    with refused_by("credits_customerrequest_erases"):
        run(
            "INSERT INTO audit_erasure (table_name, row_id, row_name, customer_id, digest_sealed, digest_left, "
            "created_at) VALUES ('ledger_transaction', '1', '1', %s, '', '', %s)",
            account.customer_id,
            moment(NOW),
        )


@pytest.mark.postgresql
def test_a_column_that_came_later_does_not_change_under_cover_of_erasing():
    given_credit("10.00 GBP", why=Why(note="a present"))
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE ledger_transaction ADD COLUMN later text")

    with refused_by("ledger_transaction_erased_is_told"):
        run("UPDATE ledger_transaction SET note = '(erased)'")
    with refused_by("ledger_transaction_immutable"):
        run("UPDATE ledger_transaction SET note = '(erased)', later = 'another'")


def test_staff_ask_and_decide_on_pages():
    customer = given_somebody()
    agent, approver = Staff("Agent"), Staff("Approver")

    agent.do(step_url(customer, "anonymise"), why="she wrote")
    request = CustomerRequest.objects.get()
    assert said(approver.do(step_url(request, "approve"))) == ["It is approved and done."]
    assert [word for word in WORDS if word in dump()] == []
    assert agent.open(page_url(customer)).status_code == 200
