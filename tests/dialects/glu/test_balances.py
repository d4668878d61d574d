"""Balance events: one history that both dialects tell, in pages and by filter."""

import re
from datetime import date
from unittest.mock import ANY

import pytest
from django.db import connection

from giftcards.operations import end_of_day, expire_cards, move_card_to_store_credit
from ledger.models import Transaction
from ledger.operations import Why, adjust_credit
from ledger.posting import Movement, NewLot, lock_account, post_many
from storecredit.api.scopes import Scope
from storecredit.dialects.glu.views.balances import AccountPages
from tests.callers import ROOT, ApiCaller, given_client
from tests.giftcards.cards import given_card, given_redemption, timeline
from tests.scenarios import NOW, STAFF, SYSTEM, days, given_credit, given_customer, money

pytestmark = pytest.mark.django_db
CODE = "GIFT-7QX2-0001"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def card(db):
    return given_card("100.00 GBP", code=CODE, expires_on=date(2026, 12, 31), time_zone="UTC")


def balances(caller, path=f"/gift_cards/{CODE}/balances"):
    response = caller.get(path)
    assert response.status_code == 200, response.content
    return response.json()["balances"]


def links_of(response):
    return dict(reversed(found) for found in re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers["Link"]))


def test_the_vendors_balances_request_answers_in_the_vendors_shape(caller, card):
    response = caller.send("GET", f"/gift_cards/{CODE}/balances", content_type="", headers={"accept": "*/*"})

    assert response.json() == {
        "balances": [
            {
                "id": Transaction.objects.get().number,
                "createdAt": "2026-05-04T12:00:00.000Z",
                "updatedAt": "2026-05-04T12:00:00.000Z",
                "type": "Activation",
                "amount": 10000,
                "location": {},
                "happenedAt": "2026-05-04T12:00:00.000Z",
                "expiresAt": "2026-12-31T23:59:59.000Z",
                "reversed": None,
                "mewsPayment": {},
                "attachedMember": None,
                "storedCreditAccount": {
                    "id": card.account_id,
                    "code": CODE,
                    "balances": f"http://testserver{ROOT}/balances?storedCreditAccount={card.account_id}",
                },
            }
        ]
    }


def test_a_reversal_holds_the_event_that_it_undoes(caller, card):
    spent = given_redemption("25 GBP", card=card)
    caller.send("DELETE", f"/gift_cards/transactions/{spent.pk}")

    _, redemption, reversal = balances(caller)

    assert (reversal["type"], reversal["amount"]) == ("Reversal", 2500)
    assert reversal["reversed"] == redemption
    assert redemption["reversed"] is None


@pytest.mark.django_db(transaction=True)
def test_one_history_is_told_alike_by_both_dialects(caller, time_machine):
    given_card("50.00 GBP", code="OTHER-0001")
    card = given_card("100.00 GBP", code=CODE, expires_on=date(2026, 6, 30), time_zone="UTC")

    def move(amount, client_id):
        body = {"type": "REDEEMING" if amount < "0" else "RELOADING", "amount": amount, "client_id": client_id}
        return caller.post(f"/gift_cards/{CODE}/transactions", body).json()["data"]["id"]

    spent = move("-10.10", "1")
    move("25", "2")
    caller.post(f"/gift_cards/{CODE}/redeem", {"amount": 333})
    caller.send("DELETE", f"/gift_cards/transactions/{spent}")
    adjust_credit(account_id=card.account_id, amount=money("-1 GBP"), actor=STAFF, now=NOW, why=Why(note="worn"))
    adjust_credit(
        account_id=card.account_id,
        amount=money("0.50 GBP"),
        actor=STAFF,
        now=NOW,
        why=Why(note="too worn"),
        expires_at=end_of_day(date(2026, 6, 30), "UTC"),
    )
    caller.post(f"/gift_cards/{CODE}/block", {"reason": "lost"})
    caller.post(f"/gift_cards/{CODE}/unblock", {})
    time_machine.move_to(days(90), tick=False)
    expire_cards(actor=SYSTEM, now=days(90))

    glu = [(event["type"], event["amount"]) for event in balances(caller)]
    lightspeed = caller.get(f"/gift_cards/{CODE}").json()
    movements = [(movement["type"], movement["amount"]) for movement in reversed(lightspeed["gift_card_transactions"])]

    assert glu == [
        ("Activation", 10000),
        ("Redemption", -1010),
        ("Topup", 2500),
        ("Redemption", -333),
        ("Reversal", 1010),
        ("Adjustment", -100),
        ("Adjustment", 50),
        ("Expiry", ANY),
        *[("Expiry", ANY)] * (len(glu) - 8),
    ]
    assert [amount for _, amount in glu] == [round(float(amount) * 100) for _, amount in movements]
    assert [kind for kind, _ in movements] == [
        "ACTIVATION",
        "REDEEMING",
        "RELOADING",
        "REDEEMING",
        "REVERSING",
        "REDEEMING",
        "RELOADING",
        *["EXPIRING"] * (len(glu) - 7),
    ]
    account = caller.get(f"/stored_credit_accounts/{CODE}").json()
    assert (account["currentBalance"], lightspeed["balance"]) == (0, "0.00")
    assert sum(amount for _, amount in glu) == 0
    assert {kind for kind, *_ in timeline(card)} >= {"BLOCKED", "UNBLOCKED", "EXPIRED"}


def test_moves_and_voids_have_their_words(caller, card):
    customer = given_customer()
    _, arrived = move_card_to_store_credit(card_id=card.id, actor=STAFF, now=NOW, customer_id=customer.pk)
    given_card("5.00 GBP", code="VOID-0001")
    caller.send("DELETE", "/gift_cards/VOID-0001")

    assert [event["type"] for event in balances(caller)] == ["Activation", "Transfer"]
    assert [event["type"] for event in balances(caller, "/gift_cards/VOID-0001/balances")] == [
        "Activation",
        "Cancellation",
    ]
    [there] = balances(caller, f"/credit_accounts/{arrived.account.number}/balances")
    assert (there["type"], there["amount"]) == ("Transfer", 10000)
    assert there["storedCreditAccount"]["code"] == arrived.account.number
    assert there["attachedMember"].endswith(f"/contacts/{customer.document_id}")


def test_a_code_is_whole_where_it_was_named_or_may_be_revealed(caller, card):
    reader = ApiCaller(given_client([Scope.GIFT_CARDS_READ]).plain)
    number = Transaction.objects.get().number

    def codes_of(who):
        events = [balances(who)[0], balances(who, "/balances")[0], who.get(f"/balances/{number}").json()]
        return [event["storedCreditAccount"]["code"] for event in events]

    assert codes_of(caller) == [CODE, CODE, CODE]
    assert codes_of(reader) == [CODE, "****0001", "****0001"]


def test_a_long_history_comes_in_pages(caller, card, monkeypatch):
    monkeypatch.setattr(AccountPages, "page_size", 2)
    for _ in range(4):
        given_redemption("1 GBP", card=card)
    path = f"/gift_cards/{CODE}/balances"
    numbers = list(Transaction.objects.order_by("number").values_list("number", flat=True))

    pages = [caller.get(f"{path}?page={page}") for page in (1, 2, 3, 4)]

    ids = [[event["id"] for event in page.json()["balances"]] for page in pages]
    assert ids == [numbers[:2], numbers[2:4], numbers[4:], []]
    url = f"http://testserver{ROOT}{path}?page="
    assert links_of(pages[0]) == {"first": f"{url}1", "next": f"{url}2"}
    assert links_of(pages[1]) == {"first": f"{url}1", "prev": f"{url}1", "next": f"{url}3"}
    assert links_of(pages[2]) == {"first": f"{url}1", "prev": f"{url}2"}


@pytest.mark.once_on_sqlite
def test_a_page_has_a_thousand_events(caller, card):
    with connection.cursor() as cursor:
        account = lock_account(cursor, card.account_id)
        movements = [
            Movement(
                account_id=account.id,
                currency="GBP",
                type="LOAD",
                amount_minor=1,
                counter_account="CASH",
                lots=(NewLot(1, "PAID", None),),
                actor=STAFF,
                now=NOW,
                why=Why(details={}),
            )
            for _ in range(1001)
        ]
        post_many(cursor, movements, {account.id: account})

    first = caller.get(f"/gift_cards/{CODE}/balances")

    assert len(first.json()["balances"]) == 1000
    assert len(balances(caller, f"/gift_cards/{CODE}/balances?page=2")) == 2
    assert len(caller.get(f"/stored_credit_accounts/{CODE}").json()["balances"]) == 100


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=1&page=2", "page=1e3"])
def test_a_page_that_is_none_is_refused(caller, card, query):
    assert caller.get(f"/gift_cards/{CODE}/balances?{query}").status_code == 400
    assert caller.get(f"/balances?{query}").status_code == 400


@pytest.fixture
def history(card):
    """Four events on four days, one of them on a customer's store credit."""
    given_redemption("25 GBP", card=card, now=days(1))
    given_credit("40 GBP", customer=given_customer(), now=days(2))
    given_redemption("5 GBP", card=card, now=days(3))
    return Transaction.objects.order_by("number")


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("", [-500, 4000, -2500, 10000]),
        ("order[happenedAt]=asc", [10000, -2500, 4000, -500]),
        ("order[happenedAt]=desc", [-500, 4000, -2500, 10000]),
        ("type=Redemption", [-500, -2500]),
        ("type=Activation", [4000, 10000]),
        ("type=Refund", []),
        ("amount[gt]=-500", [4000, 10000]),
        ("amount[gte]=-500", [-500, 4000, 10000]),
        ("amount[lt]=-500", [-2500]),
        ("amount[lte]=-500", [-500, -2500]),
        ("happenedAt[after]=2026-05-05T12:00:00Z", [-500, 4000, -2500]),
        ("happenedAt[after]=2026-05-06", [-500, 4000]),
        ("happenedAt[before]=2026-05-05T14:00:00%2B02:00", [-2500, 10000]),
        ("happenedAt[before]=2026-05-05T14:00:00+02:00", [-2500, 10000]),
        ("happenedAt[after]=2026-05-05&happenedAt[before]=2026-05-06&type=Redemption", [-2500]),
        ("createdAt[strictly_after]=2026-05-05T12:00:00Z", [-500, 4000]),
        ("updatedAt[strictly_before]=2026-05-05T12:00:00Z", [10000]),
        ("createdAt[after]=2026-05-05&createdAt[before]=2026-05-06T12:00:00Z", [4000, -2500]),
        ("expiresAt[before]=2026-12-31T23:59:59Z", [10000]),
        ("expiresAt[strictly_before]=2026-12-31T23:59:59Z", []),
        ("expiresAt[after]=2026-12-31T23:59:59Z", [10000]),
        ("expiresAt[strictly_after]=2026-12-31T23:59:59Z", []),
        ("amount[between]=-2500..4000", [-500, 4000, -2500]),
        ("amount[between]=-2500..-2500", [-2500]),
        ("page=2", []),
    ],
)
def test_balances_are_narrowed_and_ordered(caller, history, query, amounts):
    assert [event["amount"] for event in balances(caller, f"/balances?{query}")] == amounts


@pytest.mark.parametrize("member", ["createdAt", "updatedAt", "happenedAt", "expiresAt"])
def test_an_event_is_found_at_the_moment_that_the_answer_shows(caller, member):
    """A client that asks for what came after the newest it has must not be given that one again."""
    booked = NOW.replace(microsecond=123_456)
    given_credit("40 GBP", now=booked, expires_at=booked.replace(year=2027))
    shown = balances(caller, "/balances")[0][member]
    assert shown.endswith(":00.123Z")

    found = {
        name: len(balances(caller, f"/balances?{member}[{name}]={shown}"))
        for name in ("before", "strictly_before", "after", "strictly_after")
    }

    assert found == {"before": 1, "strictly_before": 0, "after": 1, "strictly_after": 0}
    assert balances(caller, f"/balances?{member}[after]={shown.replace('123Z', '1235Z')}") == []


@pytest.mark.parametrize(
    "query",
    [
        "type=redemption",
        "amount[gt]=1.5",
        "amount[gt]=x",
        "order[happenedAt]=up",
        "happenedAt[after]=yesterday",
        "happenedAt[after]=2026-13-01",
        "storedCreditAccount=x",
        "amount[between]=1",
        "amount[between]=5..1",
        "amount[between]=1.5..2",
        "expiresAt[before]=x",
        "order[createdAt]=asc",
        "createdAt[since]=2026-05-05",
        "amount=5",
        "cursor=1",
        "page=10001",
    ],
)
def test_a_filter_that_is_not_what_is_documented_is_refused(caller, history, query):
    response = caller.get(f"/balances?{query}")

    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")


def test_the_list_of_an_account_is_its_own(caller, card, history):
    [first, *_] = balances(caller)

    path = first["storedCreditAccount"]["balances"].removeprefix(f"http://testserver{ROOT}")

    newest_first = [event["id"] for event in balances(caller)][::-1]
    assert [event["id"] for event in balances(caller, path)] == newest_first


def test_balances_of_each_kind_need_its_scope_and_its_mode(history):
    cards, credits_, tester = (
        ApiCaller(given_client(scopes, test_mode=test_mode).plain)
        for scopes, test_mode in (([Scope.GIFT_CARDS_READ], False), ([Scope.STORE_CREDIT_READ], False), (None, True))
    )
    numbers = list(history.values_list("number", flat=True))

    assert [event["amount"] for event in balances(cards, "/balances")] == [-500, -2500, 10000]
    assert [event["amount"] for event in balances(credits_, "/balances")] == [4000]
    assert balances(tester, "/balances") == []
    assert cards.get(f"/balances/{numbers[2]}").status_code == 404
    assert credits_.get(f"/balances/{numbers[0]}").status_code == 404
    assert tester.get(f"/balances/{numbers[0]}").status_code == 404
    assert cards.get(f"/balances/{numbers[0]}").json()["amount"] == 10000


@pytest.mark.parametrize("number", ["0", "x", "1e3", "999999999999", "9" * 30, "%00"])
def test_a_balance_that_is_none_is_not_found(caller, history, number):
    response = caller.get(f"/balances/{number}")

    assert (response.status_code, response.json()["code"]) == (404, "balance_not_found")
