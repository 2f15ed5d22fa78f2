import re

import pytest
import requests

from tests.http.service import CALL_SECONDS, REQUESTS, Service

PROBES = ("/healthz", "/readyz", "/metrics")
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""When a condition that is new came about: the time of the call."""


def assert_one_short_line(response: requests.Response) -> None:
    """Check what Metacontroller puts into an Event."""
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text.endswith("\n")
    assert response.text.count("\n") == 1
    assert len(response.text) < 200
    assert "<" not in response.text


@pytest.mark.parametrize("path", REQUESTS)
def test_a_hook_answers_with_json(service: Service, path: str) -> None:
    response = service.post(path, REQUESTS[path])

    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/json"
    assert isinstance(response.json(), dict)


@pytest.mark.parametrize("path", REQUESTS)
def test_the_same_request_has_the_same_answer(service: Service, path: str) -> None:
    answers = {TIME.sub(b"", service.post(path, REQUESTS[path]).content) for _ in range(3)}

    assert len(answers) == 1


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_answers(service: Service, path: str) -> None:
    assert service.get(path).status_code == 200


def test_metrics_count_calls(service: Service) -> None:
    service.post("/sync", REQUESTS["/sync"])

    assert 'instana_hooks_calls_total{hook="sync",status="200"}' in service.get("/metrics").text


@pytest.mark.parametrize("path", REQUESTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE"])
def test_a_hook_is_posted_to(service: Service, path: str, method: str) -> None:
    response = service.request(method, path)

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert_one_short_line(response)


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_is_not_posted_to(service: Service, path: str) -> None:
    response = service.post(path, {})

    assert response.status_code == 405
    assert_one_short_line(response)


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/sync/nothing", "/cluster-rbac", "/static/x", "/%2e%2e/etc", "/Sync"]
)
def test_an_unknown_path_is_not_found(service: Service, path: str) -> None:
    response = service.post(path, {})

    assert response.status_code == 404
    assert_one_short_line(response)


@pytest.mark.parametrize("path", ["/sync/", "//sync", "/healthz/", "/cluster-rbac//sync", "/a//b"])
def test_nothing_is_a_redirect(service: Service, path: str) -> None:
    for method in ("GET", "POST"):
        assert not 300 <= service.request(method, path, json={}).status_code < 400


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/yaml", "", "x"]
)
def test_another_content_type_is_refused(service: Service, content_type: str) -> None:
    response = service.request("POST", "/sync", data=b"{}", headers={"Content-Type": content_type})

    assert response.status_code == 415
    assert_one_short_line(response)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;a=b"]
)
def test_a_content_type_may_have_parameters(service: Service, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    response = service.request("POST", "/sync", json=REQUESTS["/sync"], headers=headers)

    assert response.status_code == 200


@pytest.mark.parametrize("path", PROBES)
def test_head_is_get_without_the_body(service: Service, path: str) -> None:
    response = service.request("HEAD", path)

    assert (response.status_code, response.content) == (200, b"")


def test_head_of_a_hook_is_refused(service: Service) -> None:
    response = service.request("HEAD", "/sync")

    assert (response.status_code, response.content) == (405, b"")


def test_options_tells_the_methods(service: Service) -> None:
    response = service.request("OPTIONS", "/sync")

    assert (response.status_code, response.content) == (200, b"")
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


@pytest.mark.parametrize(
    "garbage",
    [
        b"hunter2-sentinel\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /sync HTTP/1.1\r\nhunter2 sentinel: x\r\n\r\n",
        b"POST /sync HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_one_line_that_quotes_nothing(
    service: Service, garbage: bytes
) -> None:
    with service.connect() as connection:
        connection.sendall(garbage)
        connection.settimeout(CALL_SECONDS)
        head, _, body = b"".join(iter(lambda: connection.recv(4096), b"")).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert body == b"bad request\n"
    assert "hunter2" not in service.log()
