"""The address that the server listens on."""

import socket
from typing import Final

EVERY_ADDRESS: Final = "::"
"""A socket on it accepts IPv4 as well, unless the node has `net.ipv6.bindv6only` set."""

EVERY_IPV4_ADDRESS: Final = "0.0.0.0"  # noqa: S104  others connect to a container's port


def host_to_bind(host: str) -> str:
    """Return the host; on a node without IPv6, every IPv4 address replaces every address.

    A node has no IPv6 if its kernel was started without it, or if the pod's network does not let it
    bind.
    """
    return EVERY_IPV4_ADDRESS if host == EVERY_ADDRESS and not _has_ipv6() else host


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((EVERY_ADDRESS, 0))
    except OSError:
        return False
    return True
