"""How webhook secrets are sealed."""

from ledger.models.sealing import Sealed, Unreadable, newest_key_name, seal, unseal
from storecredit.checkouts.models.vendor import WebhookSecret

_PURPOSE = b"storecredit webhook secret"

SHORTEST_SECRET = 32
#: What sealing adds to a text: the nonce and the tag.
_SEAL_BYTES = 28

__all__ = ["SHORTEST_SECRET", "Unreadable", "has_full_length", "needs_resealing", "open_secret", "seal_secret"]


def seal_secret(row: WebhookSecret, plain: str) -> None:
    """Put a secret into its row, sealed with the newest key."""
    sealed = seal(plain, purpose=_PURPOSE, bound_to=str(row.pk))
    row.cipher, row.cipher_key = sealed.cipher, sealed.key


def open_secret(row: WebhookSecret) -> str:
    """
    The plain secret.

    :raises Unreadable: if its key is gone or it was tampered with.
    """
    return unseal(Sealed(row.cipher_key, bytes(row.cipher)), purpose=_PURPOSE, bound_to=str(row.pk))


def needs_resealing(row: WebhookSecret) -> bool:
    """Whether an older key has sealed it."""
    return row.cipher_key != newest_key_name()


def has_full_length(row: WebhookSecret) -> bool:
    """Whether it is as long as a new one must be; an older one may be shorter, and works until it is retired."""
    return len(row.cipher) >= SHORTEST_SECRET + _SEAL_BYTES
