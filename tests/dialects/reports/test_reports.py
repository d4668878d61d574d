"""Reports of finance to programs: in JSON and CSV, kept as long as they are true, and read by whoever may."""

import csv
import io
import json
from typing import Any

import pytest

from ledger.models import CutSeal
from storecredit.api.schema import Exchange
from storecredit.dialects.reports import examples
from storecredit.finance.models import GeneralLedgerAccount, GeneralLedgerRule, JournalExport
from tests.callers import ROOT, ApiCaller, given_client, given_rights
from tests.dialects.reports.shop import given_june
from tests.factories.people import UserFactory
from tests.finance.month import at, close
from tests.ledger.commands.running import run
from tests.scenarios import given_credit

pytestmark = pytest.mark.django_db(transaction=True)

EXCHANGES = [each for value in vars(examples).values() if isinstance(value, tuple) for each in value]
EXAMPLES = [each for each in EXCHANGES if isinstance(each, Exchange) and "reconciliations" not in each.path]
JUNE = "from=2026-06-01&to=2026-06-30"
WRONG = [
    ("liability?day=2026-02-30", 400),
    ("liability?day=9999-12-31", 400),
    ("liability?cut=0", 400),
    ("liability?currency=DEM", 400),
    ("liability?funding=MAGIC", 400),
    ("liability?dya=2026-06-30", 400),
    ("roll-forward?from=2026-06-01&from_cut=1", 400),
    ("roll-forward?from=2026-06-05", 404),
    ("journal", 400),
    ("journal?from=2026-06-01", 400),
    ("journal?to=2026-06-30", 400),
    ("journal?from=2026-06-30&to=2026-06-01", 400),
    ("journal?from=2026-01-01&to=2026-06-30", 400),
    (f"journal?number=1&{JUNE}", 400),
    (f"journal?{JUNE}&limit=1001", 400),
    (f"journal?{JUNE}&cursor=Y3V0czoy", 400),
    ("journal?number=7", 404),
]
BUDGETS = [
    ("/reports/liability?cut=2&currency=GBP", 3),
    ("/reports/ageing?day=2026-06-30", 3),
    ("/reports/roll-forward", 5),
    (f"/reports/journal?{JUNE}", 8),
    ("/reports/cuts", 2),
]
REPORTS = [
    "/reports/liability?day=2026-06-30",
    "/reports/ageing?cut=2",
    f"/reports/roll-forward?{JUNE}",
    "/reports/journal?number=1",
]


@pytest.fixture
def books(time_machine: Any) -> None:
    given_june(time_machine)


@pytest.fixture
def finance(books: None) -> ApiCaller:
    return ApiCaller(given_client(["reports:read"]).plain)


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def in_the_words_of_the_examples(response: Any) -> str:
    first, last = CutSeal.objects.order_by("cut").values_list("digest", flat=True)[:2]
    return response.content.decode().replace(first, examples.FIRST_DIGEST).replace(last, examples.LAST_DIGEST)


def refusal_of(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_the_examples_are_what_is_answered(finance):
    assert len(EXAMPLES) == 10

    for example in EXAMPLES:
        response = finance.get(example.path.removeprefix(ROOT))

        answer = json.loads(in_the_words_of_the_examples(response))
        assert (response.status_code, answer) == (example.status, example.answer), example.name
        if example.status == 200:
            as_csv = finance.get(example.path.removeprefix(ROOT), accept="text/csv")
            assert in_the_words_of_the_examples(as_csv) == examples.as_csv(example)


def test_a_report_comes_as_csv_to_whoever_prefers_it(finance):
    path = f"/reports/roll-forward?{JUNE}"

    [_, pounds] = rows_of(finance.get(path, accept="application/json;q=0.5, text/csv"))

    told = {name: value for name, value in pounds.items() if value not in ("0", "0.00")}
    assert told == {
        "currency": "GBP",
        "kind": "STORE_CREDIT",
        "funding": "GOODWILL",
        "issued": "40.00",
        "issued_minor": "4000",
        "spent": "-15.00",
        "spent_minor": "-1500",
        "closing": "25.00",
        "closing_minor": "2500",
    }
    for accept in ("text/html", "*/*", "text/csv;q=0.1, application/json", "nonsense;q=x"):
        assert finance.get(path, accept=accept)["Content-Type"] == "application/json"
    assert refusal_of(finance.get("/reports/liability?cut=7", accept="text/csv")) == (404, "cut_not_found")
    assert rows_of(finance.get("/reports/cuts?to=2026-06-01", accept="text/csv"))[0]["number"] == "1"


def test_the_first_month_is_told_from_its_first_day_whenever_the_books_began_in_it(finance):
    whole, month = (finance.get(f"/reports/roll-forward?{query}to=2026-06-30") for query in ("", "from=2026-05-01&"))
    journal = finance.get("/reports/journal?from=2026-05-01&to=2026-06-30").json()["lines"]

    assert month.json() == whole.json()
    assert (month.json()["begin"], [line["opening"] for line in month.json()["lines"]]) == (None, ["0.00", "0.00"])
    assert [line["day"] for line in journal] == ["2026-06-30"] * len(journal)
    assert refusal_of(finance.get("/reports/roll-forward?from=2026-06-05")) == (404, "no_cut_at")


def test_what_a_spreadsheet_would_run_is_text_in_csv(finance):
    formula = GeneralLedgerAccount.objects.create(code="=1+1", name="Formula")
    GeneralLedgerRule.objects.filter(counter_account="GOODWILL").update(debit=formula)

    lines = rows_of(finance.get(f"/reports/journal?{JUNE}", accept="text/csv"))

    assert [line["debit"] for line in lines] == ["1210", "'=1+1", "2310"]


def test_a_report_of_a_past_cut_stays_the_same_to_the_byte_and_is_sent_once(finance, tmp_path):
    run("export_journal", str(tmp_path / "june.csv"), "--day", "2026-06-30")
    before = [finance.get(path) for path in REPORTS]

    given_credit("9.00 GBP", now=at(1, 7))
    close(2, 7)

    for path, first in zip(REPORTS, before, strict=True):
        again = finance.get(path)
        assert (again.content, again["ETag"]) == (first.content, first["ETag"]), path
        assert again["Cache-Control"] == "private, max-age=31536000, immutable"
        assert again["Vary"] == "Accept, Authorization, x-api-key"
        known = finance.get(path, if_none_match=f'"other", {first["ETag"]}')
        assert (known.status_code, known.content, known["ETag"]) == (304, b"", first["ETag"])
        assert finance.get(path, accept="text/csv")["ETag"] != first["ETag"]


def test_what_is_newest_is_asked_for_again_each_time(finance):
    first = finance.get("/reports/liability")

    given_credit("9.00 GBP", now=at(1, 7))
    close(2, 7)
    again = finance.get("/reports/liability", if_none_match=first["ETag"])

    assert first["Cache-Control"] == again["Cache-Control"] == "private, no-cache"
    assert [answer.json()["as_of"]["number"] for answer in (first, again)] == [2, 3]
    assert again.json()["totals"][1] == {"currency": "GBP", "owed": "34.00", "owed_minor": 3400}


def test_what_cannot_be_reported_is_a_problem(finance):
    for query, status in WRONG:
        assert refusal_of(finance.get(f"/reports/{query}"))[0] == status, query


def test_before_the_first_cut_there_is_nothing_to_report():
    caller = ApiCaller(given_client(["reports:read"]).plain)

    assert refusal_of(caller.get("/reports/liability")) == (404, "no_cut_yet")
    assert caller.get("/reports/cuts").json() == {"lines": [], "next_cursor": None}


def test_the_journal_is_read_page_by_page_and_never_exported_by_it(finance):
    path = f"/reports/journal?{JUNE}&limit=2"
    first = finance.get(path, accept="text/csv")

    rest = finance.get(path + "&cursor=am91cm5hbDoy", accept="text/csv")

    assert first["Link"] == f'<http://testserver/api/v1{path}&cursor=am91cm5hbDoy>; rel="next"'
    assert [line["place"] for line in rows_of(first) + rows_of(rest)] == ["1", "2", "3"]
    assert "Link" not in rest
    assert not JournalExport.objects.exists()


def test_movements_without_a_rule_are_named(finance):
    GeneralLedgerRule.objects.filter(counter_account="CASH").delete()

    refused = finance.get(f"/reports/journal?{JUNE}")

    assert refusal_of(refused) == (409, "movements_unmapped")
    assert "LOAD STORE_CREDIT PAID CASH" in refused.json()["detail"]


def test_a_test_key_sees_no_line_for_test_money_is_in_no_figure(books):
    tester = ApiCaller(given_client(["reports:read"], test_mode=True).plain)

    for report in REPORTS[:3]:
        told = tester.get(report).json()
        assert (told["lines"], told["totals"]) == ([], [])
    assert tester.get(f"/reports/journal?{JUNE}").json()["lines"] == []


def test_reports_are_read_by_whoever_may_and_changed_by_nobody(books):
    person = UserFactory.create(username="erin")
    key = ApiCaller(given_client(["reports:read"], owner=person).plain)
    other = ApiCaller(given_client(["store_credit:read"]).plain)

    assert refusal_of(other.get(REPORTS[0])) == (403, "scope_missing")
    assert refusal_of(key.get(REPORTS[0])) == (403, "owner_lacks_right")
    given_rights(person, "finance.view_reports")
    assert key.get(REPORTS[0]).status_code == 200
    assert refusal_of(key.post(REPORTS[0], {})) == (405, "method_not_allowed")


def test_a_report_costs_few_statements_however_long_its_span(finance, django_assert_num_queries):
    for path, count in BUDGETS:
        finance.get(path)

        with django_assert_num_queries(count):
            assert finance.get(path).status_code == 200
