"""
The vendor's signature: `t=<epoch seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">[,v1=…]`.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from storecredit.checkouts.errors import SignatureInvalid

_PART = re.compile(r"(?P<name>[a-z0-9]+)=(?P<value>[0-9a-fA-F]+)")
_EPOCH = re.compile(r"[0-9]{1,12}")
_MOST_PARTS = 20


def verify_signature(header: str, body: bytes, secrets: Sequence[str], now: datetime, tolerance: timedelta) -> int:
    """
    Which of the secrets signed this body, by its place among them.

    :raises SignatureInvalid: if none did, or the signature's time is further from `now` than `tolerance`.
    """
    parts = [_PART.fullmatch(part.strip()) for part in header.split(",")[:_MOST_PARTS]]
    times = [part["value"] for part in parts if part and part["name"] == "t"]
    given = [part["value"].lower() for part in parts if part and part["name"] == "v1"]
    if None in parts or len(times) != 1 or not _EPOCH.fullmatch(times[0]) or not given:
        raise SignatureInvalid(why="the header is not t=…,v1=…")
    matched = [place for place, secret in enumerate(secrets) if _signed(secret, times[0], body, given)]
    if not matched:
        raise SignatureInvalid(why="no live secret gives it")
    # After the comparison, so that a stale time tells nothing to whoever has no secret.
    try:
        signed_at = datetime.fromtimestamp(int(times[0]), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureInvalid(why="its time is no moment") from error
    if abs(now - signed_at) > tolerance:
        raise SignatureInvalid(why="it was signed too long ago, or in the future")
    return matched[0]


def sign(body: bytes, secret: str, now: datetime) -> str:
    """The header that the vendor would send with a body."""
    epoch = str(int(now.timestamp()))
    return f"t={epoch},v1={_digest(secret, epoch, body)}"


def _signed(secret: str, epoch: str, body: bytes, given: Sequence[str]) -> bool:
    expected = _digest(secret, epoch, body)
    return any(hmac.compare_digest(expected, candidate) for candidate in given)


def _digest(secret: str, epoch: str, body: bytes) -> str:
    return hmac.new(secret.encode(), epoch.encode() + b"." + body, hashlib.sha256).hexdigest()
