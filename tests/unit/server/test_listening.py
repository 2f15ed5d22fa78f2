"""The service is reached by IPv4 and IPv6, and starts on a node that has one of them only."""

import errno
import socket
from typing import Any

import pytest

from hooks.server.listening import host_to_bind
from hooks.server.settings import Settings


class Unsupported(socket.socket):
    """A socket as on a kernel that was started with `ipv6.disable=1`."""

    def __init__(self, family: int, *arguments: Any) -> None:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        super().__init__(family, *arguments)


class Unbound(socket.socket):
    """A socket as in a network without any address of IPv6."""

    def bind(self, address: Any, /) -> None:
        raise OSError(errno.EADDRNOTAVAIL, f"Cannot assign requested address {address}")


class Bound(socket.socket):
    """A socket as on a node that has IPv6."""

    def __init__(self, *_: Any) -> None:
        super().__init__()

    def bind(self, address: Any, /) -> None:
        assert address == ("::", 0)


@pytest.mark.parametrize(
    ("node", "host"), [(Bound, "::"), (Unsupported, "0.0.0.0"), (Unbound, "0.0.0.0")]
)
def test_default_is_every_address_that_there_is(
    monkeypatch: pytest.MonkeyPatch, node: type[socket.socket], host: str
) -> None:
    monkeypatch.setattr(socket, "socket", node)

    assert host_to_bind(Settings().host) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1", "::1", "fd00::7"])
def test_address_that_was_asked_for_stays(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(socket, "socket", Unsupported)

    assert host_to_bind(host) == host
