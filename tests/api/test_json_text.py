import json
import time
from decimal import Decimal

import pytest

from storecredit.api.json_text import Json, JsonRefused, Number, parse_object, to_bytes, to_json


def test_numbers_keep_the_text_they_were_written_in():
    members = parse_object(b'{"a": 25.00, "b": 2.5e1, "c": -0, "d": 12345678901234567890123}')

    assert {name: (type(value), value.text) for name, value in members.items()} == {
        "a": (Number, "25.00"),
        "b": (Number, "2.5e1"),
        "c": (Number, "-0"),
        "d": (Number, "12345678901234567890123"),
    }


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"{}x", "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 1,}', "not valid JSON"),
        (b'{"a": 01}', "not valid JSON"),
        (b'{"a": 1_000}', "not valid JSON"),
        ('{"a": ١٢}'.encode(), "not valid JSON"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (b'{"a": "\n"}', "not valid JSON"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number"),
        (b'\xef\xbb\xbf{"a": 1}', "not valid JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[]", "must be a JSON object"),
        (b'"a"', "must be a JSON object"),
        (b"1", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"a": 1, "a": 1}', '"a" stands twice'),
        (b'{"x": [{"b": 1, "b": 2}]}', '"b" stands twice'),
        (rb'{"a": 1, "\u0061": 1}', '"a" stands twice'),
        (rb'{"a": "\u0000"}', '"a" holds a NUL'),
        (rb'{"a": ["\ud800"]}', '"a" holds a NUL or half a surrogate pair'),
        (rb'{"\udfff": 1}', "A member's name holds a NUL"),
        (b'{"a":' * 20 + b"1" + b"}" * 20 + b" ", None),
        (b'{"a":' * 21 + b"1" + b"}" * 21, "deeper than 20"),
        (b'{"a":' + b"[" * 60_000, "deeper than 20"),
        (b"[" * 60_000 + b"]" * 60_000, "deeper than 20"),
        (json.dumps({str(n): 1 for n in range(200)}).encode(), None),
        (json.dumps({str(n): 1 for n in range(201)}).encode(), "more than 200 members"),
        (json.dumps({"a": [1] * 9_999}).encode(), None),
        (json.dumps({"a": [1] * 10_000}).encode(), "more than 10000 values"),
        (rb'{"a": "\ud83d\ude00"}', None),
    ],
)
def test_what_is_not_strict_json_is_refused_with_the_place(body, complaint):
    if complaint is None:
        assert parse_object(body)
        return

    with pytest.raises(JsonRefused) as caught:
        parse_object(body)

    assert complaint in str(caught.value)


@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999999999999999", "1e-999999999", "9" * 60_000])
def test_a_monstrous_number_costs_nothing_to_read(number):
    started = time.perf_counter()

    parse_object(f'{{"ignored": {number}}}'.encode())

    assert time.perf_counter() - started < 0.5


def test_answers_hold_exact_amounts_without_trailing_zeros():
    answer = to_json(
        {
            "whole": Decimal("25.00"),
            "half": Decimal("12.50"),
            "large": Decimal("92233720368547758.07"),
            "hundred": Decimal("1E+2"),
            "none": Decimal("-0.00"),
            "yes": True,
            "nothing": None,
            "list": [1, 'é\n"', Json('{"kept":1.50}')],
        }
    )

    assert answer == (
        '{"whole":25,"half":12.5,"large":92233720368547758.07,"hundred":100,"none":0,"yes":true,"nothing":null,'
        '"list":[1,"é\\n\\"",{"kept":1.50}]}'
    )


def test_a_float_cannot_stand_in_an_answer():
    with pytest.raises(TypeError):
        to_json({"amount": 0.1})


def test_half_a_surrogate_pair_goes_out_as_the_escape_that_json_has_for_it():
    assert json.loads(to_bytes(to_json(["\udc80"]))) == ["\udc80"]
