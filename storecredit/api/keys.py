"""
API keys: `sc_<8 letters and digits>_<43 letters and digits>`, upper and lower case apart.

The first part is public and finds the key; of the whole only the SHA-256 is kept. The second part carries 256 bits,
so a slow password hash would guard nothing more and cost every request its time.
"""

import hashlib
import re
import secrets
import string
from typing import NamedTuple

_ALPHABET = string.ascii_letters + string.digits
_PREFIX_LENGTH = 8
_SECRET_LENGTH = 43
_FORM = re.compile(rf"sc_([A-Za-z0-9]{{{_PREFIX_LENGTH}}})_[A-Za-z0-9]{{{_SECRET_LENGTH}}}", re.ASCII)


class NewKey(NamedTuple):
    """A key that nobody has seen before, and its public part."""

    plain: str
    prefix: str


def new_key() -> NewKey:
    """Draw a key."""
    prefix = _random(_PREFIX_LENGTH)
    return NewKey(plain=f"sc_{prefix}_{_random(_SECRET_LENGTH)}", prefix=prefix)


def find_prefix(key: str) -> str | None:
    """The public part of a well-formed key, None for any other text."""
    found = _FORM.fullmatch(key)
    return found[1] if found else None


def hash_key(key: str) -> str:
    """The SHA-256 of a key, in hexadecimal."""
    return hashlib.sha256(key.encode("ascii")).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
