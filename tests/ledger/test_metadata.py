"""The members by which transactions, cards and requests are found: what they are digests of, and how they are kept."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from giftcards.models import CardMetadatum
from ledger.metadata import Member, list_members
from ledger.models import TransactionMetadatum
from ledger.operations import Why
from ledger.queries import Finding, get_transaction, has_metadata, list_entries, metadata_of
from storecredit.backoffice.proof import DOMAINS
from storecredit.credits.models import CreditRequestMetadatum
from tests.factories.credits import CreditRequestMetadatumFactory
from tests.factories.giftcards import CardMetadatumFactory
from tests.factories.ledger import TransactionMetadatumFactory
from tests.ledger.attacks import insert, refused_by, run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, days, entries_of, given_credit, given_spend

KINDS: dict[str, tuple[Any, Any]] = {
    "transaction": (TransactionMetadatum, TransactionMetadatumFactory),
    "card": (CardMetadatum, CardMetadatumFactory),
    "request": (CreditRequestMetadatum, CreditRequestMetadatumFactory),
}


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, db: None) -> tuple[str, str, UUID]:
    """The table of members, the column that names whose they are, and somebody who has one."""
    model, factory = KINDS[request.param]
    row: Any = factory.create()
    return model._meta.db_table, f"{request.param}_id", getattr(row, f"{request.param}_id")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a text", "a text"),
        ("", ""),
        (4, "4"),
        (-4, "-4"),
        (25.0, "25"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (1.5e300, "15" + "0" * 299),
        (True, "true"),
        (False, "false"),
        (None, "null"),
    ],
)
def test_a_plain_value_is_found_by_its_text(value: Any, text: str):
    assert list_members({"name": value}) == [Member("name", text)]


@pytest.mark.parametrize("value", [{}, {"a": 1}, [], ["a"]])
def test_an_object_and_an_array_are_not_found(value: Any):
    assert list_members({"name": value, "other": 1}) == [Member("other", "1")]


def test_no_two_members_have_one_digest():
    members = [Member("a", "bc"), Member("ab", "c"), Member("", "abc"), Member("abc", ""), Member("A", "bc")]

    assert len({member.digest for member in members}) == 5


@pytest.mark.django_db
def test_an_entry_keeps_it_beside_its_details_whatever_its_clock_says():
    account = given_credit("10 GBP", now=days(2), why=Why(details={"category": "x"}, metadata={"ticket": "T-17"}))
    given_credit("1 GBP", to=account, now=NOW, why=Why(details={"category": "y"}, metadata={"ticket": "T-17"}))
    given_spend("3 GBP", account=account, now=NOW, why=Why(metadata={"ticket": "T-17", "tags": [1, 2.5]}))

    behind = {"clock": NOW.isoformat()}
    assert [entry.details for entry in entries_of(account)] == [
        {"category": "x", "metadata": {"ticket": "T-17"}},
        {"category": "y", "metadata": {"ticket": "T-17"}} | behind,
        {"metadata": {"ticket": "T-17", "tags": [1, 2.5]}} | behind,
    ]
    found = list_entries(account_id=account.pk).filter(has_metadata(Member("ticket", "T-17")))
    assert [entry.amount_minor for entry in found] == [1000, 100, -300]
    assert metadata_of(get_transaction(transaction_id=found[2].pk)) == {"ticket": "T-17", "tags": [1, 2.5]}


@pytest.mark.django_db
@pytest.mark.parametrize("count", [8, 9, 200])
def test_an_entry_may_have_many_members(count: int):
    metadata = {f"m{number}": number for number in range(count)}

    account = given_credit("10 GBP", why=Why(metadata=metadata))

    assert metadata_of(entries_of(account)[0]) == metadata
    last = Member(f"m{count - 1}", str(count - 1))
    assert list_entries(account_id=account.pk).filter(has_metadata(last)).count() == 1
    assert TransactionMetadatum.objects.count() == count


@pytest.mark.parametrize("change", ["digest = 'x'", "id = id"])
def test_a_member_is_never_updated(kept: tuple[str, str, UUID], change: str):
    with refused_by(f"{kept[0]}_immutable"):
        run(f"UPDATE {kept[0]} SET {change}")


def test_a_member_is_never_deleted(kept: tuple[str, str, UUID]):
    with refused_by(f"{kept[0]}_immutable"):
        run(f"DELETE FROM {kept[0]}")


def test_none_is_hung_on_what_is_there_already(kept: tuple[str, str, UUID]):
    table, column, owner = kept
    one_more: dict[str, Any] = {column: owner, "digest": Member("ticket", "T-18").digest}

    with refused_by(f"{table}_before_{column.removesuffix('_id')}"):
        insert(table, **one_more)


@pytest.mark.postgresql
def test_none_is_truncated(kept: tuple[str, str, UUID]):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with refused_by(f"{kept[0]}_no_truncate"):
        run(f"TRUNCATE {kept[0]}")


@pytest.mark.parametrize("damage", ["one is gone", "one too many", "another"])
def test_whoever_proves_the_books_finds_members_that_are_not_those_of_the_metadata(
    kept: tuple[str, str, UUID], damage: str
):
    table, column, owner = kept
    assert list_all_findings() == []

    with triggers_off("ledger", "giftcards", "credits"):
        if damage == "one is gone":
            run(f"DELETE FROM {table}")
        elif damage == "one too many":
            one_more: dict[str, Any] = {column: owner, "digest": Member("ticket", "T-18").digest}
            insert(table, **one_more)
        else:
            run(f"UPDATE {table} SET digest = 'x'")

    kind = column.removesuffix("_id")
    assert [finding.check for finding in list_all_findings()] == [f"{kind}_metadata"]


def list_all_findings() -> list[Finding]:
    return [finding for _label, domain in DOMAINS for finding in domain.list_findings()]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 8])
def test_what_is_kept_costs_postgresql_no_statement_more(count: int):
    account = given_credit("10 GBP")

    def statements_of(metadata: dict[str, Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            given_credit("1 GBP", to=account, why=Why(metadata=metadata))
            given_spend("1 GBP", account=account, why=Why(metadata=metadata))
        return len(captured)

    more = statements_of({f"m{number}": number for number in range(count)}) - statements_of({})

    assert more == {"postgresql": 0, "sqlite": 2}[connection.vendor]
