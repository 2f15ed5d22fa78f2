"""Sockets whose blocking reads end, and the TLS contexts for them."""

import socket
import ssl
from typing import ClassVar, Final

from hooks.app.files import Followed

DEFAULT_SECONDS: Final = 2.0
DEFAULT_READ: Final = 1024


class Bounded(socket.socket):
    """A socket on which "blocking" means "for at most `seconds`".

    The server's threads read from blocking sockets: without a bound, a peer that sends half a
    request keeps a thread for as long as it likes. One that stays silent is taken as gone.
    """

    seconds: ClassVar[float] = DEFAULT_SECONDS

    def setblocking(self, flag: bool, /) -> None:  # noqa: FBT001  the signature of the base
        """Block for the bounded time, or not at all."""
        self.settimeout(None if flag else 0)

    def settimeout(self, value: float | None, /) -> None:
        """Take no time-out as the bounded time."""
        super().settimeout(Bounded.seconds if value is None else value)

    def recv(self, buflen: int = DEFAULT_READ, flags: int = 0) -> bytes:
        """Read; a peer that sends nothing in time has hung up."""
        try:
            return super().recv(buflen, flags)
        except TimeoutError:
            socket.socket.shutdown(self, socket.SHUT_RD)
            return b""


class BoundedTLS(Bounded, ssl.SSLSocket):
    """The same with TLS."""


def bounded(sock: socket.socket) -> Bounded:
    """Return a bounded socket for the connection, in place of the given one."""
    timeout = sock.gettimeout()
    replacement = Bounded(sock.family, sock.type, sock.proto, fileno=sock.detach())
    replacement.settimeout(timeout)
    return replacement


class Certificate(Followed[ssl.SSLContext]):
    """The TLS context for new connections, of a certificate and its key."""

    setting = "TLS_CERT_FILE or TLS_KEY_FILE"

    def load(self, *files: str) -> ssl.SSLContext:
        """Return the context; raises OSError (ssl.SSLError is one) if they cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = BoundedTLS
        context.load_cert_chain(*files)
        return context
