"""Each field: what it takes, what it refuses and how it says so, and that its schema says the same."""

from datetime import UTC, datetime
from decimal import Decimal

import jsonschema
import pytest

from storecredit.api.json_text import Number
from storecredit.api.old_fields import Amount, Body, Choice, Currency, Integer, Maybe, Moment, Text, Wrong
from storecredit.api.old_fields.money import count_decimals
from storecredit.api.old_fields.times import epoch_milliseconds
from storecredit.api.problems import BadRequest, FaultKind

AMOUNT = Amount("", above=0, maximum=1_000_000, decimals=2)
MOMENT = Moment("", end_of_day=True)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("25", "25"),
        ("25.0", "25"),
        ("25.00", "25"),
        ("2.5e1", "25"),
        ("2500E-2", "25"),
        ("25." + "0" * 60_000, "25"),
        ("0.01", "0.01"),
        ("1000000", "1000000"),
        ("1e6", "1000000"),
    ],
)
def test_amounts_are_exact_however_they_are_written(text, amount):
    assert AMOUNT.read(Number(text)) == Decimal(amount)
    assert AMOUNT.canonical(AMOUNT.read(Number(text))) == amount


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (Number("0"), "must be more than 0 and at most 1000000."),
        (Number("-0"), "must be more than 0 and at most 1000000."),
        (Number("0e999999999"), "must be more than 0 and at most 1000000."),
        (Number("-1"), "must be more than 0 and at most 1000000."),
        (Number("1000000.01"), "must be more than 0 and at most 1000000."),
        (Number("1e999999999"), "must be more than 0 and at most 1000000."),
        (Number("1e99999999999999999999999"), "must be more than 0 and at most 1000000."),
        (Number("9" * 60_000), "must be more than 0 and at most 1000000."),
        (Number("0.001"), "must have at most 2 decimals."),
        (Number("1e-999999999"), "must have at most 2 decimals."),
        (Number("25." + "0" * 30_000 + "1"), "must have at most 2 decimals."),
        ("25", "must be a number, not a string."),
        (True, "must be a number, not a boolean."),
        (None, "must be a number, not null."),
        ([Number("1")], "must be a number, not an array."),
        ({}, "must be a number, not an object."),
    ],
)
def test_amounts_are_never_rounded_clamped_or_coerced(value, complaint):
    with pytest.raises(Wrong) as caught:
        AMOUNT.read(value)

    assert caught.value.complaint == complaint


@pytest.mark.parametrize(
    ("text", "decimals"), [("2.50", 1), ("2.5e1", 0), ("100", 0), ("0.00", 0), ("1e-3", 3), ("1.2345", 4)]
)
def test_trailing_zeros_are_no_decimals(text, decimals):
    assert count_decimals(Decimal(text)) == decimals


@pytest.mark.parametrize("value", ["gbp", "GB", "GBPP", "", "DEM", "HRK", "XAU", "XTS", "XXX", " GBP", "ＧＢＰ", "CLF"])
def test_only_currencies_in_circulation_are_taken(value):
    with pytest.raises(Wrong):
        Currency("").read(value)


@pytest.mark.parametrize("value", ["GBP", "JPY", "KWD", "XOF", "XAF", "XPF", "XCD"])
def test_currencies_in_circulation_are_taken(value):
    assert Currency("").read(value) == value


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (Number("0"), datetime(1970, 1, 1, tzinfo=UTC)),
        (Number("1767225600001"), datetime(2026, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)),
        ("2026-12-31", datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC)),
    ],
)
def test_moments_are_epoch_milliseconds_or_dates(value, moment):
    assert MOMENT.read(value) == moment


def test_a_date_ends_when_the_shops_day_ends(settings):
    settings.TIME_ZONE = "Europe/Berlin"

    assert MOMENT.read("2026-12-31") == datetime(2026, 12, 31, 22, 59, 59, 999_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        Number("1.5"),
        Number("1e3"),
        Number("-1"),
        Number("99999999999999999999"),
        "2026-02-30",
        "2026-1-1",
        "20260101",
        "2026-01-01T00:00:00Z",
        "٢٠٢٦-٠١-٠١",
        "",
        "0000-01-01",
        True,
        None,
        [],
    ],
)
def test_whatever_else_is_no_moment(value):
    with pytest.raises(Wrong):
        MOMENT.read(value)


def test_milliseconds_are_computed_without_floats():
    assert epoch_milliseconds(datetime(2026, 6, 19, 10, 30, 0, 1999, tzinfo=UTC)) == 1781865000001


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.0", "1e1", "01", " 1", "1 ", "١", "", "9" * 5000])
def test_whole_numbers_keep_to_their_form_and_range(text):
    with pytest.raises(Wrong):
        Integer("", minimum=1, maximum=100).read_text(text)


class Order(Body):
    amount = Amount("Amount.", above=0, maximum=10, decimals=2)
    kind = Choice("Kind.", choices=["a", "b"])
    note = Maybe(Text("Note.", max_length=3))
    flag = Maybe(Choice("Flag.", choices=["x"]), null=False)
    expires_at = Maybe(Moment("Expiry.", end_of_day=True, wire="expiresAt"))


def test_a_body_tells_everything_that_is_wrong_with_it_by_name():
    draft = Order.read({"amount": "1", "note": "toolong", "expiresAt": True, "flag": None})

    with pytest.raises(BadRequest) as caught:
        draft.accept()

    assert [(fault.kind, fault.member) for fault in caught.value.faults] == [
        (FaultKind.TYPE, "amount"),
        (FaultKind.MISSING, "kind"),
        (FaultKind.VALUE, "note"),
        (FaultKind.TYPE, "flag"),
        (FaultKind.TYPE, "expiresAt"),
    ]
    assert caught.value.message == (
        "amount must be a number, not a string. kind is required. note must have at most 3 characters. "
        "flag must be a string, not null. expiresAt must be a number or a string, not a boolean."
    )


def test_a_wrong_body_still_shows_the_values_that_were_right():
    draft = Order.read({"amount": "1", "kind": "a"})

    assert (draft.peek("kind"), draft.peek("amount", "none")) == ("a", "none")


def test_two_spellings_of_one_order_are_one_order():
    plain = Order.read({"amount": Number("2.50"), "kind": "a", "expiresAt": "2026-12-31"}).accept()
    other = Order.read(
        {"expiresAt": Number("1798761599999"), "kind": "a", "amount": Number("25e-1"), "note": None, "more": "ignored"}
    ).accept()
    different = Order.read({"amount": Number("2.50"), "kind": "b", "expiresAt": "2026-12-31"}).accept()

    assert plain.fingerprint() == other.fingerprint()
    assert plain.fingerprint() != different.fingerprint()


@pytest.mark.parametrize(
    ("members", "valid"),
    [
        ({"amount": 2.5, "kind": "a"}, True),
        ({"amount": 2.5, "kind": "a", "note": None, "expiresAt": "2026-12-31"}, True),
        ({"amount": 0, "kind": "a"}, False),
        ({"amount": 11, "kind": "a"}, False),
        ({"amount": 1, "kind": "c"}, False),
        ({"amount": 1}, False),
        ({"amount": 1, "kind": "a", "note": "toolong"}, False),
        ({"amount": 1, "kind": "a", "flag": None}, False),
        ({"amount": 1, "kind": "a", "expiresAt": -1}, False),
    ],
)
def test_the_schema_and_the_check_agree(members, valid):
    read = {
        name: Number(str(value)) if isinstance(value, int | float) and value is not True else value
        for name, value in members.items()
    }

    assert jsonschema.Draft202012Validator(Order.schema()).is_valid(members) is valid
    assert Order.read(read).is_refused is not valid


def test_a_parameter_may_be_given_once():
    with pytest.raises(BadRequest) as caught:
        Order.read_query({"kind": ["a", "a"]}).accept()

    assert "kind must be given once." in caught.value.message
