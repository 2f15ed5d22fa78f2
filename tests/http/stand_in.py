"""A server over HTTPS that stands in for another one, and keeps what it is asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.http.authority import authority_in
from tests.http.service import LOOPBACK


@dataclass
class StandIn:
    """What it answers, and what it was asked: method, path, authorization."""

    url: str
    ca_file: Path
    answer: dict[str, Any]
    status: int = 200
    requests: list[tuple[str, str, str]] = field(default_factory=list)


@contextmanager
def standing_in(directory: Path, answer: dict[str, Any]) -> Iterator[StandIn]:
    """Answer every call; what is PUT is the answer from then on."""
    authority = authority_in(directory)
    stand_in: StandIn

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def _answer(self) -> None:
            stand_in.requests.append((self.command, self.path, self.headers["Authorization"]))
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            if self.command == "PUT":
                stand_in.answer = json.loads(body)
            text = json.dumps(stand_in.answer).encode()
            self.send_response(stand_in.status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server.socket = authority.server_context().wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://{LOOPBACK}:{server.server_port}"
        stand_in = StandIn(url, authority.ca_file, answer)
        yield stand_in
        server.shutdown()
