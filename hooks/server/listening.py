"""The address that the server listens on."""

import socket
from typing import Final

EVERY_ADDRESS: Final = "::"
"""A socket on it takes IPv4 too, unless the node is told otherwise (`net.ipv6.bindv6only`)."""

EVERY_IPV4_ADDRESS: Final = "0.0.0.0"  # noqa: S104  a container's port is reached from outside


def host_to_bind(host: str) -> str:
    """Return the host; instead of every address those of IPv4 where the node has no IPv6.

    A node has none if its kernel was started without, or if the pod's network does not let it bind.
    """
    return EVERY_IPV4_ADDRESS if host == EVERY_ADDRESS and not _has_ipv6() else host


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((EVERY_ADDRESS, 0))
    except OSError:
        return False
    return True
