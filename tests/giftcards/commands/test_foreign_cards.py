"""Cards come in from the files that other programs write, and nothing about such a file is guessed."""

import csv
import json
from datetime import UTC, datetime

import pytest

from giftcards.management.card_file import CardFile
from giftcards.models import CardState, GiftCard
from giftcards.operations import expire_cards, redeem_card, rotate_codes
from giftcards.queries import find_card_id, get_card, list_findings
from ledger.errors import DomainError
from ledger.queries import list_findings as list_ledger_findings
from tests.ledger.commands.running import Done, run
from tests.scenarios import API, SYSTEM, counter_balances, money, nothing_moves

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
SHOPIFY = (
    "Id,Last Characters,Code,Customer Name,Email,Recipient Name,Recipient Email,Order Name,Date Issued,Send At,"
    "Expires On,Initial Balance,Current Balance,Currency,Expired?,Enabled?,Note,Message\n"
)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def given_file(tmp_path):
    def write(content: str, name: str = "cards.csv") -> str:
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        return str(file)

    return write


def errors(done: Done) -> list[tuple[int | None, str | None, str]]:
    return [(error["line"], error["column"], error["message"]) for error in done.facts["errors"]]


def card(code: str):
    return get_card(code=code, test_mode=False, now=NOW)


def balances() -> dict[str, int]:
    return dict(GiftCard.objects.values_list("last_four", "account__balance_minor"))


def test_shopifys_export_is_known_by_its_headers(given_file):
    file = given_file(
        SHOPIFY + "669632561443,3rqb,abcd-efgh-3rqb,Ada King,ada@example.com,Grace,grace@example.com,#1001,"
        "2026-01-02 10:00:00 -0500,,2027-12-31,100.00,85.00,CAD,false,true,,\n"
        "669632561444,9xyz,abcd-efgh-9xyz,,,,,,2026-01-02 10:00:00 -0500,,,50.00,50.00,CAD,false,false,,\n"
    )

    done = run("import_cards", file, "--control-total", "CAD=135", "--time-zone", "UTC", "--json")

    assert (done.code, done.facts["map"], done.facts["imported"]) == (0, "shopify-gift-cards", 2)
    first, second = card("ABCDEFGH3RQB"), card("abcd-efgh-9xyz")
    assert (first.balance_minor, first.state, str(first.expires_on)) == (8500, CardState.ACTIVE, "2027-12-31")
    row = GiftCard.objects.get(pk=first.id)
    assert (row.recipient_name, row.recipient_email) == ("Grace", "grace@example.com")
    assert (second.balance_minor, second.state) == (5000, CardState.BLOCKED)


def test_two_bad_lines_of_a_foreign_file_keep_it_out_and_are_named_by_the_files_own_headers(given_file, tmp_path):
    file = given_file(
        SHOPIFY + "1,3rqb,abcd-efgh-3rqb,,,,,,,,2027-12-31,100.00,a lot,CAD,false,true,,\n"
        "2,9xyz,abcd-efgh-9xyz,,,,,,,,soon,50.00,50.00,CAD,false,true,,\n"
        "3,1xyz,abcd-efgh-1xyz,,,,,,,,,50.00,50.00,CAD,false,true,,\n"
    )
    listed = tmp_path / "errors.csv"

    with nothing_moves():
        done = run("import_cards", file, "--dry-run", "--errors", str(listed), "--json")

    assert done.code == 1
    assert list(csv.reader(listed.open())) == [
        ["line", "column", "header", "message"],
        ["2", "balance", "Current Balance", "is not an amount such as 12.50"],
        ["3", "expires_on", "Expires On", "is not a day such as 2027-12-31"],
    ]


@pytest.mark.parametrize("name", [each.name for each in CardFile.list_maps()])
def test_each_shipped_layout_is_known_by_its_headers_in_any_case(given_file, name: str):
    (layout,) = [each for each in CardFile.list_maps() if each.name == name]
    firsts = {column: header for header, column in reversed(list(layout.columns.items()))}
    headers = {firsts["number"]: "abcd-1234", firsts["balance"]: "5.00"}
    headers |= dict.fromkeys(sorted(layout.ignored), "")
    file = given_file(f"{','.join(headers).upper().replace('_', ' ')}\n{','.join(headers.values())}\n")

    done = run("import_cards", file, "--currency", "USD", "--control-total", "5", "--json")

    assert (done.code, done.facts["map"], balances()) == (0, name, {"1234": 500})


@pytest.mark.parametrize(
    ("written", "arguments", "minor"),
    [
        ("$25.00", [], 2500),
        ("US$ 25", [], 2500),
        ("25.00 USD", [], 2500),
        ("usd 25.00", [], 2500),
        ("$1,234.50", [], 123450),
        ("1 234.50", [], 123450),
        ("1\u202f234\u202f567.5", [], 123456750),
        ("1'234.50", [], 123450),
        ("1,234,567", [], 123456700),
        ("1,234", ["--decimals", "point"], 123400),
        ("25,00", ["--decimals", "comma"], 2500),
        ("1.234,50 $", ["--decimals", "comma"], 123450),
        ("1.234", ["--decimals", "comma"], 123400),
    ],
)
def test_an_amount_is_read_as_people_write_it(given_file, written: str, arguments: list[str], minor: int):
    file = given_file(f'Number,Balance,Currency\nAAAA-1111,"{written}",USD\n')
    total = f"USD={minor / 100:.2f}"

    done = run("import_cards", file, "--control-total", total, *arguments, "--json")

    assert (done.code, balances()) == (0, {"1111": minor})


@pytest.mark.parametrize(
    ("written", "arguments", "message"),
    [
        ("€25.00", [], "is in another currency than USD"),
        ("EUR 25.00", [], "is in another currency than USD"),
        ("25,00", [], "has a comma, which may set decimals or thousands apart (--decimals comma or point says which)"),
        ("1,234", [], "has a comma, which may set decimals or thousands apart (--decimals comma or point says which)"),
        ("25.00", ["--decimals", "comma"], "is not an amount such as 12,50"),
        ("25,00", ["--decimals", "point"], "is not an amount such as 12.50"),
        ("12 34.00", [], "is not an amount such as 12.50"),
        ("1 234,567.00", [], "is not an amount such as 12.50"),
        ("1,2345.00", [], "is not an amount such as 12.50"),
        ("$-5.00", [], "is not an amount such as 12.50"),
        ("(5.00)", [], "is not an amount such as 12.50"),
        ("٢٥", [], "is not an amount such as 12.50"),
        ("25.001", [], "has a point, which may set decimals or thousands apart (--decimals comma or point says which)"),
        ("25.001", ["--decimals", "point"], "has more decimals than USD has"),
        ("25.0001", [], "has more decimals than USD has"),
    ],
)
def test_an_amount_that_may_mean_two_things_or_none_is_refused(given_file, written: str, arguments: list[str], message):
    file = given_file(f'number,balance,currency\nAAAA-1111,"{written}",USD\n')

    with nothing_moves():
        done = run("import_cards", file, "--dry-run", *arguments, "--json")

    assert (done.code, errors(done)) == (1, [(2, "balance", message)])


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        ("2027-12-31", []),
        ("31.12.2027", ["--days", "dmy"]),
        ("31/12/2027", ["--days", "dmy"]),
        ("12/31/2027", ["--days", "mdy"]),
        ("2027-12-31", ["--days", "mdy"]),
        ("2027-12-31 00:00:00", ["--map", "woocommerce-gift-cards"]),
        ("Dec 31, 2027", ["--map", "magento-gift-cards"]),
    ],
)
def test_a_day_is_read_in_the_order_that_is_said(given_file, written: str, arguments: list[str]):
    headers = {"woocommerce-gift-cards": "code,remaining,expire_date", "magento-gift-cards": "Code,Balance,End"}
    header = headers.get(arguments[-1] if arguments else "", "number,balance,expires_on")
    file = given_file(f'{header}\nAAAA-1111,5,"{written}"\n')

    done = run("import_cards", file, "--currency", "USD", "--control-total", "5", *arguments, "--json")

    assert (done.code, str(card("AAAA1111").expires_on)) == (0, "2027-12-31")


@pytest.mark.parametrize("arguments", [["--days", "dmy"], []])
def test_a_day_in_another_order_is_refused(given_file, arguments: list[str]):
    file = given_file("number,balance,currency,expires_on\nAAAA-1111,5,USD,12/31/2027\n")

    with nothing_moves():
        done = run("import_cards", file, "--dry-run", *arguments, "--json")

    assert (done.code, errors(done)) == (1, [(2, "expires_on", "is not a day such as 2027-12-31")])


def test_unknown_columns_are_listed_by_name_and_left_out_only_when_that_is_said(given_file):
    file = given_file("Number,Balance,Currency,Till,Cashier's Name\nAAAA-1111,5.00,GBP,7,Bob\n")

    with nothing_moves():
        refused = run("import_cards", file, "--control-total", "5", "--json")
    done = run("import_cards", file, "--control-total", "5", "--ignore-unknown", "--json")

    assert [(line, column) for line, column, _ in errors(refused)] == [(1, "Till"), (1, "Cashier's Name")]
    assert (done.code, done.facts["columns_left_out"], balances()) == (0, ["Till", "Cashier's Name"], {"1111": 500})


def test_a_map_of_ones_own_says_which_column_is_what(given_file):
    own = {
        "name": "till-7",
        "reads": "cards",
        "columns": {"Karte": "number", "Guthaben": "balance", "Gültig bis": "expires_on", "Aktiv": "state"},
        "ignored": ["Kasse"],
        "values": {"state": {"Ja": "active", "Nein": "blocked"}},
        "separator": ";",
        "decimals": "comma",
        "days": "dmy",
    }
    file = given_file("KARTE;Guthaben;Gültig bis;Aktiv;Kasse\nAAAA-1111;1.234,50 €;31.12.2027;nein;7\n")

    done = run("import_cards", file, "--map", given_file(json.dumps(own), "till.json"), "--currency", "EUR",
               "--control-total", "1234.50", "--json")  # fmt: skip

    assert (done.code, done.facts["map"]) == (0, "till-7")
    found = card("AAAA1111")
    assert (found.balance_minor, str(found.expires_on), found.state) == (123450, "2027-12-31", CardState.BLOCKED)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is no JSON object"),
        ('{"name": "till", "reads": "customers", "columns": {"a": "number"}}', "it reads none of cards"),
        ('{"name": "till", "reads": "cards", "columns": {}}', "it maps no columns"),
        ('{"name": "till", "reads": "cards", "columns": {"a": "code"}}', "a is mapped to 'code', which is not one of"),
        ('{"name": "till", "reads": "cards", "columns": {"a": "number"}, "days": "ydm"}', "its days is not one of"),
        ('{"name": "till", "reads": "cards", "columns": {"a": "number"}, "run": "x"}', "it has run, which no map has"),
    ],
)
def test_a_map_that_is_none_is_refused_before_the_file_is_read(given_file, content: str, why: str):
    with nothing_moves():
        done = run("import_cards", "nowhere.csv", "--dry-run", "--map", given_file(content, "till.json"))

    assert done.code == 2
    assert f"is no map for this: {why}" in done.err


def test_a_map_that_nobody_knows_is_refused_with_those_there_are(given_file):
    done = run("import_cards", given_file("number,balance\n"), "--dry-run", "--map", "shopware")

    assert done.code == 2
    assert done.err.startswith("--map: 'shopware' is none of own, magento-gift-cards, shopify-gift-cards, ")


def test_legacy_numbers_come_in_by_choice_and_are_found_as_they_are_typed(given_file):
    file = given_file("number,balance,currency\n17,5.00,GBP\n1234 5678 9012,6.00,GBP\naBcD-eF,7.00,GBP\nX,8.00,GBP\n")
    totals = ["--control-total", "26", "--json"]

    with nothing_moves():
        refused = run("import_cards", file, *totals)
    done = run("import_cards", file, *totals, "--legacy-numbers")

    message = "must be 4 to 64 printable ASCII characters without blanks and slashes, and no reserved word"
    takes = f"{message} (--legacy-numbers takes it)"
    assert errors(refused) == [(2, "number", takes), (3, "number", takes), (5, "number", takes)]
    assert (done.code, done.facts["imported"]) == (0, 4)
    assert [card(code).balance_minor for code in ("17", "123456789012", "ABCDEF", "x")] == [500, 600, 700, 800]
    assert find_card_id(code="1234 5678 9012") == card("123456789012").id
    assert sorted(balances()) == ["", "7", "9012", "CDEF"]
    assert [*list_findings(), *list_ledger_findings()] == []


def test_a_short_number_keeps_its_card_when_the_keys_are_rotated(given_file, settings):
    file = given_file("number,balance,currency\n17,5.00,GBP\n")
    run("import_cards", file, "--control-total", "5", "--legacy-numbers")
    settings.CODE_KEYS = ["a new secret of more than thirty-two characters", *settings.CODE_KEYS]

    assert rotate_codes().sealed == 1

    assert card("17").balance_minor == 500
    assert [*list_findings()] == []


def test_cards_that_have_expired_come_in_by_choice_and_nobody_spends_them(given_file):
    file = given_file("number,balance,currency,expires_on\nAAAA-1111,5.00,GBP,2026-06-30\nBBBB-2222,6.00,GBP,\n")
    arguments = ["--control-total", "11", "--time-zone", "UTC", "--json"]

    with nothing_moves():
        refused = run("import_cards", file, *arguments)
    done = run("import_cards", file, *arguments, "--expired-cards")

    assert errors(refused) == [(2, "expires_on", "that day is over (--expired-cards takes such cards)")]
    assert (done.code, done.facts["imported"]) == (0, 2)
    over = card("AAAA1111")
    assert (over.state, over.balance_minor, over.spendable_minor) == (CardState.EXPIRED, 500, 0)
    with nothing_moves(), pytest.raises(DomainError):
        redeem_card(card=over, amount=money("5.00 GBP"), actor=API, now=NOW)
    expire_cards(actor=SYSTEM, now=NOW)
    assert counter_balances() == {"OPENING GBP": "-11.00", "BREAKAGE GBP": "5.00"}
    assert [*list_findings(), *list_ledger_findings()] == []
