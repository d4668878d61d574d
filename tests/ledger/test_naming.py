"""Rows that name somebody are found in whatever spelling, and each row's words are looked through once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Transaction
from ledger.operations import Why
from ledger.queries import Naming, find_rows_naming
from tests.scenarios import given_credit

pytestmark = pytest.mark.django_db

NAMES = ("ada.byron@example.com", "Ada Byron", "Byron, Ada", "+44 7700 900123")
COLUMNS = ["reference", "note", "details"]


def given_entry(note: str = "", **why: object) -> Transaction:
    return Transaction.objects.get(account=given_credit("5.00 GBP", why=Why(note=note, **why)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("note", "reference", "metadata", "named"),
    [
        ("for ADA  BYRON", "", None, {"note"}),
        ("byron, ada rang", "Ada Byron", None, {"note", "reference"}),
        ("", "", {"mail": "Ada.Byron@Example.com"}, {"details"}),
        ("07700-900 123", "", None, {"note"}),
        ("ada%20byron", "", None, {"note"}),
        ("Lord Byron", "Ada", None, set()),
        ("Ada Byronson", "", None, set()),
        ("", "", None, set()),
    ],
)
def test_finds_a_row_by_each_column_that_names_them(note, reference, metadata, named):
    entry = given_entry(note, reference=reference, metadata=metadata or {})

    found = find_rows_naming(table="ledger_transaction", columns=COLUMNS, naming=Naming(NAMES))

    assert {str(key).replace("-", ""): columns for key, columns in found.items()} == (
        {entry.pk.hex: named} if named else {}
    )


@pytest.mark.postgresql
def test_makes_one_text_of_a_row_and_looks_for_the_surname_before_all_else():
    with CaptureQueriesContext(connection) as asked:
        find_rows_naming(table="ledger_transaction", columns=COLUMNS, naming=Naming(NAMES))

    [sql] = [each["sql"] for each in asked if "ledger_transaction" in each["sql"]]
    assert sql.count("LOWER(") == 1
    assert sql.count("LIKE") == 6
    assert sql.index("%byron%") < sql.index("%ada%")


@pytest.mark.postgresql
def test_says_of_words_that_share_none_that_one_of_each_is_enough():
    test, values = Naming(["Ada Byron", "Grace Hopper"]).condition("said")

    assert (test, values) == (
        "(said LIKE %s AND ((said LIKE %s))) OR (said LIKE %s AND ((said LIKE %s)))",
        ["%hopper%", "%grace%", "%byron%", "%ada%"],
    )
