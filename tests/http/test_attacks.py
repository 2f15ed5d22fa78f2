"""Attacks from the network leave probes, calls and reviews answered.

Where a service is blocked, it is blocked for as long as the attack lasts: the bound of a call's ten
seconds tells that from a slow machine.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hooks.server.webhooks import LARGEST_REVIEW
from tests.http import attacks
from tests.http.attacks import PROBE, VALIDATE, Peers, Target, target
from tests.http.service import CALL_SECONDS, REQUESTS, running
from tests.http.test_overload import wait_for_calls
from tests.http.test_webhooks import WEBHOOKS
from tests.support.resources import agent
from tests.support.reviews import review

MANY = 550
"""More connections than a port takes."""
REVIEWS = 16
FILES = 60
JSON = "Content-Type: application/json"
CROWDED = 145_000
"""A review of that size has almost as many parts as one may have."""
MOST_MEBIBYTES = 300


@pytest.fixture(name="at", scope="module")
def _at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with target(tmp_path_factory.mktemp("attacked")) as attacked:
        yield attacked


ATTACKS: dict[str, Callable[[Target, int], Peers]] = {
    "slow heads": lambda at, port: attacks.slow_heads(port, at.authority.context()),
    "half handshakes": lambda _, port: attacks.half_handshakes(port, MANY),
    "silent": lambda _, port: attacks.silent(port, 2 * MANY),
    "idle": lambda at, port: attacks.idle(port, at.authority.context(), MANY),
    "slow bodies": lambda at, port: attacks.slow_bodies(port, at.authority.context()),
    "unread bodies": lambda at, port: attacks.unread_bodies(port, at.authority.context()),
    "deaf": lambda at, port: attacks.deaf(port, at.authority.context()),
}


@pytest.mark.parametrize("port", ["hooks", "webhooks"])
@pytest.mark.parametrize("name", ATTACKS)
def test_everybody_else_is_answered(at: Target, name: str, port: str) -> None:
    attacked = at.hooks.port if port == "hooks" else at.webhooks.port
    with ATTACKS[name](at, attacked):
        taken = [attacks.seconds(ask) for ask in (at.probe, at.call, at.review, at.probe)]

    assert max(taken) < CALL_SECONDS


def test_reviews_leave_the_memory_to_others(at: Target) -> None:
    for size in (LARGEST_REVIEW, CROWDED):
        statuses = attacks.send_reviews(at, attacks.crowded_review(size), REVIEWS)
        assert set(statuses) <= {0, 200, 413, 429}

    assert at.memory("VmHWM") < MOST_MEBIBYTES
    assert attacks.seconds(at.review) < CALL_SECONDS


def test_a_review_neither_removes_nor_invents_a_resource(at: Target) -> None:
    at.call()
    before = resources(at)
    assert before
    going = agent(name="self-check", namespace="self-check")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    deleted = review(None, going, operation="DELETE")
    for path in WEBHOOKS:
        for reviewed in (review(going), deleted, review(agent(name="invented"))):
            assert at.webhooks.post(path, reviewed).status_code == 200

    assert resources(at) == before


def test_series_have_an_end(at: Target) -> None:
    ask_all_sorts(at, 0)
    before = series(at)
    for number in range(1, 20):
        ask_all_sorts(at, number)

    assert len(before) > 50
    assert series(at) == before


def ask_all_sorts(at: Target, number: int) -> None:
    """Ask for what differs by the number, and for what nobody should."""
    broken = agent({f"field{number}": number}, name=f"name{number}")
    at.webhooks.post(VALIDATE, review(broken))
    for port in (at.hooks, at.webhooks):
        port.request(f"METHOD{number}", "/sync")
        port.request("POST", f"/path{number}", data=b"{", headers={"X-Any": str(number)})
        port.request("POST", VALIDATE, data=b"{", headers={"Content-Type": f"type/{number}"})


def series(at: Target) -> set[str]:
    return {line.rpartition(" ")[0] for line in at.metrics().splitlines() if line[0] != "#"}


def resources(at: Target) -> set[str]:
    return {each for each in series(at) if each.startswith("instana_hooks_resource_")}


def test_a_worker_without_files_goes_on(at: Target) -> None:
    worker = at.worker
    attacks.few_files(at, FILES)
    with attacks.silent(at.hooks.port, FILES):
        assert attacks.seconds(at.probe) < CALL_SECONDS

    assert at.worker == worker
    assert attacks.seconds(at.call) < CALL_SECONDS


def test_a_stop_waits_for_no_slow_peer(directory: Path) -> None:
    with target(directory) as attacked:
        context = attacked.authority.context()
        with attacks.slow_heads(attacked.hooks.port, context):
            assert attacked.hooks.stop() == 0


def test_a_call_in_progress_is_not_dropped_for_others(directory: Path) -> None:
    body = json.dumps(REQUESTS["/sync"]).encode()
    head = f"POST /sync HTTP/1.1\r\n{JSON}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with running(directory, MAX_CONNECTIONS="3", READ_SECONDS="60") as service:
        with service.connect() as call:
            call.sendall(head + body[:-1])
            wait_for_calls(service, 1)
            with attacks.silent(service.port, 5):
                call.sendall(body[-1:])
                assert call.recv(4096).startswith(b"HTTP/1.1 200 OK")
        assert "connections dropped" in service.log()


def test_a_head_without_an_end_is_refused(at: Target) -> None:
    with closing(at.connect(at.hooks.port)) as peer:
        peer.sendall(b"GET /healthz HTTP/1.1\r\n" + b"X-Long: x\r\n" * 3000)

        assert peer.recv(4096).startswith(b"HTTP/1.1 431 ")


def test_requests_may_come_at_once(at: Target) -> None:
    with closing(at.connect(at.hooks.port)) as peer:
        peer.sendall(PROBE * 2 + PROBE.replace(b"Host", b"Connection: close\r\nHost"))
        received = b"".join(iter(lambda: peer.recv(4096), b""))

    assert received.count(b"HTTP/1.1 200 OK") == 3


def test_a_review_of_unknown_length_is_not_waited_for(at: Target) -> None:
    with closing(at.connect(at.webhooks.port)) as peer:
        head = f"POST {VALIDATE} HTTP/1.1\r\nHost: x\r\n{JSON}\r\n"
        peer.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n".encode())

        assert peer.recv(4096).startswith(b"HTTP/1.1 411 ")
