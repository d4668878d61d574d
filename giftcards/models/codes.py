"""
Custody of card codes.

The database holds an HMAC to find a card by, ciphertext to print or resend it, and the last four characters for
people. The keys come from the environment, newest first; each secret gives two keys by HKDF, one for each use.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
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

#: A new card's number has at least so many characters; cards of other systems may have fewer.
SHORTEST = 4
_PRINTABLE = re.compile(r"[!-.0-~]{1,64}")  # printable ASCII without blanks and without the slash
_PLAIN = re.compile(r"[A-Za-z0-9-]+")
_BARE = re.compile(r"[A-Za-z0-9]{1,64}")
_GENERATED = re.compile(rf"[{ALPHABET}ILO]{{{CODE_LENGTH}}}")
_MISREAD = str.maketrans("ILO", "110")
# Zero-width spaces and joiners, the word joiner and the mark at the beginning of files.
_INVISIBLE = frozenset("\u180e\u200b\u200c\u200d\u2060\ufeff")
# The soft hyphen, the hyphen bullet and the minus sign, which Unicode does not count among the dashes.
_DASHES_OF_OTHER_KINDS = frozenset("\u00ad\u2043\u2212")
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


def normalize_code(code: str, *, shortest: int = SHORTEST) -> str | None:
    """
    The form in which codes are compared, or None if it cannot be one: 4 to 64 printable ASCII characters, no blank,
    no slash. Where it is of letters, digits and hyphens alone, case and hyphens do not matter.

    :param shortest: 1 where it may be the code of a card from another system, which had shorter ones.
    """
    if not _PRINTABLE.fullmatch(code):
        return None
    normal = code.replace("-", "").upper() if _PLAIN.fullmatch(code) else code
    return normal if len(normal) >= shortest and normal.upper() not in RESERVED else None


def seal_code(code: str) -> SealedCode:
    """
    Seal a code with the newest key: found by its normal form, opened as it was made.

    :raises ValueError: if no card can have it.
    """
    normal = normalize_code(code, shortest=1)
    if normal is None:
        raise ValueError("No card can have this code.")
    digest = _keys()[0].digest(normal)
    sealed = seal(code, purpose=_PURPOSE, bound_to=digest)
    return SealedCode(key=sealed.key, digest=digest, cipher=sealed.cipher, last_four=_end_of(normal))


def open_code(sealed: SealedCode) -> str:
    """
    The plain code, as it was made.

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
    normal = normalize_code(plain, shortest=1) or ""
    if sealed.digest not in {key.digest(normal) for key in _keys() if key.name == sealed.key}:
        return "is found by another code than the one that is sealed"
    if sealed.last_four != _end_of(normal):
        return f"says that its code ends in {sealed.last_four}; the one that is sealed does not"
    return ""


def list_lookup_digests(code: str) -> list[str]:
    """
    What somebody may mean who gives a code, first the plain reading under each key, then the other; as many for any
    text.

    Hyphens and dashes of every kind do not matter. Generated codes have no I, L and O: whoever reads them into one
    means 1, 1 and 0.
    """
    plain = _read_plainly(code)
    misread = plain.translate(_MISREAD) if plain is not None and _GENERATED.fullmatch(plain) else None
    if misread == plain:
        misread = None
    return [
        key.digest(reading if reading is not None else f"\0{place}{code!r}")
        for place, reading in enumerate((plain, misread))
        for key in _keys()
    ]


def without_blanks(text: str) -> str:
    """A code as somebody typed or pasted it, without the blanks, seen and unseen, around and between its groups."""
    return "".join(symbol for symbol in text if not symbol.isspace() and symbol not in _INVISIBLE)


def may_be_generated(text: str) -> bool:
    """Whether a text reads like a generated code in full, perhaps misread."""
    plain = _read_plainly(text)
    return plain is not None and bool(_GENERATED.fullmatch(plain))


def _read_plainly(code: str) -> str | None:
    bare = "".join(symbol for symbol in code if not _is_dash(symbol))
    return normalize_code(bare if _BARE.fullmatch(bare) else code, shortest=1)


def _end_of(normal: str) -> str:
    """What people see of a code: its last four characters; half of a shorter one, which would be all of it."""
    return normal[-4:] if len(normal) >= SHORTEST else normal[len(normal) - len(normal) // 2 :]


def _is_dash(symbol: str) -> bool:
    return unicodedata.category(symbol) == "Pd" or symbol in _DASHES_OF_OTHER_KINDS


def list_digests(code: str) -> list[str]:
    """What the code may be found by, one for each key; for a malformed code what nothing is found by, at equal cost."""
    normal = normalize_code(code, shortest=1)
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
