"""Calls over HTTPS with a bearer token, as pods of the chart make them: one at a time."""

import os
import ssl
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click
import orjson

from hooks.kube.objects import Obj

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds the token of its service account, and the CA of the API server."""

JSON: Final = "application/json"
CALL_SECONDS: Final = 10.0
LONGEST_RESPONSE: Final = 200


def api_server() -> str:
    """Return the address of the API server that every pod has in its environment."""
    host = os.environ.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
    name = f"[{host}]" if ":" in host else host
    return f"https://{name}:{os.environ.get('KUBERNETES_SERVICE_PORT', '443')}"


class Peer:
    """A server that is verified by its CA, and that identifies the caller by a token."""

    def __init__(self, url: str, ca_file: Path, token_file: Path | None = None) -> None:
        """Take its address, and the files with its CA and the caller's token."""
        self.url = url
        self._ca_file = ca_file
        self._token_file = token_file

    def call(self, method: str, path: str, body: Obj | None = None) -> bytes:
        """Return the body of the response; ends the command if there is none or it is an error."""
        try:
            status, content = self.exchange(method, path, body)
        except (OSError, HTTPException) as error:
            msg = f"{method} {self.url}{path}: {error}"
            raise click.ClickException(msg) from None
        if status != HTTPStatus.OK:
            said = content[:LONGEST_RESPONSE].decode(errors="replace").strip()
            msg = f"{method} {self.url}{path} failed with {status}: {said}"
            raise click.ClickException(msg)
        return content

    def exchange(
        self, method: str, path: str, body: Obj | None = None, content_type: str = JSON
    ) -> tuple[int, bytes]:
        """Return the status and the body of any response; raises OSError or HTTPException."""
        context = ssl.create_default_context(cafile=str(self._ca_file))
        host = urlsplit(self.url)
        connection = HTTPSConnection(
            host.hostname or "", host.port, timeout=CALL_SECONDS, context=context
        )
        content = orjson.dumps(body) if body else None
        with closing(connection):
            connection.request(method, path, content, self._headers(content_type))
            response = connection.getresponse()
            return response.status, response.read()

    def _headers(self, content_type: str) -> dict[str, str]:
        headers = {"Accept": JSON, "Content-Type": content_type}
        if self._token_file:
            headers["Authorization"] = f"Bearer {self._token_file.read_text().strip()}"
        return headers
