"""Which IP addresses are on the open internet, and which carry another address inside."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address, IPv6Network

_CARRIERS: tuple[tuple[IPv6Network, int], ...] = (
    # IPv4 written as IPv6, a translator's prefix (NAT64), and a tunnel (6to4)
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
"""Networks whose addresses lead to the IPv4 address inside them, and how many bits stand after that."""
_ASSIGNED = IPv6Network("2000::/3")
"""All that is given out on the internet; what is outside is for the use of one network."""
_DOCUMENTATION = IPv6Network("3fff::/20")


def find_carried_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to; None when it leads to itself."""
    if isinstance(address, IPv4Address):
        return None
    behind = next((bits for network, bits in _CARRIERS if address in network), None)
    return None if behind is None else IPv4Address(int(address) >> behind & 0xFFFFFFFF)


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet: not private, loopback, link-local or reserved.

    One that carries another is judged by that: behind NAT64 and 6to4 there may be a private network.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    found = find_carried_ipv4(found) or found
    if isinstance(found, IPv6Address) and (found not in _ASSIGNED or found in _DOCUMENTATION):
        return False
    return found.is_global and not found.is_multicast
