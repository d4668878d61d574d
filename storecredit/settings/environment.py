"""
What the process is told by its environment, and what it refuses to start with.

Production means HTTPS_ONLY, which is the default: there every weakness named here stops the process before it serves
a single request, because a shop that starts with a guessable secret looks exactly like one that does not.
"""

from collections.abc import Collection
from ipaddress import ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SECRET_KEY_LENGTH = 50
CODE_KEY_LENGTH = 32

env = environ.Env()


def required(name: str) -> str:
    """
    Read a variable that has no sensible default.

    :raises ImproperlyConfigured: if it is absent or blank.
    """
    value = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. The README lists what the environment must hold.")
    return value


def required_list(name: str) -> list[str]:
    """
    Read a variable of comma-separated values.

    :raises ImproperlyConfigured: if it is absent or holds no value.
    """
    values = [value.strip() for value in required(name).split(",") if value.strip()]
    if not values:
        raise ImproperlyConfigured(f"{name} holds no value.")
    return values


def flag(name: str, *, default: bool) -> bool:
    """
    Read a variable that is true or false.

    :raises ImproperlyConfigured: if it is neither: a slip in HTTPS_ONLY must not switch HTTPS off.
    """
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    text = env.str(name, default="").strip().lower()
    if text and text not in words:
        raise ImproperlyConfigured(f"{name} is true or false, not {text!r}.")
    return words[text] if text else default


def one_of(name: str, known: Collection[str], *, default: str) -> str:
    """
    Read a variable that takes a known word.

    :raises ImproperlyConfigured: if it is another one.
    """
    word = env.str(name, default="").strip() or default
    if word not in known:
        raise ImproperlyConfigured(f"{name} holds {word!r}, which is not known.")
    return word


def count(name: str, *, default: int) -> int:
    """
    Read a variable that is a number of things, of which there is at least one.

    :raises ImproperlyConfigured: if it is not.
    """
    text = env.str(name, default="").strip() or str(default)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 10_000):
        raise ImproperlyConfigured(f"{name} is a whole number from 1 to 10000, not {text!r}.")
    return int(text)


def networks(name: str) -> list[str]:
    """
    Read a variable of comma-separated addresses and networks, such as `10.0.0.7,192.168.0.0/16`.

    :raises ImproperlyConfigured: if one of them is neither.
    """
    values = [value.strip() for value in env.str(name, default="").split(",") if value.strip()]
    for value in values:
        try:
            ip_network(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} holds {value!r}, which is no address or network.") from error
    return values


def refuse_weak_production(*, debug: bool, secret_key: str, code_keys: list[str], allowed_hosts: list[str]) -> None:
    """
    Stop a production process that could be broken into.

    :raises ImproperlyConfigured: with one sentence for each weakness.
    """
    weaknesses = []
    if debug:
        weaknesses.append("DEBUG is on, which shows the program and its settings to whoever provokes an error.")
    if len(secret_key) < SECRET_KEY_LENGTH or len(set(secret_key)) < 10 or secret_key.startswith("django-insecure-"):
        weaknesses.append(f"SECRET_KEY is weak: it needs at least {SECRET_KEY_LENGTH} random characters.")
    if any(len(key) < CODE_KEY_LENGTH or len(set(key)) < 10 for key in code_keys):
        weaknesses.append(f"CODE_KEYS is weak: each key needs at least {CODE_KEY_LENGTH} random characters.")
    if len(set(code_keys)) < len(code_keys) or secret_key in code_keys:
        weaknesses.append("CODE_KEYS repeats a secret: every key, and SECRET_KEY, must be one of its own.")
    if any("*" in host for host in allowed_hosts):
        weaknesses.append("ALLOWED_HOSTS holds '*': name the hosts that this shop answers to.")
    if weaknesses:
        raise ImproperlyConfigured(
            "Refusing to start in production (HTTPS_ONLY is true unless set to false). " + " ".join(weaknesses)
        )
