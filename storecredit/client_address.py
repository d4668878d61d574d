"""
Who is calling, seen through the proxies that we run ourselves.

Anybody can send an `X-Forwarded-For`; the last entry was written by the machine that called us, the one before it by
the machine that called that one. So the list is read from its end, and only as long as our own proxies wrote it.

A server that listens on IPv6 for both sees `::ffff:192.0.2.1` where another sees `192.0.2.1`: it is one address, and is
counted, allowed and trusted as one.
"""

from contextlib import suppress
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


@cache
def _trusted(proxies: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(proxy) for proxy in proxies]


def _is_trusted(address: str) -> bool:
    known = ip_address(address)
    mapped = known if isinstance(known, IPv6Address) else IPv6Address(f"::ffff:{known}")
    return any(known in network or mapped in network for network in _trusted(tuple(settings.TRUSTED_PROXIES)))


def unmapped(address: str) -> str:
    """
    An address, of IPv4 as IPv4 is written.

    :raises ValueError: if it is none.
    """
    known = ip_address(address)
    return str(known.ipv4_mapped or address) if isinstance(known, IPv6Address) else address


def client_address(request: HttpRequest) -> str:
    """The address of the caller: the nearest one that is no proxy in TRUSTED_PROXIES; none behind a socket of Unix."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    address = str(request.META.get("REMOTE_ADDR", ""))
    with suppress(ValueError):
        address = unmapped(address)
        while hops and _is_trusted(address):
            address = unmapped(hops.pop())
    return address
