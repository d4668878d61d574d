"""Customers come in from the files that other programs write."""

import pytest

from ledger.management.customer_file import CustomerFile
from ledger.queries import list_customers
from tests.ledger.commands.running import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_file(tmp_path):
    def write(content: str) -> str:
        file = tmp_path / "customers.csv"
        file.write_text(content, encoding="utf-8")
        return str(file)

    return write


def everybody() -> list[tuple[str, str, str, str, str]]:
    fields = ("number", "email", "first_name", "last_name", "phone")
    return [tuple(getattr(c, name) for name in fields) for c in list_customers(test_mode=False).order_by("number")]


def test_shopifys_customers_come_in_though_their_numbers_stand_behind_an_apostrophe(given_file):
    file = given_file(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
        "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
        "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,"
        "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n"
        "'9013808660771,Jamel,Crooks,jamel@example.com,no,,88799 Roosevelt Shoal,,Port Erin,,CA,T1H 2R5,,"
        "'+14035550100,no,997.98,1,,no,VIP\n"
    )

    done = run("import_customers", file, "--json")

    assert (done.code, done.facts["map"]) == (0, "shopify-customers")
    assert everybody() == [("9013808660771", "jamel@example.com", "Jamel", "Crooks", "+14035550100")]


@pytest.mark.parametrize("name", [each.name for each in CustomerFile.list_maps()])
def test_each_shipped_layout_is_known_by_its_headers_in_any_case(given_file, name: str):
    (layout,) = [each for each in CustomerFile.list_maps() if each.name == name]
    firsts = {column: header for header, column in reversed(list(layout.columns.items()))}
    headers = {firsts["number"]: "C-1", firsts["email"]: "ada@example.com"} | dict.fromkeys(sorted(layout.ignored), "")
    file = given_file(f"{','.join(headers).upper().replace('_', ' ')}\n{','.join(headers.values())}\n")

    done = run("import_customers", file, "--json")

    assert (done.code, done.facts["map"]) == (0, name)
    assert everybody() == [("C-1", "ada@example.com", "", "", "")]


def test_our_own_headers_are_known_in_any_case_and_with_blanks(given_file):
    done = run("import_customers", given_file("NUMBER,First Name, e-MAIL \nA-1,Ada,ada@example.com\n"), "--json")

    assert done.code == 1
    assert [(e["line"], e["column"]) for e in done.facts["errors"]] == [(1, "e-MAIL")]

    done = run("import_customers", given_file("NUMBER,First Name, EMAIL \nA-1,Ada,ada@example.com\n"), "--json")

    assert (done.code, done.facts["map"], everybody()) == (0, "own", [("A-1", "ada@example.com", "Ada", "", "")])
