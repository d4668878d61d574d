"""
How the secrets of second factors lie in the database: as ciphertext, for whoever reads a backup is not to be able to
make the codes of staff. The rows are the library's; what it keeps of a secret is the text that is made here.
"""

import base64
import binascii

from ledger.models.sealing import Sealed, Unreadable, newest_key_name, seal, unseal

_PURPOSE = b"storecredit second factor"
_BOUND_TO = "mfa_authenticator"


class FactorUnreadable(Exception):
    """A factor's secret was sealed with a key that is not in CODE_KEYS any more, or has been changed."""


def seal_factor(secret: str) -> str:
    """The text that the database keeps of a factor's secret."""
    sealed = seal(secret, purpose=_PURPOSE, bound_to=_BOUND_TO)
    return f"{sealed.key}:{base64.b64encode(sealed.cipher).decode()}"


def open_factor(kept: str) -> str:
    """
    The secret of a factor.

    :raises FactorUnreadable: if it does not open.
    """
    key, _, cipher = kept.partition(":")
    try:
        return unseal(Sealed(key, base64.b64decode(cipher, validate=True)), purpose=_PURPOSE, bound_to=_BOUND_TO)
    except (Unreadable, binascii.Error) as error:
        raise FactorUnreadable(str(error)) from error


def is_sealed_with_newest(kept: str) -> bool:
    """Whether a secret is sealed with the first of CODE_KEYS."""
    return kept.partition(":")[0] == newest_key_name()
