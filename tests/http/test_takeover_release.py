"""`python -m hooks takeover release`, which the chart's Job runs, against a stand-in."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.cli.takeover.account import COLLECTIONS
from hooks.kube.objects import Obj
from tests.http.authority import authority_in
from tests.http.service import LOOPBACK
from tests.unit.takeover.former import FINALIZER, NAMESPACE, agent, child, operator, operator_pod

TOKEN = "token-of-the-pod"
SECRET_VALUE = "c2VjcmV0LXZhbHVl"
OWNER = agent(finalizers=[FINALIZER], generation=1)
OBJECTS = (
    operator(),
    OWNER,
    child("Secret", "instana-agent", OWNER, data={"key": SECRET_VALUE}),
    child("ConfigMap", "instana-agent-namespaces", OWNER),
)
OPTIONS = [
    f"--object={kind}/{name}"
    for kind, name in (
        ("InstanaAgent", "instana-agent"),
        ("Deployment", "instana-agent-controller-manager"),
        ("Secret", "instana-agent"),
        ("ConfigMap", "instana-agent-namespaces"),
        ("Service", "gone-since"),
    )
]


@dataclass
class Stand:
    """An API server of one namespace: its objects by address, and how it was asked."""

    directory: Path
    url: str = ""
    objects: dict[str, Obj] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)

    def hold(self, *objects: Obj) -> None:
        self.objects = {_address(each): json.loads(json.dumps(each)) for each in objects}

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Obj]:
        """Return what the API server says; a refusal is given once."""
        path = urlsplit(target).path
        self.requests.append((method, path))
        if f"{method} {path}" in self.refusals:
            status, message = self.refusals.pop(f"{method} {path}")
            return status, {"kind": "Status", "message": message}
        if parse_qs(urlsplit(target).query).get("labelSelector"):
            found = [each for place, each in self.objects.items() if place.startswith(f"{path}/")]
            return HTTPStatus.OK, {"items": found}
        if path not in self.objects:
            return HTTPStatus.NOT_FOUND, {"message": "not found"}
        if method == "PATCH":
            self._patch(path, json.loads(body))
        return HTTPStatus.OK, self.objects[path]

    def _patch(self, path: str, body: Obj) -> None:
        obj = self.objects[path]
        obj["metadata"] |= body["metadata"]
        obj.setdefault("spec", {}).update(body.get("spec", {}))
        if "replicas" in body.get("spec", {}):
            obj["status"] |= {"replicas": 0}
            self.objects = {
                place: each for place, each in self.objects.items() if "/pods/" not in place
            }

    def run(self, *options: str) -> Result:
        files = ["--ca-file", str(self.directory / "ca.crt")]
        files += ["--token-file", str(self.directory / "token")]
        command = ["takeover", "release", "--namespace", NAMESPACE, "--url", self.url]
        return CliRunner().invoke(main, [*command, *files, *(options or OPTIONS)])


def _address(obj: Obj) -> str:
    version, plural = COLLECTIONS[obj["kind"]]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    return f"{root}/namespaces/{NAMESPACE}/{plural}/{obj['metadata']['name']}"


@pytest.fixture(name="stand")
def _stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr("hooks.cli.takeover.run.POLL_SECONDS", 0.0)
    monkeypatch.setattr("hooks.cli.output.progress.SILENT_SECONDS", 3600.0)
    authority = authority_in(tmp_path)
    (tmp_path / "token").write_text(TOKEN)
    stand = Stand(tmp_path)
    stand.hold(*OBJECTS)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            stand.tokens.add(self.headers["Authorization"])
            status, answer = stand.answer(self.command, self.path, body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_PATCH(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        context = authority.server_context()
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stand.url = f"https://{LOOPBACK}:{server.server_port}"
        yield stand
        server.shutdown()


def test_named_objects_are_handed_over_once_the_operator_has_stopped(stand: Stand) -> None:
    result = stand.run()

    assert result.exit_code == 0, result.output
    assert [path.rpartition("/")[2] for method, path in stand.requests if method == "PATCH"] == [
        "instana-agent-controller-manager",
        "instana-agent",
        "instana-agent-namespaces",
        "instana-agent",
    ]
    assert stand.objects[_address(OWNER)]["metadata"]["finalizers"] == []
    assert stand.tokens == {f"Bearer {TOKEN}"}


def test_only_what_it_was_told_of_is_asked_for(stand: Stand) -> None:
    stand.run()

    known = {_address(each) for each in OBJECTS}
    others = {path for _, path in stand.requests} - known
    assert {path.rpartition("/")[2] for path in others} == {"gone-since", "pods"}


def test_again_there_is_nothing_to_do(stand: Stand) -> None:
    stand.run()

    assert stand.run().output == "nothing to do\n"


def test_operator_whose_pod_stays_is_waited_for(stand: Stand) -> None:
    stand.hold(*OBJECTS, operator_pod())
    stand.objects[_address(operator())]["spec"]["replicas"] = 0
    stand.objects[_address(operator())]["status"]["replicas"] = 0

    result = stand.run(*OPTIONS, "--timeout=0")

    assert result.exit_code == 3
    assert not [path for method, path in stand.requests if method == "PATCH"]


def test_object_that_somebody_changed_is_read_again(stand: Stand) -> None:
    place = _address(OBJECTS[2])
    message = "the object has been modified; please apply your changes to the latest version"
    stand.refusals = {f"PATCH {place}": (HTTPStatus.CONFLICT, message)}

    result = stand.run()

    assert result.exit_code == 0, result.output
    assert stand.requests.count(("PATCH", place)) == 2


def test_refusal_is_told_without_the_value_that_it_quotes(stand: Stand) -> None:
    message = f'Secret "instana-agent" is invalid: data: Invalid value: "{SECRET_VALUE}": no'
    stand.refusals = {f"PATCH {_address(OBJECTS[2])}": (HTTPStatus.UNPROCESSABLE_ENTITY, message)}

    result = stand.run()

    assert result.exit_code == 1
    assert "Secret instana-agent/instana-agent: hand its fields over" in result.output
    assert "is invalid" in result.output
    assert SECRET_VALUE not in result.output


def test_without_rights_it_says_so(stand: Stand) -> None:
    message = 'agents.instana.io "instana-agent" is forbidden'
    stand.refusals = {f"GET {_address(OWNER)}": (HTTPStatus.FORBIDDEN, message)}

    result = stand.run()

    assert result.exit_code == 1
    assert message in result.output


def test_server_that_does_not_answer_is_told(stand: Stand) -> None:
    stand.url = f"https://{LOOPBACK}:1"

    result = stand.run()

    assert result.exit_code == 1
    assert "ConnectionRefusedError" in result.output


@pytest.mark.parametrize("given", ["Secret", "Secret/", "Node/a"])
def test_objects_are_kinds_with_names(given: str, stand: Stand) -> None:
    result = stand.run(f"--object={given}")

    assert result.exit_code == 2
    assert "must be KIND/NAME" in result.output
