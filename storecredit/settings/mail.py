"""How mail goes out: as EMAIL_URL says, through Django's own back ends. Without it none does, and pages say so."""

import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from storecredit.settings.environment import env

MAIL_TIMEOUT_SECONDS = 10
_PORTS = {"EMAIL_USE_TLS": 587, "EMAIL_USE_SSL": 465}


def mail_settings() -> dict[str, Any]:
    """
    Django's settings of mail, after `EMAIL_URL`, such as `smtp+tls://name:password@mail.example.com`.

    :raises ImproperlyConfigured: if it names no way that Django has.
    """
    url = env.str("EMAIL_URL", default="").strip()
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    read: dict[str, Any] = env.email_url_config(url)
    if not read["EMAIL_PORT"]:
        read["EMAIL_PORT"] = next((port for name, port in _PORTS.items() if read.get(name)), 25)
    # Whoever waits for the answer has one of the few threads.
    return read | {"EMAIL_TIMEOUT": MAIL_TIMEOUT_SECONDS}


def site_url(hosts: list[str], *, is_https: bool) -> str:
    """
    Where the site is for somebody who reads of a page in a mail: `SITE_URL`, or the first name that it answers to.

    :raises ImproperlyConfigured: if it is no address of a site.
    """
    url = env.str("SITE_URL", default="").strip().rstrip("/")
    if not url:
        return f"{'https' if is_https else 'http'}://{hosts[0].lstrip('.')}"
    if not re.fullmatch(r"https?://[^\s/?#@]+", url):
        raise ImproperlyConfigured(f"SITE_URL is an address such as https://credit.example.com, not {url!r}.")
    return url


def sender(hosts: list[str]) -> str:
    """Whom mail comes from: `EMAIL_FROM`, or somebody at the first name that the shop answers to."""
    return env.str("EMAIL_FROM", default="").strip() or f"Store credit <no-reply@{hosts[0].lstrip('.')}>"
