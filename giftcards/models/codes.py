"""
Custody of card codes.

The database holds an HMAC to find a card by, ciphertext to print or resend it, and the last four characters for
people. The keys come from the environment, newest first; each secret gives two keys by HKDF, one for each use.
"""

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from ledger.errors import DomainError

#: 32 symbols without I, L, O and U: nothing that is misread for a digit, and no words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
#: Path segments of the documented APIs, which no card may be called.
RESERVED = frozenset(
    {"BALANCES", "REDEEM", "TRANSACTIONS", "BLOCK", "UNBLOCK", "BYID", "BYNUMBER", "BY_ID", "BY_NUMBER"}
)

_PRINTABLE = re.compile(r"[!-.0-~]{4,64}")  # printable ASCII without blanks and without the slash
_PLAIN = re.compile(r"[A-Za-z0-9-]+")
_NONCE_BYTES = 12


class CodeUnreadable(DomainError):
    """The ciphertext was made with a key that is not in the environment any more, or has been changed."""

    code = "code_unreadable"


@dataclass(frozen=True, slots=True)
class CodeKey:
    """The two keys that one secret gives, and a name by which rows say which one they were made with."""

    name: str
    digest_key: bytes
    cipher: AESGCM

    def digest(self, code: str) -> str:
        """What a card is found by; `code` is normal."""
        return hmac.new(self.digest_key, code.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class SealedCode:
    """A code as the database may hold it."""

    key: str
    digest: str
    cipher: bytes
    last_four: str


def new_code() -> str:
    """Sixteen random symbols: 80 bits."""
    bits = secrets.randbits(5 * CODE_LENGTH)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(CODE_LENGTH))


def normalize_code(code: str) -> str | None:
    """
    The form in which codes are compared, or None if it cannot be one: 4 to 64 printable ASCII characters, no blank,
    no slash. Where it is of letters, digits and hyphens alone, case and hyphens do not matter.
    """
    if not _PRINTABLE.fullmatch(code):
        return None
    if not _PLAIN.fullmatch(code):
        return code if code.upper() not in RESERVED else None
    bare = code.replace("-", "").upper()
    return bare if len(bare) >= 4 and bare not in RESERVED else None


def seal_code(code: str) -> SealedCode:
    """Seal a normal code with the newest key."""
    key = _keys()[0]
    nonce = os.urandom(_NONCE_BYTES)
    digest = key.digest(code)
    # Bound to its digest: a ciphertext moved to another card does not open.
    cipher = nonce + key.cipher.encrypt(nonce, code.encode(), digest.encode())
    return SealedCode(key=key.name, digest=digest, cipher=cipher, last_four=code[-4:])


def open_code(sealed: SealedCode) -> str:
    """
    The plain code.

    :raises CodeUnreadable: if its key is gone or it was tampered with.
    """
    for key in _keys():
        if key.name == sealed.key:
            nonce, text = bytes(sealed.cipher[:_NONCE_BYTES]), bytes(sealed.cipher[_NONCE_BYTES:])
            try:
                return key.cipher.decrypt(nonce, text, sealed.digest.encode()).decode()
            except InvalidTag as error:
                raise CodeUnreadable("The stored code does not open.") from error
    raise CodeUnreadable(f"The code was sealed with key {sealed.key}, which is not in CODE_KEYS.")


def list_digests(code: str) -> list[str]:
    """What the code may be found by, one for each key; for a malformed code what nothing is found by, at equal cost."""
    normal = normalize_code(code)
    return [key.digest(normal if normal is not None else f"\0{code!r}") for key in _keys()]


def newest_key_name() -> str:
    """The name of the key that seals new codes."""
    return _keys()[0].name


def _keys() -> tuple[CodeKey, ...]:
    return _derive(tuple(settings.CODE_KEYS))


@lru_cache(maxsize=8)
def _derive(secrets_newest_first: tuple[str, ...]) -> tuple[CodeKey, ...]:
    return tuple(
        CodeKey(
            name=_expand(secret, b"storecredit code key name", 4).hex(),
            digest_key=_expand(secret, b"storecredit code digest", 32),
            cipher=AESGCM(_expand(secret, b"storecredit code cipher", 32)),
        )
        for secret in secrets_newest_first
    )


def _expand(secret: str, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret.encode())
