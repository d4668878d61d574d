"""A client compares its own list with the books: what differs is answered, kept for finance, and found once a key."""

import pytest

from storecredit.dialects.reports import examples
from storecredit.finance.models import ReconciliationRun
from tests.callers import ROOT, ApiCaller, given_client, given_rights
from tests.factories.people import UserFactory
from tests.scenarios import nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/reports/reconciliations"
LINE = {"reference": "ORDER-7", "currency": "GBP", "amount_minor": -1200, "day": "2026-06-20"}


def told(answer):
    """An answer with the numbers that the database draws as the examples say them."""
    body = answer.json()
    if "id" in body:
        body["id"] = 1
        body["findings"] = [finding | {"id": 1} for finding in body["findings"]]
    return answer.status_code, body


def test_what_differs_is_answered_and_read_again_by_whoever_asked():
    caller = ApiCaller(given_client(["reports:read"]).plain)
    other = ApiCaller(given_client(["reports:read"]).plain)
    [asked], [read, unknown] = examples.RECONCILE, examples.READ_RECONCILIATION

    with nothing_moves():
        first = caller.post(PATH, asked.body, key=asked.key)
    again = caller.post(PATH, asked.body, key=asked.key)

    assert told(first) == told(again) == (201, asked.answer)
    assert again["Idempotent-Replayed"] == "true"
    address = first["Location"].removeprefix(ROOT)
    assert told(caller.get(address)) == (200, read.answer)
    assert told(other.get(address)) == told(caller.get(f"{PATH}/999999")) == (404, unknown.answer)
    assert caller.post(PATH, {"lines": [LINE]}, key=asked.key).status_code == 409
    run = ReconciliationRun.objects.get()
    assert (run.kind, run.source, run.door) == ("STATEMENT", "till", "api:reports")


def send_csv(caller, text, query="", key="k1"):
    return caller.send(
        "POST", f"{PATH}{query}", text, content_type="text/csv; charset=utf-8", headers={"idempotency-key": key}
    )


def test_a_list_comes_as_csv_as_the_command_reads_it():
    caller = ApiCaller(given_client(["reports:read"]).plain)
    [asked] = examples.RECONCILE

    with nothing_moves():
        answer = send_csv(
            caller, "reference,amount,currency,time\nORDER-7,-12.00,GBP,2026-06-20\n", "?source=till", key=asked.key
        )

    assert told(answer) == (201, asked.answer)
    assert told(caller.post(PATH, asked.body, key=asked.key)) == (201, asked.answer)


@pytest.mark.parametrize("moment", ["2026-06-20T20:30:00-05:00", "20260621", "2026-W25-7", "20260621T013000Z"])
def test_the_day_of_a_moment_is_the_shops_as_the_command_has_it(moment):
    caller = ApiCaller(given_client(["reports:read"]).plain)
    days = "?first_day=2026-06-21&last_day=2026-06-21"

    answer = send_csv(caller, f"reference,amount,currency,time\nORDER-7,12.00-,GBP,{moment}\n", days)

    assert answer.status_code == 201
    assert [(each["reference"], each["theirs_minor"]) for each in answer.json()["findings"]] == [("ORDER-7", -1200)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reference,amount,currency\nA,1.00,GBP\nB,1.001,GBP\n,1.00,GBP\n", "line 3, amount"),
        ("reference,amount,currency\nA,1.00,GBP\n,1.00,GBP\n", "line 3, reference: is empty"),
        (
            "reference,amount,currency\nA,1e2,GBP\n",
            "line 2, amount: is a power of ten, as a spreadsheet rounds a long number.",
        ),
        ("reference,currency\nA,GBP\n", "amount"),
        ("reference,amount,currency\n", "lines"),
        ("reference,amount,currency\n" + "A,1.00,GBP\n" * 1001, "lines"),
        ("\x00", "line"),
    ],
)
def test_what_is_wrong_with_a_csv_is_said_by_line_and_nothing_is_compared(text, words):
    refused = send_csv(ApiCaller(given_client(["reports:read"]).plain), text)

    assert refused.status_code == 400
    assert words in refused.json()["detail"]
    assert not ReconciliationRun.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "lines is required"),
        ({"lines": []}, "lines"),
        ({"lines": [LINE] * 1001}, "lines"),
        ({"lines": [LINE | {"currency": "DEM"}]}, "lines[0].currency"),
        ({"lines": [LINE | {"amount_minor": "12"}]}, "lines[0].amount_minor"),
        ({"lines": [LINE], "first_day": "2026-06-02", "last_day": "2026-06-01"}, "last_day"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole(body, words):
    caller = ApiCaller(given_client(["reports:read"]).plain)

    refused = caller.post(PATH, body, key="k1")

    assert refused.status_code == 400
    assert words in refused.json()["detail"]
    assert not ReconciliationRun.objects.exists()


def test_a_key_of_somebody_s_needs_their_right_to_reconcile():
    person = given_rights(UserFactory.create(), "finance.view_reports")
    caller = ApiCaller(given_client(["reports:read"], owner=person).plain)

    refused = caller.post(PATH, {"lines": [LINE]}, key="k1")
    given_rights(person, "finance.run_reconciliation")

    assert (refused.status_code, refused.json()["code"]) == (403, "owner_lacks_right")
    assert caller.post(PATH, {"lines": [LINE]}, key="k1").status_code == 201


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("?sorce=till", "There is no parameter 'sorce' here; there are: source, first_day, last_day."),
        ("?source=till&source=web", "source must be given once."),
        ("?source=", "source must not be empty."),
        ("?first_day=2026-06-01&first_day=2026-06-02", "first_day must be given once."),
        ("?last_day=June", "last_day must be a date such as 2026-12-31."),
    ],
)
def test_what_stands_beside_a_csv_is_as_strict_as_the_parameters_of_a_list(query, detail):
    text = "reference,amount,currency,time\nORDER-7,-12.00,GBP,2026-06-20\n"

    refused = send_csv(ApiCaller(given_client(["reports:read"]).plain), text, query)

    assert (refused.status_code, refused.json()["detail"]) == (400, detail)
    assert not ReconciliationRun.objects.exists()
