"""
How the books name things.

Public ids are random: the first bytes of a UUIDv7 are a clock and would tell a reader when and in which order.
"""

import os
import secrets
import string
import time
import uuid

_DOCUMENT_ALPHABET = string.ascii_lowercase + string.digits
_DOCUMENT_PLACES = 16
_DOCUMENT_IDS = len(_DOCUMENT_ALPHABET) ** _DOCUMENT_PLACES


def new_uuid7() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits, so that indexes grow at their end."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76
    value |= (random_bits >> 68 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & 0x3FFFFFFFFFFFFFFF
    return uuid.UUID(int=value)


def new_document_id() -> str:
    """`k` and 16 random lower-case letters and digits: about 82 bits."""
    # One draw for all places: every posting makes one, and sixteen draws cost ten times as much.
    drawn = secrets.randbelow(_DOCUMENT_IDS)
    places = []
    for _ in range(_DOCUMENT_PLACES):
        drawn, place = divmod(drawn, len(_DOCUMENT_ALPHABET))
        places.append(_DOCUMENT_ALPHABET[place])
    return f"k{''.join(places)}"


def new_account_number(prefix: str) -> str:
    """A prefix, eleven random digits and their Luhn check digit: a number misread or mistyped by one digit is none."""
    digits = f"{secrets.randbelow(10**11):011d}"
    return f"{prefix}{digits}{luhn_check_digit(digits)}"


def luhn_check_digit(digits: str) -> str:
    """The check digit that ISO/IEC 7812-1 appends to a row of digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
