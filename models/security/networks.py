"""What counts as one place on the internet."""

import ipaddress

_IPV6_NETWORK = 64  # bits: one customer has at least that


def network_of(address: str) -> str:
    """An IPv4 address, the first half of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
    return str(parsed)
