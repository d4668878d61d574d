"""How mail goes out: as EMAIL_URL says, through Django's own back ends. Without it none does, and pages say so."""

from typing import Any

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


def sender(hosts: list[str]) -> str:
    """Whom mail comes from: `EMAIL_FROM`, or somebody at the first name that the shop answers to."""
    return env.str("EMAIL_FROM", default="").strip() or f"Store credit <no-reply@{hosts[0].lstrip('.')}>"
