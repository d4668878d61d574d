"""What seals the books: a key that the database never holds, and where the seals go that it cannot write."""

import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from storecredit.settings.environment import CODE_KEY_LENGTH, env

_PUBLIC_KEY = re.compile(r"[0-9a-fA-F]{64}")


def seal_key() -> str:
    """
    The secret that seals are signed with; empty: they are not.

    :raises ImproperlyConfigured: if it is a weak one: whoever guesses it signs what they like.
    """
    key = env.str("SEAL_KEY", default="").strip()
    if key and (len(key) < CODE_KEY_LENGTH or len(set(key)) < 10):
        raise ImproperlyConfigured(f"SEAL_KEY is weak: it needs at least {CODE_KEY_LENGTH} random characters.")
    return key


def seal_public_keys() -> list[str]:
    """
    The public keys of secrets that sealed before, comma-separated.

    :raises ImproperlyConfigured: if one is not 64 hexadecimal digits.
    """
    keys = [key.strip() for key in env.str("SEAL_PUBLIC_KEYS", default="").split(",") if key.strip()]
    for key in keys:
        if not _PUBLIC_KEY.fullmatch(key):
            raise ImproperlyConfigured(f"SEAL_PUBLIC_KEYS holds {key!r}, which is not 64 hexadecimal digits.")
    return keys


def seal_file() -> Path | None:
    """The file that seals are added to, if there is to be one."""
    path = env.str("SEAL_FILE", default="").strip()
    return Path(path) if path else None


def seal_mailbox(*, mail_goes_out: bool) -> str:
    """
    The address that seals are mailed to; empty: nowhere.

    :raises ImproperlyConfigured: if there is one and no mail goes out.
    """
    address = env.str("SEAL_TO", default="").strip()
    if address and not mail_goes_out:
        raise ImproperlyConfigured("SEAL_TO is set and EMAIL_URL is not: no mail goes out.")
    return address
