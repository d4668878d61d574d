"""The role that `docs/application-role.sql` makes can do the work and cannot undo it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import ProgrammingError, connection, transaction
from moneyed import Money

from giftcards.operations import block_card, replace_card, unblock_card
from ledger.models import Account
from ledger.operations import Actor, ActorKind, Why, create_customer, issue_credit, spend_credit
from ledger.queries import get_wallet
from storecredit.api.operations import Maker, change_api_client, rotate_api_key
from storecredit.backoffice.access.rights import FILE, read_granted
from storecredit.backoffice.changes.deciding import acting_alone
from storecredit.backoffice.findings import list_findings
from storecredit.backoffice.models import ChangeKind
from storecredit.checkouts.operations import refund_order
from storecredit.credits.errors import SelfApproval
from storecredit.credits.operations import approve_request
from tests.backoffice.staff import Staff, list_url, step_url
from tests.callers import ApiCaller, given_client
from tests.checkouts.events import accepted, credit, deliver, given_secret, refunded
from tests.checkouts.stage import ACT, attach, given_checkout, given_credit_source, order, send
from tests.credits.by_hand import bare_vote
from tests.credits.requests import given_approver, given_request, party_of, party_of_client, row_of
from tests.factories.people import UserFactory
from tests.giftcards.cards import account_of, given_card
from tests.ledger.attacks import refused_by, run
from tests.made_once import made_once
from tests.scenarios import STAFF, balance_of, given_credit, given_customer

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTOR = Actor(kind=ActorKind.SYSTEM, id="1", label="tests", door="command:tests")


@contextmanager
def as_application() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE storecredit_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.fixture(autouse=True, scope="module")
def _role(django_db_setup, django_db_blocker):
    with made_once(django_db_blocker, make_role):
        yield


def make_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILE.read_text(encoding="utf-8"))


def test_the_application_issues_and_spends_as_a_role_that_owns_no_tables():
    customer = create_customer(now=NOW)

    with as_application():
        wallet = get_wallet(customer=customer.number, currency="GBP", test_mode=False, now=NOW)
        issue_credit(wallet=wallet, amount=Money(25, "GBP"), actor=ACTOR, now=NOW)
        wallet = get_wallet(customer=customer.number, currency="GBP", test_mode=False, now=NOW)
        spent = spend_credit(account_id=wallet.account_id or 0, amount=Money(10, "GBP"), actor=ACTOR, now=NOW)

    assert spent.balance_after_minor == 1500


@pytest.mark.parametrize(
    "attack",
    [
        "ALTER TABLE ledger_transaction DISABLE TRIGGER ledger_transaction_immutable",
        "DROP TRIGGER ledger_transaction_chain ON ledger_transaction",
        "UPDATE ledger_transaction SET amount_minor = 1",
        "DELETE FROM ledger_transaction",
        "TRUNCATE ledger_transaction CASCADE",
        "DELETE FROM ledger_account",
        "DELETE FROM credits_creditrequest",
        "UPDATE credits_creditrequestvote SET version = 1",
        "DELETE FROM credits_creditrequestevent",
        "DELETE FROM checkouts_order",
        "UPDATE checkouts_chargemovement SET amount_minor = 1",
        "DELETE FROM checkouts_webhookevent",
        "SET session_replication_role = replica",
        "CREATE TEMP TABLE ledger_transaction (id uuid)",
        "CREATE TABLE ledger_transactions (id uuid)",
        "CREATE SCHEMA before_ours",
        "UPDATE ledger_accountevent SET door = 'x'",
        "DELETE FROM api_idempotencyrecord",
        "DELETE FROM api_apikey",
        "DELETE FROM django_admin_log",
        "UPDATE django_admin_log SET object_id = 'x'",
        "DELETE FROM auth_user",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '0099', now())",
        "DELETE FROM ledger_numberseries",
        "SELECT setval('ledger_transaction_number_seq', 1)",
    ],
)
def test_the_role_may_not_switch_off_or_empty_the_books(attack):
    with pytest.raises(ProgrammingError), transaction.atomic(), as_application(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_the_application_asks_for_and_approves_credit_as_that_role():
    bob, request = given_approver("bob"), given_request("5.00 USD")

    with as_application():
        approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    assert row_of(request).status == "CONFIRMED"


def test_the_application_runs_an_order_and_the_vendors_events_as_that_role():
    account = given_credit("50.00 GBP")

    with as_application():
        placed = order(attach(given_checkout(total="10.00 GBP"), given_credit_source("10.00 GBP", account=account)))
        send(placed, quantity=1)
        refund_order(order_id=placed.order.pk, currency="GBP", amount=Money(10, "GBP"), **ACT)
        believed = {"believed": True, "retired": False}
        known: dict[str, Any] = {"kind": ChangeKind.SECRET, "subject_id": "", "label": "shop"}
        with acting_alone(**known, before=None, after=believed, actor=ACTOR, now=NOW):
            given_secret()
        deliver(accepted(credit(account, "5.00")))
        deliver(refunded(("r1", "2.00")))

    assert balance_of(account) == "47.00"


def test_the_application_makes_uses_and_ends_cards_as_that_role():
    with as_application():
        card = given_card("30.00 GBP")
        block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="Lost"))
        unblock_card(card_id=card.id, actor=STAFF, now=NOW)
        new = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="Lost"))

    assert balance_of(account_of(new)) == "30.00"


def test_staff_log_in_and_work_in_the_back_office_as_that_role():
    account, staff = given_credit("5.00 GBP"), Staff("Finance")

    with as_application():
        assert staff.open(list_url(Account)).status_code == 200
        staff.do(step_url(account, "freeze"), why="Bank asked")

    account.refresh_from_db()
    assert account.status == "FROZEN"
    assert LogEntry.objects.count() == 1


def test_an_api_client_issues_once_for_each_key_as_that_role():
    customer = given_customer(number="CUST-1")

    caller = ApiCaller(given_client(name="till").plain)

    with as_application():
        order = {"amount": 25, "currency": "GBP", "note": "Goodwill credit"}
        first, again = (caller.post("/customers/CUST-1/store-credit", order, key="k") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert [balance_of(account) for account in customer.accounts.all()] == ["25.00"]


def test_clients_get_owners_and_keys_as_that_role():
    client, bob = given_client(["credits:request"]).client, given_approver("bob")
    request = given_request("21.50 USD", by=party_of_client(client.pk))

    with as_application():
        change_api_client(client_id=client.pk, changes={"owner": bob}, now=NOW)
        made = rotate_api_key(name=client.name, now=NOW, maker=Maker(door="admin", person=bob))
        with pytest.raises(SelfApproval):
            approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    assert [key.pk for key in client.keys.filter(revoked_at__isnull=True)] == [made.key.pk]


def test_roles_come_and_go_as_that_role():
    bob = UserFactory.create()

    with as_application():
        group = Group.objects.create(name="Night shift")
        with acting_alone(
            kind=ChangeKind.PERSON,
            subject_id=str(bob.pk),
            label="bob",
            before=None,
            after={"roles": [group.pk]},
            actor=ACTOR,
            now=NOW,
        ):
            bob.groups.add(group)
        group.delete()
        Group.objects.get(name="Finance").delete()

    assert not bob.groups.exists()


@pytest.mark.parametrize("model", apps.get_models(include_auto_created=True), ids=lambda model: model._meta.db_table)
def test_the_file_names_every_table_that_the_program_writes(model):
    written_by_migrate_alone = {"auth_permission", "django_content_type"}
    # Of the library of the sign-in: who signs up by mail, and services that are kept in the database. Here nobody does.
    never_written = {
        "account_emailaddress",
        "account_emailconfirmation",
        "socialaccount_socialapp",
        "socialaccount_socialtoken",
    }

    assert (model._meta.db_table in read_granted()) != (
        model._meta.db_table in written_by_migrate_alone | never_written
    )


def found() -> set[tuple[str, str]]:
    return {(finding.row, finding.message) for finding in list_findings() if finding.check == "rights"}


def test_the_rights_of_the_file_are_no_finding():
    assert found() == set()


@pytest.mark.parametrize(
    ("grant", "row", "message"),
    [
        ("GRANT DELETE ON ledger_transaction TO {role}", "table ledger_transaction", "lets {role} DELETE"),
        (
            "GRANT UPDATE (actor_label) ON ledger_transaction TO PUBLIC",
            "table ledger_transaction",
            "lets {role} UPDATE actor_label",
        ),
        ("GRANT TRUNCATE ON ledger_lot TO {role}", "table ledger_lot", "lets {role} TRUNCATE"),
        ("GRANT INSERT ON django_migrations TO {role}", "table django_migrations", "lets {role} INSERT"),
        (
            "GRANT ALL ON SEQUENCE ledger_transaction_number_seq TO {role}",
            "sequence ledger_transaction_number_seq",
            "may be set back",
        ),
        ("GRANT CREATE ON SCHEMA public TO {role}", "schema public", "may be added to"),
        ("ALTER ROLE {role} BYPASSRLS", "role {role}", "passes row security by"),
        ("ALTER ROLE {role} SUPERUSER", "role {role}", "is a superuser"),
        ("GRANT pg_write_all_data TO {role}", "role pg_write_all_data", "has it as a member"),
        (
            "ALTER FUNCTION ledger_lot_no_delete() SECURITY DEFINER",
            "function ledger_lot_no_delete",
            "acts with its owner's rights",
        ),
    ],
)
def test_a_right_beyond_the_file_is_a_finding(grant, row, message):
    run(grant.format(role="storecredit_app"))

    assert (row.format(role="storecredit_app"), message.format(role="storecredit_app")) in found()


def test_temporary_tables_are_a_finding():
    run(f"GRANT TEMPORARY ON DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])} TO PUBLIC")

    assert found() == {("database", "takes temporary tables from it")}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE ledger_account SET status = 'FROZEN'", "ledger_account_status_is_told"),
        ("UPDATE ledger_lot SET expires_at = now()", "ledger_lot_expires_as_told"),
        (
            "UPDATE credits_creditrequest SET version = version + 1, number_key = '', number_digest = '', "
            "number_last_four = ''",
            "credits_creditrequest_version_is_told",
        ),
        (
            "UPDATE credits_creditrequest SET status = 'CANCELED', decided_at = created_at, decided_label = 'bob', "
            "number_key = '', number_digest = '', number_last_four = ''",
            "credits_creditrequest_status_is_told",
        ),
        ("UPDATE api_apikey SET revoked_at = NULL", "api_apikey_identity"),
        ("UPDATE api_apikey SET hash = repeat('0', 64)", "api_apikey_identity"),
        ("UPDATE api_apiclient SET owner_id = (SELECT MAX(id) FROM auth_user)", "api_apiclient_keys_end_first"),
        ("UPDATE api_idempotencyrecord SET answer = '{}'", "api_idempotencyrecord_answered_once"),
        (
            "UPDATE checkouts_creditdeduction SET resolved_at = now(), resolved_by = 'bob', resolution = 'x'",
            "checkouts_creditdeduction_settled_by_settlement",
        ),
    ],
)
def test_the_role_changes_nothing_without_the_line_that_tells_of_it(change, rule):
    customer = given_customer(number="SHOP-7")
    client = given_client(["store_credit:issue"])
    ended = given_client(["store_credit:issue"])
    run("UPDATE api_apikey SET revoked_at = created_at WHERE client_id = %s", ended.client.pk)
    ApiCaller(client.plain).post(
        f"/customers/{customer.number}/store-credit", {"amount": 5, "currency": "GBP"}, key="issue-1"
    )
    given_request("5.00 USD", attributes={"giftCardNumber": "SUMMER-2026-1"}, by=given_approver("bob"))
    given_secret()
    deliver(accepted(credit(given_credit("10.00 GBP"), "12.50")))

    with refused_by(rule), as_application():
        run(change)


def test_the_role_casts_no_vote_in_anothers_name():
    request, bob = given_request("5.00 USD"), given_approver("bob")

    with refused_by("credits_creditrequestvote_is_told"), as_application():
        bare_vote(request, bob)
