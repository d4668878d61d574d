"""However an amount is split, its parts add up to it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storecredit.checkouts.operations.splitting import fill_up, next_part, share_out

amounts = st.integers(min_value=0, max_value=9_007_199_254_740_991)
weights = st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=20).filter(any)


@given(whole_minor=amounts, weights=weights)
def test_shares_add_up_to_the_whole_and_none_is_a_unit_off(whole_minor, weights):
    shares = share_out(whole_minor=whole_minor, weights=weights)

    assert sum(shares) == whole_minor
    exact = [Fraction(whole_minor * weight, sum(weights)) for weight in weights]
    assert all(abs(share - part) <= 1 for share, part in zip(shares, exact, strict=True))


@given(whole_minor=amounts, weights=weights)
def test_parts_given_over_time_add_up_to_the_whole(whole_minor, weights):
    given_minor = 0
    for place in range(1, len(weights) + 1):
        total = Fraction(whole_minor * sum(weights[:place]), sum(weights))
        given_minor += next_part(total=total, before_minor=given_minor)
        assert abs(given_minor - total) <= Fraction(1, 2)

    assert given_minor == whole_minor


@given(amount_minor=amounts, rooms=st.lists(amounts, max_size=20))
def test_what_is_filled_up_is_the_amount_or_all_the_room_there_is(amount_minor, rooms):
    parts = fill_up(amount_minor=amount_minor, rooms=rooms)

    assert sum(parts) == min(amount_minor, sum(rooms))
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))


@pytest.mark.parametrize(
    ("rooms", "parts"), [([], []), ([70, 50], [70, 30]), ([0, 50, 60], [0, 50, 50]), ([100, 1], [100, 0])]
)
def test_an_amount_fills_the_places_in_their_order(rooms, parts):
    assert fill_up(amount_minor=100, rooms=rooms) == parts


def test_half_a_unit_counts_as_a_whole_one_and_the_next_part_lacks_it():
    assert next_part(total=Fraction(1999, 2), before_minor=0) == 1000
    assert next_part(total=Fraction(1999), before_minor=1000) == 999
    assert share_out(whole_minor=1, weights=[1, 1]) == [1, 0]
