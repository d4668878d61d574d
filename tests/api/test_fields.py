"""Each field: what it takes, what it refuses and how it says so, and that its schema says the same."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from drf_spectacular.plumbing import ComponentRegistry
from rest_framework.exceptions import ValidationError

from storecredit.api.exceptions import list_faults
from storecredit.api.fields import (
    Amount,
    Boolean,
    Choice,
    Currency,
    Integer,
    Moment,
    Text,
    count_decimals,
    epoch_milliseconds,
    wrong_member,
)
from storecredit.api.generics import DialectView
from storecredit.api.json_text import Number
from storecredit.api.problems import FaultKind
from storecredit.api.serializers import Serializer

AMOUNT = Amount(above=0, maximum=1_000_000, decimals=2)
MOMENT = Moment(end_of_day=True)


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
    assert AMOUNT.run_validation(Number(text)) == Decimal(amount)
    assert AMOUNT.canonical(AMOUNT.run_validation(Number(text)), 2) == amount


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
    with pytest.raises(ValidationError) as caught:
        AMOUNT.run_validation(value)

    assert caught.value.detail == [complaint]


@pytest.mark.parametrize(
    ("text", "decimals"), [("2.50", 1), ("2.5e1", 0), ("100", 0), ("0.00", 0), ("1e-3", 3), ("1.2345", 4)]
)
def test_trailing_zeros_are_no_decimals(text, decimals):
    assert count_decimals(Decimal(text)) == decimals


@pytest.mark.parametrize("value", ["gbp", "GB", "GBPP", "", "DEM", "HRK", "XAU", "XTS", "XXX", " GBP", "ＧＢＰ", "CLF"])
def test_only_currencies_in_circulation_are_taken(value):
    with pytest.raises(ValidationError):
        Currency().run_validation(value)


@pytest.mark.parametrize("value", ["GBP", "JPY", "KWD", "XOF", "XAF", "XPF", "XCD"])
def test_currencies_in_circulation_are_taken(value):
    assert Currency().run_validation(value) == value


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
    assert MOMENT.run_validation(value) == moment


def test_a_date_ends_when_the_shops_day_ends(settings):
    settings.TIME_ZONE = "Europe/Berlin"

    assert MOMENT.run_validation("2026-12-31") == datetime(2026, 12, 31, 22, 59, 59, 999_000, tzinfo=UTC)


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
    with pytest.raises(ValidationError):
        MOMENT.run_validation(value)


def test_milliseconds_are_computed_without_floats():
    assert epoch_milliseconds(datetime(2026, 6, 19, 10, 30, 0, 1999, tzinfo=UTC)) == 1781865000001


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.0", "1e1", "01", " 1", "1 ", "١", "", "9" * 5000])
def test_whole_numbers_keep_to_their_form_and_range(text):
    with pytest.raises(ValidationError):
        Integer(min_value=1, max_value=100).from_query(text)


class Line(Serializer):
    amount = Amount(above=0, maximum=10, decimals=2, help_text="Amount.")


class Order(Serializer):
    amount = Amount(above=0, maximum=10, decimals=2, help_text="Amount.")
    kind = Choice(choices=["a", "b"], help_text="Kind.")
    note = Text(max_length=3, required=False, allow_null=True, help_text="Note.")
    flag = Choice(choices=["x"], required=False, help_text="Flag.")
    expiresAt = Moment(source="expires_at", end_of_day=True, required=False, allow_null=True, help_text="Expiry.")
    code = Text(max_length=9, min_length=4, required=False, help_text="Code.")
    whole = Boolean(required=False, help_text="Whether all of it.")
    lines = Line(many=True, min_length=1, max_length=2, required=False, help_text="Lines.")

    def validate(self, attrs):
        if attrs.get("note") == "b" and attrs["kind"] == "b":
            raise wrong_member("note", "must not be the kind.")
        return attrs


def validate(members):
    return Order.shared().run_validation(members)


def faults_of(members):
    with pytest.raises(ValidationError) as caught:
        validate(members)
    return list(list_faults(caught.value.detail))


def test_a_body_tells_everything_that_is_wrong_with_it_by_name():
    faults = faults_of({"amount": "1", "note": "toolong", "expiresAt": True, "flag": None, "code": "abc", "whole": 1})

    assert [(fault.kind, fault.member) for fault in faults] == [
        (FaultKind.TYPE, "amount"),
        (FaultKind.MISSING, "kind"),
        (FaultKind.VALUE, "note"),
        (FaultKind.TYPE, "flag"),
        (FaultKind.TYPE, "expiresAt"),
        (FaultKind.VALUE, "code"),
        (FaultKind.TYPE, "whole"),
    ]
    assert " ".join(fault.message for fault in faults[:6]) == (
        "amount must be a number, not a string. kind is required. note must have at most 3 characters. "
        "flag must be a string, not null. expiresAt must be a number or a string, not a boolean. "
        "code must have at least 4 characters."
    )


def test_what_is_wrong_with_a_part_is_told_by_the_way_to_it():
    order = {"amount": Number("1"), "kind": "a"}

    inside = faults_of(order | {"lines": [{"amount": Number("1")}, {"amount": Number("0")}]})
    beside = faults_of(order | {"lines": [Number("1")]})
    too_many = faults_of(order | {"lines": []})

    assert [(fault.member, fault.message) for fault in [*inside, *beside, *too_many]] == [
        ("lines[1].amount", "lines[1].amount must be more than 0 and at most 10."),
        ("lines[0]", "lines[0] must be an object, not a number."),
        ("lines", "lines must have from 1 to 2 items."),
    ]


def test_what_is_wrong_between_members_is_told_after_each_is_right_by_itself():
    assert [fault.message for fault in faults_of({"amount": Number("1"), "kind": "b", "note": "b"})] == [
        "note must not be the kind."
    ]


def test_two_spellings_of_one_order_are_one_order():
    plain = validate({"amount": Number("2.50"), "kind": "a", "expiresAt": "2026-12-31"})
    other = validate(
        {"expiresAt": Number("1798761599999"), "kind": "a", "amount": Number("25e-1"), "note": None, "more": "ignored"}
    )
    different = validate({"amount": Number("2.50"), "kind": "b", "expiresAt": "2026-12-31"})

    assert plain.fingerprint() == other.fingerprint()
    assert plain.fingerprint() != different.fingerprint()


def test_an_empty_text_is_none_but_was_not_when_fingerprints_were_of_the_first_version():
    without = validate({"amount": Number("2.50"), "kind": "a"})
    empty = validate({"amount": Number("2.50"), "kind": "a", "note": " "})

    assert without.fingerprint() == empty.fingerprint()
    assert without.fingerprint(1) != empty.fingerprint(1)


@pytest.mark.parametrize(
    ("members", "valid"),
    [
        ({"amount": 2.5, "kind": "a"}, True),
        ({"amount": 2.5, "kind": "a", "note": None, "expiresAt": "2026-12-31"}, True),
        ({"amount": 2.5, "kind": "a", "lines": [{"amount": 1}, {"amount": 2}], "whole": False}, True),
        ({"amount": 0, "kind": "a"}, False),
        ({"amount": 11, "kind": "a"}, False),
        ({"amount": 1, "kind": "c"}, False),
        ({"amount": 1}, False),
        ({"amount": 1, "kind": "a", "note": "toolong"}, False),
        ({"amount": 1, "kind": "a", "flag": None}, False),
        ({"amount": 1, "kind": "a", "expiresAt": -1}, False),
        ({"amount": 1, "kind": "a", "code": "abc"}, False),
        ({"amount": 1, "kind": "a", "lines": []}, False),
        ({"amount": 1, "kind": "a", "lines": [{}]}, False),
        ({"amount": 1, "kind": "a", "lines": [{"amount": 1}] * 3}, False),
        ({"amount": 1, "kind": "a", "whole": "true"}, False),
    ],
)
def test_the_schema_and_the_check_agree(members, valid):
    assert jsonschema.Draft202012Validator(schema_of_order()).is_valid(members) is valid
    if valid:
        validate(as_read(members))
    else:
        assert faults_of(as_read(members))


def as_read(value):
    if isinstance(value, dict):
        return {name: as_read(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_read(part) for part in value]
    return Number(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def schema_of_order():
    view: Any = DialectView()
    view.request, view.format_kwarg = None, None
    described = view.schema
    described.method, described.registry = "POST", ComponentRegistry()
    described.resolve_serializer(Order, "request")
    components = described.registry.build({})
    return {"$ref": "#/components/schemas/Order", "components": components}
