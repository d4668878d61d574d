"""
Custody of card codes.

The database holds an HMAC to find a card by, ciphertext to print or resend it, and the last four characters for
people. The keys come from the environment, newest first; each secret gives two keys by HKDF, one for each use.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from ledger.errors import DomainError
from ledger.models.sealing import Sealed, Unreadable, derive_key, key_name, seal, unseal

#: 32 symbols without I, L, O and U: nothing that is misread for a digit, and no words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
#: Path segments of the documented APIs, which no card may be called.
RESERVED = frozenset(
    {"BALANCES", "REDEEM", "TRANSACTIONS", "BLOCK", "UNBLOCK", "BYID", "BYNUMBER", "BY_ID", "BY_NUMBER"}
)

_PRINTABLE = re.compile(r"[!-.0-~]{4,64}")  # printable ASCII without blanks and without the slash
_PLAIN = re.compile(r"[A-Za-z0-9-]+")
_PURPOSE = b"storecredit code cipher"


class CodeUnreadable(DomainError):
    """The ciphertext was made with a key that is not in the environment any more, or has been changed."""

    code = "code_unreadable"


@dataclass(frozen=True, slots=True)
class CodeKey:
    """What finds a card, and a name by which rows say which secret they were made with."""

    name: str
    digest_key: bytes

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
    digest = _keys()[0].digest(code)
    sealed = seal(code, purpose=_PURPOSE, bound_to=digest)
    return SealedCode(key=sealed.key, digest=digest, cipher=sealed.cipher, last_four=code[-4:])


def open_code(sealed: SealedCode) -> str:
    """
    The plain code.

    :raises CodeUnreadable: if its key is gone or it was tampered with.
    """
    try:
        return unseal(Sealed(sealed.key, sealed.cipher), purpose=_PURPOSE, bound_to=sealed.digest)
    except Unreadable as error:
        raise CodeUnreadable(str(error)) from error


def find_fault(sealed: SealedCode) -> str:
    """What does not fit together about a stored code; empty if all does. Never names the code."""
    try:
        plain = open_code(sealed)
    except CodeUnreadable as error:
        return str(error)
    if sealed.digest not in {key.digest(plain) for key in _keys() if key.name == sealed.key}:
        return "is found by another code than the one that is sealed"
    if sealed.last_four != plain[-4:]:
        return f"says that its code ends in {sealed.last_four}; the one that is sealed does not"
    return ""


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
            name=key_name(secret),
            digest_key=derive_key(secret, b"storecredit code digest", 32),
        )
        for secret in secrets_newest_first
    )
