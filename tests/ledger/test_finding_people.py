"""People are found by the beginnings of words, whatever the capitals and accents, and always by an index."""

import re
from typing import Any

import pytest
from django.db import connection

from ledger.folding import fold, read_search
from ledger.models import Account, Customer, CustomerWord
from ledger.operations import CustomerRow, create_customer, import_customers, update_customer
from ledger.queries import list_customers, list_findings
from ledger.querysets import is_frequent
from tests.callers import ApiCaller, given_client
from tests.scenarios import NOW, given_credit, given_customer

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    return sorted(customer.number for customer in list_customers(test_mode=False, search=text))


@pytest.fixture
def people() -> None:
    create_customer(now=NOW, number="M-1", first_name="Jürgen", last_name="Müller", email="jm@example.com")
    create_customer(now=NOW, number="M-2", first_name="JÜRGEN", last_name="MÜLLER")
    create_customer(now=NOW, number="Z-1", first_name="Zoë", last_name="Brontë-Smith", phone="+44 (0)20 7946 0958")
    create_customer(
        now=NOW, number="O-1", first_name="Søren", last_name="O’Neil", email="Soren.O'Neil@mail.example.org"
    )
    create_customer(now=NOW, number="S-1", first_name="Łukasz", last_name="Weißæ", phone="020 7946 0001")
    create_customer(now=NOW, number="R-1", first_name="Анна", last_name="山田太郎", phone="+1 555 0100")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("muller", ["M-1", "M-2"]),
        ("Müller", ["M-1", "M-2"]),
        ("MÜLLER", ["M-1", "M-2"]),
        ("Mu\u0308ller", ["M-1", "M-2"]),
        ("mull", ["M-1", "M-2"]),
        ("uller", []),
        ("Müller, Jürgen", ["M-1", "M-2"]),
        ("muller zoe", []),
        ("Bronte", ["Z-1"]),
        ("Brontë", ["Z-1"]),
        ("smith", ["Z-1"]),
        ("Brontë-Smith, Zoë", ["Z-1"]),
        ("zoe bronte-smith", ["Z-1"]),
        ("bronte–smith", ["Z-1"]),
        ("brontesmith", ["Z-1"]),
        ("02079460958", ["Z-1"]),
        ("00442079460958", ["Z-1"]),
        ("+442079460958", ["Z-1"]),
        ("442079460958", ["Z-1"]),
        ("+44 (0)20 7946 0958", ["Z-1"]),
        ("+44 20 7946 0958", ["Z-1"]),
        ("020 7946 0958", ["Z-1"]),
        ("2079460958", ["Z-1"]),
        ("+44 20 7946 0001", ["S-1"]),
        ("00442079460001", ["S-1"]),
        ("020 7946", ["S-1", "Z-1"]),
        ("5550100", ["R-1"]),
        ("soren", ["O-1"]),
        ("Søren", ["O-1"]),
        ("o'neil", ["O-1"]),
        ("oneil", ["O-1"]),
        ("neil", ["O-1"]),
        ("soren.o'neil@mail.example.org", ["O-1"]),
        ("SOREN.O'NEIL@MAIL", ["O-1"]),
        ("example.org", ["O-1"]),
        ("@example.com", ["M-1"]),
        ("lukasz", ["S-1"]),
        ("weissae", ["S-1"]),
        ("анна", ["R-1"]),
        ("山田", ["R-1"]),
        ("m-1", ["M-1"]),
        ("M1", ["M-1"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("", ["M-1", "M-2", "O-1", "R-1", "S-1", "Z-1"]),
    ],
)
def test_somebody_is_found_however_it_is_typed(people, text, numbers):
    assert found(text) == numbers


def test_the_api_finds_alike(people):
    caller = ApiCaller(given_client().plain)

    answers = [caller.get("/customers", QUERY_STRING=f"search={text}") for text in ("muller",)]

    assert [sorted(row["customerNumber"] for row in answer.json()["data"]) for answer in answers]
    data = caller.get("/customers?search=Bront%C3%AB-Smith%2C%20Zo%C3%AB").json()["data"]
    assert [row["customerNumber"] for row in data] == ["Z-1"]


def test_a_change_is_found_and_what_was_is_not(people):
    customer = Customer.objects.get(number="Z-1")

    update_customer(customer_id=customer.pk, changes={"last_name": "Nicholls"}, now=NOW)

    assert (found("nicholls"), found("bronte"), found("zoe")) == (["Z-1"], [], ["Z-1"])


def test_an_import_is_found_and_keeps_what_it_does_not_say(people):
    rows = [CustomerRow("Z-1", {"last_name": "Nicholls"}), CustomerRow("Z-2", {"last_name": "Gaskell"})]

    import_customers(rows=rows, now=NOW)

    assert (found("nicholls"), found("bronte"), found("02079460958"), found("gaskell")) == (
        ["Z-1"],
        [],
        ["Z-1"],
        ["Z-2"],
    )


def test_the_words_follow_the_row_whoever_writes_it():
    customer = given_customer(number="A-1", first_name="Ada", last_name="", email="")
    assert found("ada") == ["A-1"]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_customer SET folded = 'grace' WHERE id = %s", [customer.pk])

    assert (found("ada"), found("grace")) == ([], ["A-1"])


def test_no_search_reads_every_customer():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # the table is empty here
        queries = [
            list_customers(test_mode=False, search=text)[:51] for text in ("muller", "zoe bronte", "02079460958")
        ]
        plans = []
        for query in queries:
            sql, values = query.query.sql_with_params()
            explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{explain} {sql}", values)
            plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

    for plan in plans:
        assert "ledger_customerword_once" in plan or "autoindex_ledger_customerword" in plan
        assert "SCAN" not in plan
        assert "Seq Scan" not in plan


def test_a_word_that_very_many_have_is_counted_no_further_than_it_takes_to_know():
    """While the table was never counted, all that begin so are taken for few, which could as well be sorted."""
    customer = given_customer(first_name="Grace")
    words = [CustomerWord(customer=customer, word=f"ada{number}") for number in range(5000)]
    CustomerWord.objects.bulk_create(words)
    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        statements.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        assert (is_frequent(("ada",)), is_frequent(("grace",))) == (True, False)

    with connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {statements[0][0]}", statements[0][1])
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "ledger_customerword_once" in plan or "autoindex_ledger_customerword" in plan
    assert "TEMP B-TREE" not in plan
    assert [int(rows) for rows in re.findall(r"actual time=\S+ rows=(\d+)", plan) if int(rows) > 500] == []


@pytest.mark.parametrize("most", [500, 2])
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ada", ["A-1", "A-2", "A-3"]),
        ("ada lovelace", ["A-1"]),
        ("lovelace ada", ["A-1"]),
        ("ada example.com", ["A-1", "A-2"]),
        ("grace", ["G-1"]),
        ("ada grace", []),
        ("%", []),
    ],
)
def test_a_word_that_many_have_finds_as_one_that_few_have(monkeypatch, text, numbers, most):
    monkeypatch.setattr("ledger.querysets._FREQUENT", most)
    given_customer(number="A-1", first_name="Ada", last_name="Lovelace", email="al@example.com")
    given_customer(number="A-2", first_name="Ada", last_name="Byron", email="ab@example.com")
    given_customer(number="A-3", first_name="Ada", last_name="King", email="")
    given_customer(number="G-1", first_name="Grace", last_name="Hopper", email="")
    for customer in Customer.objects.all():
        given_credit("10 GBP", customer=customer)

    assert found(text) == numbers
    accounts = Account.objects.all().matching(text).values_list("customer__number", flat=True)
    assert sorted(accounts) == numbers


@pytest.mark.parametrize("most", [500, 2])
def test_an_account_is_found_by_its_number_beside_those_of_people(monkeypatch, most):
    monkeypatch.setattr("ledger.querysets._FREQUENT", most)
    account, _ = given_credit("10 GBP"), given_credit("10 GBP")

    assert list(Account.objects.all().matching(account.number)) == [account]
    assert list(Account.objects.all().matching(f"{account.number[:4]}-{account.number[4:]}".lower())) == [account]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Brontë", "bronte"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Ångström", "angstrom"),
        ("Đặng", "dang"),
        ("Æsir", "aesir"),
        ("Œuvre", "oeuvre"),
        ("Ødegård", "odegard"),
        ("İstanbul", "istanbul"),
        ("ﬁne", "fine"),
        ("O'Neil", "oneil"),
    ],
)
def test_letters_are_folded_to_the_plain_ones(text, folded):
    assert fold(text) == folded


def test_what_is_typed_is_bounded():
    assert len(read_search("a " * 200)) == 12
    assert [len(word) for (word,) in read_search("x" * 500)] == [120]


def test_words_that_no_longer_fit_are_found():
    customer = given_customer(number="A-1", first_name="Ada")
    Customer.objects.filter(pk=customer.pk).update(first_name="Grace")

    assert [(finding.check, finding.row) for finding in list_findings()] == [("customer_words", "customer A-1")]
