"""A key with a person behind it may no more, at each use, than that person may in the admin."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storecredit.api.rights import RIGHTS
from storecredit.api.scopes import Scope
from storecredit.dialects.digital_river.urls import urlpatterns as digital_river
from storecredit.dialects.fabric.urls import urlpatterns as fabric
from storecredit.dialects.glu.urls import urlpatterns as glu
from storecredit.dialects.lightspeed.urls import urlpatterns as lightspeed
from storecredit.dialects.reports.urls import urlpatterns as reports
from storecredit.dialects.tiquo.urls import urlpatterns as tiquo
from tests.callers import ApiCaller, given_client, given_rights
from tests.credits.requests import given_ceiling, given_issue_limit
from tests.factories.people import GroupFactory, UserFactory
from tests.giftcards.cards import given_card, given_redemption
from tests.scenarios import given_credit, given_customer, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

WALLET = "/customers/CUST-1/store-credit"
TILL = "/gift_cards/TILL-0001"
UNKNOWN = "00000000-0000-7000-8000-000000000000"
PARTS = {"uuid": UNKNOWN, "any_uuid": UNKNOWN, "order_id": "123456789012", "order_name": "order-number"}
POUND = {"amount": 1, "currency": "GBP"}
LEVER = {"x-fabric-tenant-id": "5f328bf0b5f328bf0b5f328b", "x-fabric-channel-id": "12"}


@pytest.fixture(autouse=True)
def shop(db):
    given_card("50.00 GBP", code="TILL-0001")
    given_credit("50.00 GBP", customer=given_customer(number="CUST-1"))


@pytest.fixture
def alice(db) -> User:
    return UserFactory.create(username="alice")


def key_of(owner: User) -> ApiCaller:
    """A key with every scope, and that person behind it."""
    return ApiCaller(given_client(Scope.values, owner=owner).plain)


def refusals_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


ACTS = [
    ("GET", "/reports/cuts", None, "finance.view_reports"),
    ("GET", WALLET, None, "ledger.view_account"),
    ("POST", WALLET, POUND, "ledger.issue_credit"),
    ("POST", f"{WALLET}/debits", POUND, "ledger.debit_credit"),
    ("GET", "/customers", None, "ledger.view_customer"),
    ("POST", "/customers", {"entityType": "customer", "firstName": "Ada"}, "ledger.add_customer"),
    ("PATCH", "/customers/CUST-1", {"firstName": "Ada"}, "ledger.change_customer"),
    ("GET", TILL, None, "giftcards.view_giftcard"),
    ("POST", "/gift_cards", {"amount": "1.00", "currency": "GBP"}, "giftcards.issue_card"),
    ("POST", f"{TILL}/block", {"reason": "Lost"}, "giftcards.block_card"),
    ("DELETE", TILL, None, "giftcards.void_card"),
    ("POST", f"{TILL}/redeem", {"amount": 1}, "giftcards.redeem_card"),
    (
        "POST",
        f"{TILL}/transactions",
        {"type": "REDEEMING", "amount": "-1.00", "client_id": "a"},
        "giftcards.redeem_card",
    ),
    (
        "POST",
        f"{TILL}/transactions",
        {"type": "RELOADING", "amount": "1.00", "client_id": "a"},
        "giftcards.reload_card",
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "right"), ACTS)
def test_an_act_needs_the_right_that_it_needs_in_the_admin_and_no_other(alice, method, path, body, right):
    caller = key_of(given_rights(alice, *sorted({each for rights in RIGHTS.values() for each in rights} - {right})))
    act = {"method": method, "path": path, "body": body}

    with nothing_moves():
        refused = send(caller, **act)
    alice.user_permissions.clear()
    given_rights(alice, right)
    done = send(caller, **act)

    assert refusals_of(refused) == (403, "owner_lacks_right")
    assert right in str(refused.json())
    assert done.status_code in (200, 201), done.content


def send(caller: ApiCaller, *, method: str, path: str, body: Any) -> Any:
    if method in ("GET", "DELETE"):
        return caller.send(method, path, content_type="")
    if method == "PATCH":
        return caller.patch(path, body)
    return caller.post(path, body, key=None if path.endswith("/transactions") else "k1")


def test_no_route_answers_a_person_without_any_right(alice):
    caller = key_of(alice)
    asked = 0
    for route in [*tiquo, *glu, *lightspeed, *digital_river, *fabric, *reports]:
        view: Any = route.callback
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda part: PARTS.get(part[1] or "", "x"), str(route.pattern))
        for method, scope in view.cls.scopes.items():
            if not scope:
                continue
            response = caller.send(method, f"/{path}", b"{}", headers=LEVER)
            assert response.status_code == 403, (method, path, response.content)
            asked += 1
    assert asked > 30


def test_every_scope_names_its_rights():
    assert set(RIGHTS) == set(Scope)
    assert all(RIGHTS.values())


def test_a_right_may_come_from_a_role_and_goes_with_it(alice):
    agents = Group.objects.get(name="Agent")
    alice.groups.add(agents)
    caller = key_of(alice)

    before = caller.post(WALLET, POUND, key="k1").status_code
    alice.groups.clear()
    after = caller.post(WALLET, POUND, key="k2")

    assert before == 201
    assert refusals_of(after) == (403, "owner_lacks_right")


def test_a_right_goes_when_the_role_loses_it(alice):
    agents = Group.objects.get(name="Agent")
    alice.groups.add(agents)
    caller = key_of(alice)
    assert caller.post(WALLET, POUND, key="k1").status_code == 201

    agents.permissions.remove(agents.permissions.get(codename="issue_credit"))

    assert refusals_of(caller.post(WALLET, POUND, key="k2")) == (403, "owner_lacks_right")


def test_a_superuser_has_every_right_until_they_are_none(alice):
    alice.is_superuser = True
    alice.save()
    caller = key_of(alice)
    assert caller.post(WALLET, POUND, key="k1").status_code == 201

    alice.is_superuser = False
    alice.save()

    assert refusals_of(caller.post(WALLET, POUND, key="k2")) == (403, "owner_lacks_right")


def test_a_key_whose_owner_s_login_is_off_is_no_key(alice):
    caller = key_of(given_rights(alice, "ledger.issue_credit"))
    assert caller.post(WALLET, POUND, key="k1").status_code == 201
    alice.is_active = False
    alice.save()

    with nothing_moves():
        response = caller.post(WALLET, POUND, key="k2")

    assert refusals_of(response) == (401, "unauthenticated")
    assert caller.post(WALLET, POUND, key="k1").status_code == 401


def test_a_scope_that_the_client_was_not_given_is_not_had_by_right(alice):
    given_rights(alice, "ledger.issue_credit")
    caller = ApiCaller(given_client([Scope.STORE_CREDIT_READ], owner=alice).plain)

    assert refusals_of(caller.post(WALLET, POUND, key="k1")) == (403, "scope_missing")


def test_whole_numbers_are_shown_to_those_alone_who_may_reveal_them(alice):
    given_rights(alice, "giftcards.view_giftcard")
    caller = key_of(alice)

    masked = caller.get("/gift_cards").json()["data"][0]["number"]
    given_rights(alice, "giftcards.reveal_code")
    whole = caller.get("/gift_cards").json()["data"][0]["number"]

    assert (masked, whole) == ("****0001", "TILL-0001")


def test_it_costs_no_statement_more_than_a_key_without_an_owner(alice):
    given_rights(alice, "ledger.view_account")
    callers = [ApiCaller(given_client([Scope.STORE_CREDIT_READ]).plain), key_of(alice)]

    counts = []
    for caller in callers:
        with CaptureQueriesContext(connection) as captured:
            assert caller.get(f"{WALLET}?currency=GBP").status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_keys_that_their_owner_does_not_bear_are_listed_and_no_finding(alice):
    given_client(
        [Scope.STORE_CREDIT_ISSUE, Scope.CUSTOMERS_READ], owner=given_rights(alice, "ledger.view_customer"), name="till"
    )
    gone = UserFactory.create(username="gone", is_active=False)
    given_client([Scope.CUSTOMERS_READ], owner=gone, name="desk")
    given_client(name="free")
    out = StringIO()

    call_command("list_api_clients", stdout=out)
    call_command("reconcile", "--json", stdout=(said := StringIO()))

    assert "  trouble Its owner, alice, has not the rights for store_credit:issue.\n" in out.getvalue()
    assert out.getvalue().count("trouble") == 2
    answer = json.loads(said.getvalue())
    assert (answer["clean"], answer["warnings"]) == (
        True,
        [
            "API client desk: The login of gone, its owner, is off: its keys do not work.",
            "API client till: Its owner, alice, has not the rights for store_credit:issue.",
        ],
    )


class TestAnOwnersIssueLimits:
    """What a role may not issue at once by itself in the admin, its members' keys may not issue either."""

    @pytest.fixture
    def role(self, alice: User) -> Group:
        """Alice's role, which issues up to 50 GBP at once, and nothing in other currencies."""
        role = GroupFactory.create()
        given_issue_limit(role, "50.00 GBP")
        alice.groups.add(role)
        given_rights(alice, "ledger.issue_credit", "giftcards.issue_card", "giftcards.reload_card")
        return role

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            (WALLET, {"amount": 50.01, "currency": "GBP"}),
            (WALLET, {"amount": 0.01, "currency": "EUR"}),
            ("/gift_cards", {"amount": "50.01", "currency": "GBP"}),
            (f"{TILL}/transactions", {"type": "RELOADING", "amount": "50.01", "client_id": "a"}),
        ],
    )
    def test_no_way_to_issue_lets_more_through(self, alice, role, path, body):
        caller = key_of(alice)

        with nothing_moves():
            refused = caller.post(path, body, key=None if path.startswith(TILL) else "k1")

        assert refusals_of(refused) == (403, "issue_limit_exceeded")

    def test_nor_is_more_given_back_by_a_reversal(self, alice, role):
        given_rights(alice, "ledger.reverse_transaction", "giftcards.redeem_card")
        card = given_card("100.00 GBP")
        within, above = (given_redemption(amount, card=card) for amount in ("49.99 GBP", "50.01 GBP"))
        caller = key_of(alice)

        with nothing_moves():
            refused = caller.send("DELETE", f"/gift_cards/transactions/{above.pk}")
        reversed_ = caller.send("DELETE", f"/gift_cards/transactions/{within.pk}")

        assert (refusals_of(refused), reversed_.status_code) == ((403, "issue_limit_exceeded"), 200)

    def test_up_to_the_limit_it_is_issued(self, alice, role):
        assert key_of(alice).post(WALLET, {"amount": 50, "currency": "GBP"}, key="k1").status_code == 201

    @pytest.mark.parametrize(
        ("limit", "within", "above"),
        [("12.345 KWD", "12.345", "12.346"), ("500 JPY", "500", "501"), ("9999999.99 USD", "9999999.99", "10000000")],
    )
    def test_it_is_exact_in_every_currency(self, alice, role, limit, within, above):
        given_ceiling("10000000 USD")
        given_issue_limit(role, limit)
        caller, currency = key_of(alice), limit.split()[1]

        refused = caller.post("/gift_cards", {"amount": above, "currency": currency}, key="k1")
        issued = caller.post("/gift_cards", {"amount": within, "currency": currency}, key="k2")

        assert (refusals_of(refused), issued.status_code) == ((403, "issue_limit_exceeded"), 201)

    @pytest.mark.parametrize("ceiling", [None, "40.00 GBP"])
    def test_above_the_ceiling_nothing_is_issued_whatever_the_roles_allow(self, alice, role, ceiling):
        alice.groups.clear()
        given_rights(alice, "ledger.issue_credit")
        if ceiling:
            given_ceiling(ceiling)
        within = 40 if ceiling else 1000
        caller = key_of(alice)

        refused = caller.post(WALLET, {"amount": within + 0.01, "currency": "GBP"}, key="k1")
        issued = caller.post(WALLET, {"amount": within, "currency": "GBP"}, key="k2")

        assert (refusals_of(refused), issued.status_code) == ((403, "issue_limit_exceeded"), 201)

    def test_a_ceiling_cuts_a_role_s_limit(self, alice, role):
        given_ceiling("20.00 GBP")

        refused = key_of(alice).post(WALLET, {"amount": 20.01, "currency": "GBP"}, key="k1")

        assert refusals_of(refused) == (403, "issue_limit_exceeded")

    def test_of_two_roles_the_larger_limit_counts(self, alice, role):
        shift = GroupFactory.create()
        given_issue_limit(shift, "80.00 GBP")
        alice.groups.add(shift)
        caller = key_of(alice)

        within = caller.post(WALLET, {"amount": 80, "currency": "GBP"}, key="k1").status_code
        above = caller.post(WALLET, {"amount": 80.01, "currency": "GBP"}, key="k2")

        assert within == 201
        assert refusals_of(above) == (403, "issue_limit_exceeded")

    def test_the_client_s_own_limit_is_not_widened_by_it(self, alice, role):
        caller = ApiCaller(given_client(owner=alice, issue_limits={"GBP": 1000}).plain)

        assert refusals_of(caller.post(WALLET, {"amount": 10.01, "currency": "GBP"}, key="k1"))[0] == 403

    def test_it_holds_for_superusers_as_in_the_admin_and_ends_with_the_role(self, alice, role):
        alice.is_superuser = True
        alice.save()
        caller = key_of(alice)

        refused = caller.post(WALLET, {"amount": 50.01, "currency": "GBP"}, key="k1")
        alice.groups.clear()
        issued = caller.post(WALLET, {"amount": 50.01, "currency": "GBP"}, key="k2")

        assert refusals_of(refused) == (403, "issue_limit_exceeded")
        assert issued.status_code == 201
