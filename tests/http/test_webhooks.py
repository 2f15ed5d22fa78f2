"""The webhooks of the API server: a port of their own, which neither opens the other one."""

import http.client
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from hooks.server.webhooks import LARGEST_REVIEW
from tests.http.authority import Authority, MountedSecret, authority_in
from tests.http.service import CALL_SECONDS, LOOPBACK, REQUESTS, Service, free_port, running
from tests.support.resources import agent
from tests.support.reviews import UID, patch_of, refused_by, review, warned_by

WEBHOOKS = ("/admission/validate", "/admission/default")
PROBES = ("/healthz", "/readyz", "/metrics")
TOKEN = "token-of-the-hooks-0123456789"
SECRET = "hunter2-sentinel"


@dataclass(frozen=True)
class Both:
    """A running service by both of its ports."""

    hooks: Service
    webhooks: Service
    authority: Authority
    certificate: MountedSecret


@pytest.fixture(name="both", scope="module")
def _both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Run a service as in production: TLS, a token for the hooks, and the webhooks' port."""
    directory = tmp_path_factory.mktemp("webhooks")
    (directory / "run").mkdir()
    authority = authority_in(directory)
    certificate = MountedSecret(directory / "certificate")
    certificate.put(authority.issued())
    tokens = directory / "tokens"
    tokens.write_text(TOKEN)
    port = free_port()
    with running(
        directory / "run",
        ca_file=str(authority.ca_file),
        INSECURE="",
        TOKENS_FILE=str(tokens),
        TLS_CERT_FILE=certificate.file("tls.crt"),
        TLS_KEY_FILE=certificate.file("tls.key"),
        ADMISSION_PORT=str(port),
    ) as service:
        yield Both(service, replace(service, port=port), authority, certificate)


def test_reviews_are_answered_without_a_token(both: Both) -> None:
    fine = both.webhooks.post(WEBHOOKS[0], review(agent()))
    broken = both.webhooks.post(WEBHOOKS[0], review(agent({"agent": {"mode": "FULL"}})))
    defaulted = both.webhooks.post(WEBHOOKS[1], review(agent()))

    assert [each.status_code for each in (fine, broken, defaulted)] == [200, 200, 200]
    assert fine.headers["Content-Type"] == "application/json"
    assert fine.json()["response"]["uid"] == UID
    assert warned_by(fine.json()) == {"inline-key"}
    assert refused_by(broken.json()) == {"mode"}
    assert patch_of(defaulted.json())


@pytest.mark.parametrize("path", [*REQUESTS, *PROBES, "/", "/admission", "/admission/other"])
def test_nothing_else_is_behind_the_webhooks_port(both: Both, path: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    for method in ("GET", "POST"):
        response = both.webhooks.request(method, path, json=REQUESTS.get(path, {}), headers=headers)
        assert (response.status_code, response.text) == (404, "not found\n")


@pytest.mark.parametrize("path", WEBHOOKS)
def test_the_webhooks_are_not_behind_the_hooks_port(both: Both, path: str) -> None:
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}):
        response = both.hooks.request("POST", path, json=review(agent()), headers=headers)
        assert response.status_code == 404


@pytest.mark.parametrize("path", REQUESTS)
def test_hooks_need_their_token_as_before(both: Both, path: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    assert both.hooks.post(path, REQUESTS[path]).status_code == 401
    assert both.hooks.request("POST", path, json=REQUESTS[path], headers=headers).ok


@pytest.mark.parametrize(
    "header",
    [
        "Host", "Server-Port", "SERVER-PORT", "X-Forwarded-Port", "X-Forwarded-Host", "Forwarded",
        "X-Real-Port", "Script-Name",
    ],
)  # fmt: skip
def test_no_header_leads_to_the_other_port(both: Both, header: str) -> None:
    hooks, webhooks = both.hooks.port, both.webhooks.port
    told = {header: f"{LOOPBACK}:{hooks}" if "ost" in header else str(hooks)}
    response = both.webhooks.request("POST", "/sync", json=REQUESTS["/sync"], headers=told)
    assert response.status_code == 404

    told = {header: f"{LOOPBACK}:{webhooks}" if "ost" in header else str(webhooks)}
    response = both.hooks.request("POST", WEBHOOKS[0], json=review(agent()), headers=told)
    assert response.status_code == 404


@pytest.mark.parametrize("name", ["SERVER_PORT", "HTTP_SERVER_PORT", "server_port"])
def test_no_header_with_an_underscore_leads_there_either(both: Both, name: str) -> None:
    with closing(connection(both, both.webhooks.port)) as client:
        client.request("POST", "/sync", "{}", {name: str(both.hooks.port), **JSON})
        assert client.getresponse().status in {400, 404}


JSON = {"Content-Type": "application/json"}


def connection(both: Both, port: int) -> http.client.HTTPSConnection:
    context = both.authority.context()
    return http.client.HTTPSConnection(LOOPBACK, port, timeout=CALL_SECONDS, context=context)


@pytest.mark.parametrize("path", WEBHOOKS)
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"' + SECRET.encode() + b'": 1}', "application/json", 400),
        (json.dumps(review(None)).encode(), "application/json", 400),
        (json.dumps(review(agent())).encode(), "text/plain", 415),
        (b"x" * (LARGEST_REVIEW + 1), "application/json", 413),
    ],
    ids=["no JSON", "a list", "nothing", "a secret", "no object", "another type", "too large"],
)
def test_garbage_is_refused_in_one_line(
    both: Both, path: str, body: bytes, content_type: str, status: int
) -> None:
    headers = {"Content-Type": content_type}
    response = both.webhooks.request("POST", path, data=body, headers=headers)

    assert response.status_code == status
    assert response.text.count("\n") == 1
    assert SECRET not in response.text + both.hooks.log()


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_review_in_chunks_is_refused_unread(both: Both, path: str) -> None:
    """Each chunk costs time, and anybody may send as many as there are bytes."""
    body = json.dumps(review(agent())).encode()
    pieces = (body[at : at + 1] for at in range(len(body)))
    response = both.webhooks.request("POST", path, data=pieces, headers=JSON)

    assert (response.status_code, response.text.count("\n")) == (411, 1)


def test_the_largest_objects_are_looked_at(both: Both) -> None:
    spec = {"agent": {"env": {"LARGE": "x" * 1_500_000}}}
    body = review(agent(spec | {"zone": {"name": "east"}}), agent(spec))

    assert both.webhooks.post(WEBHOOKS[0], body).json()["response"]["allowed"]


def lines_of(both: Both, hook: str) -> list[dict[str, Any]]:
    time.sleep(0.05)
    return [line for line in both.hooks.lines("hook call") if line["hook"] == hook]


def test_a_review_is_one_line_and_is_counted(both: Both) -> None:
    broken = agent({"agent": {"mode": SECRET, "key": SECRET}})
    before = len(lines_of(both, "validate"))
    response = both.webhooks.post(WEBHOOKS[0], review(broken))
    lines = lines_of(both, "validate")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    metrics = both.hooks.request("GET", "/metrics", headers=headers).text

    assert len(lines) == before + 1
    line = lines[-1]
    assert (line["level"], line["status"]) == ("info", 200)
    assert (line["resource"], line["rules"]) == ("instana-agent/instana-agent", ["mode"])
    assert line["problems"] == ["Admission:InvalidSpec"]
    assert line["bytes_out"] == len(response.content)
    assert 'instana_hooks_calls_total{hook="validate",status="200"}' in metrics
    assert 'instana_hooks_rules_broken_total{rule="mode"}' in metrics
    assert 'instana_hooks_errors_total{type="invalid_resource"}' in metrics
    assert SECRET not in metrics + response.text + both.hooks.log()


def test_a_new_certificate_is_shown_on_both_ports(both: Both) -> None:
    before = [shown(both, port) for port in (both.hooks.port, both.webhooks.port)]
    both.certificate.put(both.authority.issued())
    after = [shown(both, port) for port in (both.hooks.port, both.webhooks.port)]

    assert before[0] == before[1] != after[0]
    assert after[0] == after[1]


def shown(both: Both, port: int) -> bytes | None:
    with closing(connection(both, port)) as client:
        client.connect()
        assert isinstance(client.sock, ssl.SSLSocket)
        return client.sock.getpeercert(binary_form=True)


def test_without_a_port_there_are_no_webhooks(service: Service) -> None:
    for path in WEBHOOKS:
        assert service.post(path, review(agent())).status_code == 404


def test_a_stop_waits_for_neither_port(directory: Path) -> None:
    port = free_port()
    with (
        running(directory, ADMISSION_PORT=str(port)) as service,
        closing(replace(service, port=port).connect()),
    ):
        started = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - started < 5
