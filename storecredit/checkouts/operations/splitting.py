"""
How an amount is split: the n-th part is the rounded total up to n less what went before.

So parts always add up to the whole, whether they are made at once or over months. No other code divides money.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def next_part(*, total: Fraction, before_minor: int) -> int:
    """
    What comes next of an amount that is given in parts, in whole minor units; half of one counts as a whole one.

    :param total: what all parts up to this one come to, exactly, in minor units.
    :param before_minor: what the parts before it were given.
    """
    return max(0, floor(total + Fraction(1, 2)) - before_minor)


def share_out(*, whole_minor: int, weights: Sequence[int]) -> list[int]:
    """
    An amount in proportion to weights, in whole minor units that add up to it.

    :param weights: not negative, and not all 0.
    """
    shares: list[int] = []
    for place in range(1, len(weights) + 1):
        total = Fraction(whole_minor * sum(weights[:place]), sum(weights))
        shares.append(next_part(total=total, before_minor=sum(shares)))
    return shares


def fill_up(*, amount_minor: int, rooms: Sequence[int]) -> list[int]:
    """An amount over places in their order, each as much as it has room for. What none has room for is left out."""
    parts: list[int] = []
    for room_minor in rooms:
        parts.append(min(room_minor, amount_minor - sum(parts)))
    return parts
