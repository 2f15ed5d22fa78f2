"""Sockets whose blocking reads end, and TLS contexts that follow their files."""

import os
import socket
import ssl
import threading
from typing import ClassVar, Final

import structlog

from hooks.app.logs import LOGGER

DEFAULT_SECONDS: Final = 2.0
DEFAULT_READ: Final = 1024

log = structlog.stdlib.get_logger(LOGGER)


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


class Certificate:
    """The TLS context of a certificate and its key, made anew when the files change."""

    def __init__(self, cert_file: str, key_file: str) -> None:
        """Load the files; raises OSError (ssl.SSLError is one) if they cannot be used."""
        self._files = (cert_file, key_file)
        self._lock = threading.Lock()
        self._version = self._version_on_disk()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """Return the context for a new connection.

        Files that cannot be used, as halfway through their replacement, leave the last good one.
        """
        with self._lock:
            try:
                version = self._version_on_disk()
                if version != self._version:
                    self._context = self._load()
                    self._version = version
                    log.info("certificate reloaded")
            except OSError:
                log.exception("certificate not reloaded")
            return self._context

    def _version_on_disk(self) -> tuple[tuple[int, int, int], ...]:
        stats = (os.stat(file) for file in self._files)  # noqa: PTH116  follows links, as it should
        return tuple((stat.st_mtime_ns, stat.st_ino, stat.st_size) for stat in stats)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = BoundedTLS
        context.load_cert_chain(*self._files)
        return context
