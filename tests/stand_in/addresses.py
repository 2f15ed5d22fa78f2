"""What Metacontroller serves itself: whether it is ready, and its metrics."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.stand_in.api_server import ApiServer


def serve(address: str, pages: dict[str, Callable[[], str]]) -> None:
    """Serve pages at `HOST:PORT`, beside everything else."""
    host, _, port = address.rpartition(":")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(HTTPStatus.OK if page else HTTPStatus.NOT_FOUND)
            self.end_headers()
            self.wfile.write(page().encode() if page else b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((host, int(port)), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def metrics(api: ApiServer) -> str:
    """Return how often the API server was called."""
    host = api.server.partition("://")[2]
    lines = [
        f'rest_client_requests_total{{code="{code}",host="{host}",method="{method}"}} {count}\n'
        for (method, code), count in sorted(api.counts.items())
    ]
    return "# TYPE rest_client_requests_total counter\n" + "".join(lines)
