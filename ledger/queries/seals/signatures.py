"""
Who has sealed a cut: an Ed25519 signature over its digest.

The key is made of SEAL_KEY, a secret of the environment that the database never holds, so that whoever owns its tables
can make any digest and no signature. What it is tested with is public.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from ledger.models.sealing import derive_key

_PURPOSE: Final = b"storecredit seal of a cut"
_MESSAGE: Final = "storecredit cut {digest}"


def sign_digest(digest: str) -> tuple[str, str]:
    """Public key and signature in hexadecimal, both empty where the program was given no key."""
    if not settings.SEAL_KEY:
        return "", ""
    key = _private_key(settings.SEAL_KEY)
    return key.public_key().public_bytes_raw().hex(), key.sign(_MESSAGE.format(digest=digest).encode()).hex()


def public_key_of(secret: str) -> str:
    """What signatures made with a secret are tested with, in hexadecimal."""
    return _private_key(secret).public_key().public_bytes_raw().hex()


def trusted_keys() -> frozenset[str]:
    """The public keys that the environment vouches for: of SEAL_KEY, and those of before."""
    own = {public_key_of(settings.SEAL_KEY)} if settings.SEAL_KEY else set()
    return frozenset(own | {key.lower() for key in settings.SEAL_PUBLIC_KEYS})


def is_signed_by_ours(*, digest: str, public_key: str, signature: str, trusted: frozenset[str]) -> bool:
    """Whether a digest was signed with a key that is trusted; with any key at all where none is named."""
    if trusted and public_key not in trusted:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), _MESSAGE.format(digest=digest).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _private_key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derive_key(secret, _PURPOSE, 32))
