"""
Texts that the database holds as ciphertext alone.

The keys come from the environment, newest first: the newest seals, all of them open. Each secret gives a key for each
purpose by HKDF, so that what one purpose has sealed opens under no other.
"""

import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


class Unreadable(Exception):
    """The ciphertext was made with a key that is not in the environment any more, or has been changed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext, and the name of the key that made it."""

    key: str
    cipher: bytes


def seal(text: str, *, purpose: bytes, bound_to: str) -> Sealed:
    """
    Seal a text with the newest key.

    :param bound_to: what stands beside it in its row; moved to another row it does not open.
    """
    name, cipher = _ciphers(tuple(settings.CODE_KEYS), purpose)[0]
    nonce = os.urandom(_NONCE_BYTES)
    return Sealed(key=name, cipher=nonce + cipher.encrypt(nonce, text.encode(), bound_to.encode()))


def unseal(sealed: Sealed, *, purpose: bytes, bound_to: str) -> str:
    """
    The plain text.

    :raises Unreadable: if its key is gone or it was tampered with.
    """
    for name, cipher in _ciphers(tuple(settings.CODE_KEYS), purpose):
        if name == sealed.key:
            nonce, text = bytes(sealed.cipher[:_NONCE_BYTES]), bytes(sealed.cipher[_NONCE_BYTES:])
            try:
                return cipher.decrypt(nonce, text, bound_to.encode()).decode()
            except InvalidTag as error:
                raise Unreadable("The stored ciphertext does not open.") from error
    raise Unreadable(f"It was sealed with key {sealed.key}, which is not in CODE_KEYS.")


def newest_key_name() -> str:
    """The name of the key that seals."""
    return key_name(settings.CODE_KEYS[0])


def key_name(secret: str) -> str:
    """By what name rows say which secret they were sealed with."""
    return derive_key(secret, b"storecredit code key name", 4).hex()


def derive_key(secret: str, purpose: bytes, length: int) -> bytes:
    """A key of so many bytes for one purpose."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret.encode())


@lru_cache(maxsize=16)
def _ciphers(secrets_newest_first: tuple[str, ...], purpose: bytes) -> tuple[tuple[str, AESGCM], ...]:
    return tuple((key_name(secret), AESGCM(derive_key(secret, purpose, 32))) for secret in secrets_newest_first)
