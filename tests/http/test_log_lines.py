"""What is told about calls: one line each, and never a value of the input."""

import copy
import time
from typing import Any

import pytest

from tests.http.service import REQUESTS, Service

SECRET = "hunter2-sentinel"
ONE_SECOND = 1.0


def with_secrets(path: str) -> dict[str, Any]:
    """Return the valid request of a hook with secrets wherever a spec or an object has room."""
    request = copy.deepcopy(REQUESTS[path])
    subject = request.get("parent") or request["object"]
    subject["metadata"]["annotations"] = {"note": SECRET}
    subject["spec"] = subject.get("spec", {}) | {SECRET: SECRET, "agent": {"key": SECRET}}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "keys", "namespace": "self-check"},
        "data": {SECRET: SECRET},
    }
    request["related"] = {"Secret.v1": {"self-check/keys": secret}}
    return request


def wait_for_lines(service: Service, number: int) -> list[dict[str, Any]]:
    """Return the lines of hook calls once there are that many."""
    deadline = time.monotonic() + ONE_SECOND
    while len(lines := service.lines("hook call")) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    return lines


@pytest.mark.parametrize("path", REQUESTS)
def test_a_call_is_one_line(service: Service, path: str) -> None:
    before = len(service.lines("hook call"))
    response = service.post(path, REQUESTS[path])
    time.sleep(0.05)

    lines = wait_for_lines(service, before + 1)
    assert len(lines) == before + 1
    line = lines[-1]
    subject = REQUESTS[path].get("parent") or REQUESTS[path]["object"]
    assert line["level"] == "info"
    assert line["hook"] == path.strip("/").replace("/", "-")
    assert line["resource"].endswith(subject["metadata"]["name"])
    assert line["uid"] == subject["metadata"]["uid"]
    assert line["status"] == 200
    assert line["bytes_out"] == len(response.content)
    assert line["ms"] > 0


@pytest.mark.parametrize("path", REQUESTS)
def test_no_value_of_the_input_is_told(service: Service, path: str) -> None:
    answers = [
        service.post(path, with_secrets(path)),
        service.post(path, {"parent": SECRET, "object": SECRET}),
        service.post(path, {"parent": {"metadata": SECRET}, "object": {"metadata": SECRET}}),
        service.post(path, with_secrets(path) | {"children": SECRET, "attachments": [SECRET]}),
        service.request(
            "POST", path, data=f'{{"{SECRET}', headers={"Content-Type": "application/json"}
        ),
        service.request("POST", path, data=SECRET, headers={"Content-Type": SECRET}),
        service.request("GET", path, headers={"Authorization": SECRET}),
    ]
    time.sleep(0.05)

    refused = [answer.text for answer in answers if answer.status_code != 200]
    assert refused
    assert [text for text in refused if SECRET in text] == []
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert SECRET not in service.log()
    assert SECRET not in service.get("/metrics").text


def test_probes_are_not_told(service: Service) -> None:
    before = service.log()
    for path in ("/healthz", "/readyz", "/metrics"):
        service.get(path)
    time.sleep(0.05)

    assert service.log() == before


def test_the_server_s_lines_are_in_the_same_format(service: Service) -> None:
    (line,) = service.lines(
        f"Listening at: http://127.0.0.1:{service.port} ({service.process.pid})"
    )

    assert list(line) == ["time", "level", "event"]
