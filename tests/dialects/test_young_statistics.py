"""
A shop's first hour: statements were prepared while the tables were empty, then a shop was imported, and nobody has
taken statistics. No request may read a big table from its start to its end.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from giftcards.operations import make_batch, plan_batch
from ledger.models import Account
from tests.backoffice.staff import Staff
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_person
from tests.dialects.digital_river.shop import CHECKOUT, credit_of
from tests.dialects.fabric.calls import BOTH, CREDIT, act
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, STAFF, given_credit, given_customer, money

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

MANY = 50_000
CODE = "TILL-0001"
#: What may be read of a big table in the whole run: the rows of its first page at most.
BOUND = 200
BIG = (
    "ledger_customer", "ledger_customerword", "ledger_account", "ledger_lot", "ledger_transaction",
    "giftcards_giftcard", "giftcards_cardevent", "api_idempotencyrecord",
)  # fmt: skip
CUSTOMERS = f"""
    INSERT INTO ledger_customer (document_id, number, entity_type, first_name, last_name, email, phone, status,
                                 test_mode, folded, created_at, updated_at)
    SELECT 'k' || lpad(n::text, 16, '0'), 'SHOP-' || n, 'customer', 'Ada', 'B' || n, 'a' || n || '@example.com', '',
           'active', false, 'ada b' || n || ' shop' || n, now(), now() FROM generate_series(1, {MANY}) n"""
ACCOUNTS = """
    INSERT INTO ledger_account (number, kind, customer_id, currency, status, balance_minor, held_minor, sequence,
                                test_mode, created_at)
    SELECT 'SC' || lpad(id::text, 12, '0'), 'STORE_CREDIT', id, 'GBP', 'OPEN', 0, 0, 0, false, now()
      FROM ledger_customer WHERE number LIKE 'SHOP-%' ON CONFLICT DO NOTHING"""
ANSWERS = f"""
    INSERT INTO api_idempotencyrecord (client_id, namespace, key, fingerprint, answer, status, created_at)
    SELECT %s, '', 'many-' || n, md5(n::text), '', 200, now() FROM generate_series(1, {MANY}) n"""


@pytest.fixture
def shop(time_machine) -> ApiCaller:
    time_machine.move_to(NOW, tick=False)
    given_credit("1000 GBP", customer=given_customer(number="CUST-1"))
    given_card("1000 GBP", code=CODE)
    return ApiCaller(given_client().plain)


def test_no_request_reads_a_big_table_whole(shop: ApiCaller):
    line = given_credit("1000 USD", customer=given_customer(number="CUST-2"))
    approver = ApiCaller(given_client(BOTH, owner=given_person("ada")).plain)
    staff = [Staff("Agent"), Staff("Finance")]
    asked = iter(range(10_000))

    def serve() -> list[tuple[str, int]]:
        return [*use_the_api(shop, line, asked), *ask_for_credits(approver), *open_pages(staff)]

    for _ in range(3):
        serve()
    fill(shop)

    grown = read_whole(serve)
    scanned = {name: grown[name] for name in BIG if grown[name] > BOUND}

    assert scanned == {}


def use_the_api(api: ApiCaller, line: Account, asked: Iterator[int]) -> Iterator[tuple[str, int]]:
    credit = "/customers/CUST-1/store-credit"
    reads = [
        "/customers", "/customers?search=ada", "/customers/CUST-1", "/customers/cust-1", "/customers/NOBODY", credit,
        f"{credit}?currency=GBP", f"{credit}/transactions", f"/gift_cards/by_number/{CODE}", "/gift_cards",
        f"/gift_cards/{CODE}", f"/gift_cards/{CODE}/balances", f"/stored_credit_accounts/{CODE}",
        f"/credit_accounts/{line.number}", f"/credit_accounts/{line.number}/balances", "/balances", "/sources",
        "/contacts/CUST-1", "/checkouts/store-credits?customerId=CUST-2", f"/checkouts/store-credits/{line.number}",
        "/orders", "/refunds",
    ]  # fmt: skip
    for path in reads:
        yield path, api.get(path).status_code
    one = {"amount": 1, "currency": "GBP"}
    yield "issue", api.post(credit, one, key=f"issue-{next(asked)}").status_code
    yield "debit", api.post(f"{credit}/debits", one, key=f"debit-{next(asked)}").status_code
    spend = {"type": "REDEEMING", "amount": "-1.00", "client_id": f"spend-{next(asked)}"}
    yield "spend", api.post(f"/gift_cards/{CODE}/transactions", spend).status_code
    yield "redeem", api.post(f"/gift_cards/{CODE}/redeem", {"amount": 100}, key=f"redeem-{next(asked)}").status_code
    yield "customer", api.post("/customers", {"firstName": "Ada"}).status_code
    checkout = api.post("/checkouts", CHECKOUT).json()
    session = {"paymentSessionId": checkout["payment"]["session"]["id"]}
    source = api.post("/sources", credit_of(line, 27.01) | session).json()
    yield "attach", api.post(f"/checkouts/{checkout['id']}/sources/{source['id']}", "").status_code
    order = api.post("/orders", {"checkoutId": checkout["id"]})
    yield "order", order.status_code
    yield "order again", api.get(f"/orders/{order.json()['id']}").status_code


def ask_for_credits(api: ApiCaller) -> Iterator[tuple[str, int]]:
    for action, body in (
        ("create-credits", {"credits": [CREDIT]}),
        ("list-credits", {}),
        ("check-credits-eligibility", {}),
    ):
        yield action, act(api, action, body).status_code


def open_pages(staff: list[Staff]) -> Iterator[tuple[str, int]]:
    pages = [
        "/admin/", "/admin/ledger/customer/", "/admin/ledger/customer/?q=byron", "/admin/ledger/customer/?q=CUST-1",
        "/admin/ledger/account/", "/admin/ledger/transaction/", "/admin/ledger/transaction/?q=CUST-1",
        "/admin/ledger/hold/", "/admin/giftcards/giftcard/", f"/admin/giftcards/giftcard/?q={CODE}",
        "/admin/giftcards/cardbatch/", "/admin/credits/creditrequest/",
        "/admin/credits/creditrequest/?q=byron", "/admin/checkouts/order/", "/admin/checkouts/checkout/",
    ]  # fmt: skip
    for person in staff:
        for page in pages:
            yield f"{person.user.username} {page}", person.open(page).status_code


def fill(api: ApiCaller) -> None:
    batch = plan_batch(name="Many", amount=money("5.00 GBP"), size=MANY, actor=STAFF, now=NOW)
    make_batch(batch_id=batch.pk, actor=STAFF, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMERS)
        cursor.execute(ACCOUNTS)
        cursor.execute("SELECT id FROM api_apiclient ORDER BY id LIMIT 1")
        (client,) = cursor.fetchone()
        cursor.execute(ANSWERS, [client])


def read_whole(serve: Any) -> dict[str, int]:
    """How many rows of each table were read from start to end while it ran."""
    before = count_reads()
    for what, status in serve():
        assert status < 500, what
    after = count_reads()
    return {name: after[name] - before[name] for name in after}


def count_reads() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT relname, seq_tup_read FROM pg_stat_user_tables")
        return dict(cursor.fetchall())
