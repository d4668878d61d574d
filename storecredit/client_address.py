"""
Who is calling, seen through the proxies that we run ourselves.

Anybody can send an `X-Forwarded-For`; the last entry was written by the machine that called us, the one before it by
the machine that called that one. So the list is read from its end, and only as long as our own proxies wrote it.
"""

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


@cache
def _trusted(proxies: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(proxy) for proxy in proxies]


def _is_trusted(address: str) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in _trusted(tuple(settings.TRUSTED_PROXIES)))


def client_address(request: HttpRequest) -> str:
    """The address of the caller: the nearest one that is no proxy in TRUSTED_PROXIES."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    address = str(request.META.get("REMOTE_ADDR", ""))
    while hops and _is_trusted(address):
        nearer = hops.pop()
        try:
            ip_address(nearer)
        except ValueError:
            break
        address = nearer
    return address
