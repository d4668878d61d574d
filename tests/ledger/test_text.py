"""What no text from outside may hold, and what some scripts are written with."""

import pytest
from django.db import transaction

from ledger.errors import TextUnfit
from ledger.models import Customer
from ledger.operations import create_customer, update_customer
from ledger.text import TextKind, find_unfit, find_wrong_email
from tests.scenarios import NOW, nothing_moves

# What stands for nothing to see: control, zero width, directions, soft hyphen, tags, selectors, fillers, separators.
UNSEEN = [
    "\x00", "\x07", "\x1b", "\x7f", "\x85", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u200b", "\u200c",
    "\u200d", "\u200e", "\u202e", "\u2028", "\u2060", "\u2066", "\u2800", "\u3164", "\ufe0f", "\ufeff", "\uffa0",
    "\ufff9", "\uffff", "\U000e0001", "\U000e0041", "\U000e0100",
]  # fmt: skip


@pytest.mark.parametrize("character", UNSEEN, ids=ascii)
@pytest.mark.parametrize("kind", [TextKind.CODE, TextKind.NAME])
@pytest.mark.parametrize("around", [("", "x"), ("x", "x"), ("x", "")], ids=["first", "within", "last"])
def test_what_nobody_sees_is_in_no_code_and_no_name(kind, character, around):
    assert find_unfit(character.join(around), kind) != ""


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\t", "\u2028"], ids=ascii)
def test_a_note_has_lines_and_nothing_else_has(break_):
    text = f"first{break_}second"

    assert [find_unfit(text, kind) == "" for kind in TextKind] == [False, False, True]


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Brontë-Smith", "O’Neil", "Łukasz", "山田\u3000太郎", "葛\U000e0100城", "می\u200cخواهم", "ශ්\u200dරී",
        "क्\u200dष", "র\u200d্য", "Jean\u00a0Paul",
    ],
)  # fmt: skip
def test_a_name_is_written_as_its_script_is_written(name):
    assert find_unfit(name, TextKind.NAME) == ""


@pytest.mark.parametrize("note", ["👩\u200d💻 ❤\ufe0f", "1\ufe0f\u20e3 first"])
def test_a_symbol_may_be_put_together(note):
    assert find_unfit(note, TextKind.NOTE) == ""


@pytest.mark.parametrize(
    "name", ["Al\u200cice", "a\u200d", "\u200cمی", "می\u200c", "x\ufe0f", "a\U000e0100"], ids=ascii
)
def test_a_joiner_that_joins_nothing_is_refused(name):
    assert find_unfit(name, TextKind.NAME).startswith("holds an invisible character (U+")


@pytest.mark.parametrize(
    "email",
    [
        "a@example.com\u200b", "a\u200b@example.com", "a@exa\u00admple.com", "a..b@example.com", ".a@example.com",
        "a.@example.com", "a@example.com.", "a@example..com", "a@-example.com", "a@example", "@example.com", "a@",
        "a b@example.com", '"a b"@example.com', " a@example.com", "a@example.com\n", "a@b@example.com",
        f"{'a' * 65}@example.com", "a",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_no_mail_reaches_is_no_address(email):
    assert find_wrong_email(email) != ""


@pytest.mark.parametrize(
    "email", ["ada@example.com", "a.b+c@mail.example.co.uk", "o'neil@example.com", "ada@bücher.example"]
)
def test_an_address_is_one(email):
    assert find_wrong_email(email) == ""


def test_the_books_keep_names_in_one_form(db):
    customer = create_customer(now=NOW, first_name="Zoe\u0308", last_name="Bronte\u0308")

    assert (customer.first_name, customer.last_name) == ("Zo\u00eb", "Bront\u00eb")
    assert Customer.objects.values_list("first_name", "last_name").get() == ("Zo\u00eb", "Bront\u00eb")
    assert (
        update_customer(customer_id=customer.pk, changes={"last_name": "Mu\u0308ller"}, now=NOW).last_name
        == "M\u00fcller"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first_name": "Ada\u200b"}, "First name holds an invisible character (U+200B)."),
        ({"phone": "020\u200b7946"}, "Phone holds an invisible character (U+200B)."),
        ({"email": "a..b@example.com"}, "E-mail is not an e-mail address."),
    ],
)
def test_the_books_take_no_unfit_text_from_anybody(db, changes, message):
    customer = create_customer(now=NOW)

    with nothing_moves():
        for write in (
            lambda: create_customer(now=NOW, **changes),
            lambda: update_customer(customer_id=customer.pk, changes=changes, now=NOW),
            lambda: Customer.objects.bulk_create([Customer(number="X", created_at=NOW, updated_at=NOW, **changes)]),
        ):
            with pytest.raises(TextUnfit) as refused, transaction.atomic():
                write()
            assert str(refused.value) == message
