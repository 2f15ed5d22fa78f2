"""`python -m hooks apply-definition`, which the chart's Job runs, against a stand-in."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hooks.app.command_line import main
from hooks.definition import definition
from tests.http.authority import authority_in
from tests.http.service import LOOPBACK

NAME = "agents.instana.io"
PATH = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{NAME}"
TOKEN = "token-of-the-pod"


@dataclass
class Stored:
    """What the API server has."""

    url: str
    directory: Path
    definition: dict[str, Any]
    status: int = 200
    requests: list[tuple[str, str, str]] = field(default_factory=list)

    def run(self, **environ: str) -> Result:
        files = ["--ca-file", str(self.directory / "ca.crt")]
        files += ["--token-file", str(self.directory / "token")]
        url = [] if environ else ["--url", self.url]
        return CliRunner().invoke(main, ["apply-definition", *url, *files], env=environ)


@pytest.fixture(name="stored")
def _stored(tmp_path: Path) -> Iterator[Stored]:
    authority = authority_in(tmp_path)
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    stored: Stored

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stored.definition = json.loads(body)
            self._answer()

        def _answer(self) -> None:
            stored.requests.append((self.command, self.path, self.headers["Authorization"]))
            text = json.dumps(stored.definition).encode()
            self.send_response(stored.status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        context = authority.server_context()
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://{LOOPBACK}:{server.server_port}"
        present = definition() | {"metadata": {"name": NAME, "resourceVersion": "7"}}
        present["spec"] = {**present["spec"], "conversion": {"strategy": "None"}}
        stored = Stored(url, tmp_path, present)
        yield stored
        server.shutdown()


def test_definition_becomes_that_of_this_version(stored: Stored) -> None:
    stored.definition["spec"]["versions"] = [{"name": "v1", "schema": {"formerly": True}}]

    result = stored.run()

    assert (result.exit_code, result.stderr) == (0, "")
    assert stored.definition["spec"]["versions"] == definition()["spec"]["versions"]
    assert stored.definition["metadata"]["resourceVersion"] == "7"
    assert stored.definition["spec"]["conversion"] == {"strategy": "None"}
    assert [(method, path.partition("?")[0]) for method, path, _ in stored.requests] == [
        ("GET", PATH),
        ("PUT", PATH),
    ]
    assert {token for _, _, token in stored.requests} == {f"Bearer {TOKEN}"}


def test_same_definition_is_not_written(stored: Stored) -> None:
    result = stored.run()

    assert result.stdout == f"{NAME} is that of this version already\n"
    assert [method for method, _, _ in stored.requests] == ["GET"]


def test_refusal_is_told(stored: Stored) -> None:
    stored.status = 403

    result = stored.run()

    assert result.exit_code == 1
    assert "was answered with 403" in result.stderr
    assert TOKEN not in result.output


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "https://127.0.0.1:1/"), ("::1", "https://[::1]:1/")]
)
def test_pod_knows_the_api_server_by_its_environment(host: str, shown: str, stored: Stored) -> None:
    result = stored.run(KUBERNETES_SERVICE_HOST=host, KUBERNETES_SERVICE_PORT="1")

    assert result.exit_code == 1
    assert shown in result.stderr
