"""Lists of others, as they come, in the browser: it finds what the command finds, or says what is wrong with them."""

from typing import Any

import pytest

from ledger.operations import Why
from storecredit.backoffice.models import ImportRun, SavedMap
from storecredit.finance.models import ReconciliationRun
from tests.backoffice.imports.files import (
    UPLOAD,
    address,
    columns_of,
    go_on,
    intent_of,
    map_columns,
    send_file,
    start,
    upload,
)
from tests.backoffice.staff import Staff, text_of
from tests.ledger.commands.running import run
from tests.scenarios import NOW, given_credit, given_spend, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HEAD = "reference,amount,currency,time\n"
WRITTEN = [
    "-12.50", "12.50-", "\u221212.50", "(12.50)", "-£12.50", "£12.50-", "12.50 -", "1-2.50", "--12.50", "()", "-",
]  # fmt: skip
AMOUNTS = ["", "NaN", "1e5", "Infinity", "12.501", "9" * 30, "90071992547409.92", "١٢.٥٠", "0", "=1+1", "12.50 GBP"]
TIMES = ["2026-05-04", "04.05.2026", "05/04/2026", "2026-13-40", "0001-01-01", "9999-12-31", "1777896000", "gestern"]
FILES: dict[str, bytes] = {
    **{f"amount {text}": f"{HEAD}order-1,{text},GBP,\n".encode() for text in WRITTEN + AMOUNTS},
    **{f"time {text}": f"{HEAD}order-1,-12.50,GBP,{text}\n".encode() for text in TIMES},
    **{f"currency {text}": f"{HEAD}order-1,-12.50,{text},\n".encode() for text in ("gbp", "€", "XXX", "JPY", "", "GB")},
    **{
        f"reference {text[:9]}": f'{HEAD}"{text}",-12.50,GBP,\n'.encode()
        for text in ("", " order-1 ", "'order-1", "x" * 300, "=HYPERLINK(1)", "a\nb", "order-1\u200b", "ORDER-1")
    },
    "mark of the order of bytes": b"\xef\xbb\xbf" + f"{HEAD}order-1,-12.50,GBP,\n".encode(),
    "sixteen bits": f"{HEAD}order-1,-12.50,GBP,\n".encode("utf-16"),
    "sixteen bits without a mark": f"{HEAD}order-1,-12.50,GBP,\n".encode("utf-16-be"),
    "windows": f"{HEAD}M\u00fcller,-12.50,GBP,\n".encode("cp1252"),
    "semicolons": HEAD.replace(",", ";").encode() + b"order-1;-12,50;GBP;\n",
    "tabs": HEAD.replace(",", "\t").encode() + b"order-1\t-12.50\tGBP\t\n",
    "old ends of lines": f"{HEAD}order-1,-12.50,GBP,\n".replace("\n", "\r").encode(),
    "ends of lines of windows": f"{HEAD}order-1,-12.50,GBP,\n".replace("\n", "\r\n").encode(),
    "no end": f"{HEAD}order-1,-12.50,GBP,".encode(),
    "empty lines": f"{HEAD}\n\norder-1,-12.50,GBP,\n\n".encode(),
    "an open quote": f'{HEAD}"order-1,-12.50,GBP,\n'.encode(),
    "too few": f"{HEAD}order-1,-12.50\n".encode(),
    "too many": f"{HEAD}order-1,-12.50,GBP,,,,\n".encode(),
    "head alone": HEAD.encode(),
    "nothing": b"",
    "only ends": b"\n\n\n",
    "zip": b"PK\x03\x04" + bytes(64),
    "no sign": f"{HEAD}order-1\x00,-12.50,GBP,\n".encode(),
    "headers twice": b"reference,amount,amount,currency\norder-1,-12.50,1,GBP\n",
    "a sum below": f"{HEAD}order-1,-12.50,GBP,\nTotal,-12.50,,\n".encode(),
    "two for one": f"{HEAD}order-1,-10.00,GBP,\norder-1,-2.50,GBP,\n".encode(),
}


@pytest.fixture
def books() -> None:
    account = given_credit("50.00 GBP", why=Why(reference="ticket-1"), now=NOW)
    given_spend("12.50 GBP", account=account, why=Why(reference="order-1"), now=NOW)


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("name", FILES)
def test_the_browser_finds_what_the_command_finds(name: str, tmp_path):
    finance, path = Staff("Finance"), tmp_path / "list.csv"
    path.write_bytes(FILES[name])

    with nothing_moves():
        # The page counts which separator it is.
        told = run("reconcile_statement", str(path), "--json", *(["--separator", "tab"] if name == "tabs" else []))
        found = _by_browser(finance, FILES[name])

    assert told.code in {0, 1, 2}
    assert found == (_outcomes(told.facts["findings"]) if told.code < 2 else None)


def _outcomes(findings: list[dict[str, Any]]) -> dict[str, int]:
    differences = [each["difference"] for each in findings]
    return {difference: differences.count(difference) for difference in differences}


def _by_browser(finance: Staff, content: bytes) -> dict[str, int] | None:
    """How many differences of each kind; None if some page refused the file and said why."""
    sent = send_file(finance, intent_of(finance.open(UPLOAD)), "statements", content)
    if sent.status_code == 200:
        assert sent.context["form"].errors
        return None
    brought = ImportRun.objects.get()
    page = finance.open(address(brought, "change"))
    assert page.status_code == 200
    if "form" not in page.context or page.context["form"] is None:
        return None
    mapped = finance.send(address(brought, "columns"), **columns_of(page))
    if mapped.status_code == 200:
        return None
    brought = go_on(finance, brought)
    assert finance.open(address(brought, "change")).status_code == 200
    started = start(finance, brought, count=brought.rows or 0) if not brought.faults else None
    brought = go_on(finance, brought)
    if brought.state != "DONE":
        assert started is None or started.status_code in {200, 302}
        return None
    return dict(brought.facts["outcomes"])


def _is_gone() -> None:
    SavedMap.objects.all().delete()


def _is_other() -> None:
    saved = SavedMap.objects.get()
    saved.data["decimals"] = "comma"
    saved.save()


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("what_happens", [_is_gone, _is_other])
def test_a_map_that_a_colleague_saved_reads_the_next_list_as_the_page_showed_it_or_is_looked_at_again(what_happens):
    ada, ben = Staff("Finance", username="ada"), Staff("Finance", username="ben")
    file = "Ticket,Total\norder-1,12.50\n"
    said = {"currency": "GBP", "positive_is": "spent"}

    # given a layout that one of them has saved
    asked = {"column_0": "reference", "column_1": "amount", **said}
    map_columns(ada, upload(ada, "statements", file), **asked, save_as="psp")
    assert SavedMap.objects.get().saved_by == ada.user

    # when the other brings in the next list, and it is another once the page is sent
    second = upload(ben, "statements", file)
    proposed = columns_of(ben.open(address(second, "change")))
    what_happens()
    sent = ben.send(address(second, "columns"), **proposed | said)
    second.refresh_from_db()

    # then it was proposed; what was typed is there still, and nothing is read before somebody has looked again
    assert (proposed["column_0"], proposed["column_1"]) == ("reference", "amount")
    assert "The layout that knows these headers has changed meanwhile. Look at it once more." in text_of(sent)
    assert (second.state, columns_of(sent)["column_1"]) == ("MAPPING", "amount")

    assert ben.send(address(second, "columns"), **columns_of(sent) | {"decimals": "point"}).status_code == 302
    second = go_on(ben, second)
    start(ben, second, count=1)
    second = go_on(ben, second)
    assert (second.state, second.facts["outcomes"]) == ("DONE", {"missing there": 1})
    assert ReconciliationRun.objects.get().actor_label == "ben"
