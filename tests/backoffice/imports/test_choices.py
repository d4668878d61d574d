"""A message that leads to a choice calls it as the door does in which it is read: a field, or a flag."""

import pytest

from ledger.models import Customer
from storecredit.backoffice.models import ImportFault
from tests.backoffice.imports.files import address, go_on, map_columns, start, upload
from tests.backoffice.imports.stage import checked
from tests.backoffice.staff import text_of
from tests.factories.people import PreferencesFactory
from tests.ledger.commands.running import run as run_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

CARDS = (
    "number,balance,currency,expires_on\n"
    'AAAA-1111,1.000,EUR,\nBBBB-2222,5,,\nCCCC-3333,5,EUR,2020-01-31\nA1,5,EUR,\n6.03E+15,5,EUR,\nDDDD-4444,"1,5",EUR,\n'
)
IN_BROWSER = {
    2: "has a point, which may set decimals or thousands apart (“Amounts are written” says which)",
    3: "is empty (“Currency of lines that name none” says it for all of them)",
    4: "that day is over (“Take cards that have expired” lets it in)",
    5: "must be 4 to 64 printable ASCII characters without blanks and slashes, and no reserved word "
    "(“Take short numbers, and numbers with blanks” lets it in)",
    6: "is a power of ten, as a spreadsheet rounds a long number "
    "(“Columns that are taken as they are written” says that it is meant)",
    7: "has a comma, which may set decimals or thousands apart (“Amounts are written” says which)",
}
AT_COMMAND = {
    2: "has a point, which may set decimals or thousands apart (--decimals comma or point says which)",
    3: "is empty (--currency says it for all lines that name none)",
    4: "that day is over (--expired-cards takes such cards)",
    5: "must be 4 to 64 printable ASCII characters without blanks and slashes, and no reserved word "
    "(--legacy-numbers takes it)",
    6: "is a power of ten, as a spreadsheet rounds a long number (--as-written number says that it is meant)",
    7: "has a comma, which may set decimals or thousands apart (--decimals comma or point says which)",
}


def test_the_browser_names_its_fields_and_the_command_its_flags(finance, tmp_path):
    file = tmp_path / "cards.csv"
    file.write_text(CARDS)

    run = checked(finance, "cards", CARDS)
    done = run_command("import_cards", str(file), "--control-total", "EUR=5", "--dry-run", "--json")

    assert dict(ImportFault.objects.order_by("line").values_list("line", "message")) == IN_BROWSER
    assert {each["line"]: each["message"] for each in done.facts["errors"]} == AT_COMMAND
    assert " --" not in text_of(finance.open(address(run, "change")))


def test_each_field_that_is_named_stands_on_the_page_of_columns(finance):
    run = upload(finance, "cards", CARDS)

    page = text_of(finance.open(address(run, "change")))

    assert {words.partition("“")[2].partition("”")[0] in page for words in IN_BROWSER.values()} == {True}


def test_it_is_said_in_the_readers_language(finance):
    PreferencesFactory(person=finance.user, language="de")

    checked(finance, "customers", "number,first_name\nA-1,=Ada\n")

    assert list(ImportFault.objects.values_list("message", flat=True)) == [
        "beginnt mit =, wie die Formel einer Tabellenkalkulation "
        "(„Spalten, die übernommen werden, wie sie geschrieben sind“ sagt, dass es so gemeint ist)"
    ]


def test_columns_that_are_meant_as_they_are_written_come_in_so(finance):
    run = upload(finance, "customers", "number,first_name,last_name\n12-May,'t Hart,=B\n")
    map_columns(finance, run, as_written=["number", "first_name"])
    assert go_on(finance, run).faults == 1
    assert ImportFault.objects.get().column == "last_name"

    finance.send(address(run, "again"), version=run.version)
    run.refresh_from_db()
    map_columns(finance, run, as_written=["number", "first_name", "last_name"])
    run = go_on(finance, run)
    start(finance, run, count=1)
    go_on(finance, run)

    assert Customer.objects.values_list("number", "first_name", "last_name").get() == ("12-May", "'t Hart", "=B")
