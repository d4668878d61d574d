"""From where a client may call: networks as `192.0.2.0/24` or `2001:db8::/32`, or single addresses."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from django.utils.translation import gettext

from storecredit.client_address import unmapped

Network = IPv4Network | IPv6Network

MOST_NETWORKS: Final = 50

_MAPPED: Final = IPv6Network("::ffff:0:0/96")


def parse_networks(texts: Iterable[str]) -> list[str]:
    """
    Networks in their usual form, each once, in their order.

    :raises ValueError: for what is none, one with an address that its length cuts off, or too many.
    """
    networks = list(dict.fromkeys(str(_parse_network(text.strip())) for text in texts))
    if len(networks) > MOST_NETWORKS:
        raise ValueError(gettext("There may be at most %(most)s networks.") % {"most": MOST_NETWORKS})
    return networks


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address is in one of these networks. What is no address is in none."""
    try:
        known = ip_address(unmapped(address))
    except ValueError:
        return False
    return any(known in _read_network(network) for network in networks)


def _parse_network(text: str) -> Network:
    try:
        return _unmapped(ip_network(text))
    except ValueError:
        raise ValueError(
            gettext(
                "%(text)r is not a network: write it such as 192.0.2.0/24 or 2001:db8::/32, where what its length cuts "
                "off is nothing, or a single address."
            )
            % {"text": text}
        ) from None


@lru_cache(maxsize=1024)
def _read_network(network: str) -> Network:
    return ip_network(network)


def _unmapped(network: Network) -> Network:
    """A network that is mapped into IPv6 whole is one of IPv4: a caller's address is known as that."""
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return ip_network((unmapped(str(network.network_address)), network.prefixlen - _MAPPED.prefixlen))
    return network
