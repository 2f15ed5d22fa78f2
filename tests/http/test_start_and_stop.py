import http.client
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import requests

from tests.http.service import (
    CALL_SECONDS,
    LOOPBACK,
    REQUESTS,
    START_SECONDS,
    STOP_SECONDS,
    Service,
    command,
    environment,
    free_port,
    running,
)
from tests.support.log_lines import whole_lines

JSON = {"Content-Type": "application/json"}
NO_TOKENS = "must have one token per line, each with at least 16 ASCII characters"
MUST_BE_SET = "must be set; to start the service without it, set INSECURE=1"


def test_a_stop_is_graceful_while_connections_are_idle(directory: Path) -> None:
    """Idle: one kept after a call, one that never said anything."""
    with running(directory) as service:
        kept = http.client.HTTPConnection(LOOPBACK, service.port, timeout=CALL_SECONDS)
        kept.request("GET", "/healthz")
        kept.getresponse().read()
        silent = service.connect()
        time.sleep(0.1)

        started = time.monotonic()
        code = service.stop()

        assert code == 0
        assert time.monotonic() - started < 5
        kept.close()
        silent.close()


def test_a_stopping_service_answers_kept_connections_and_is_not_ready(directory: Path) -> None:
    with running(directory) as service:
        kept = http.client.HTTPConnection(LOOPBACK, service.port, timeout=CALL_SECONDS)
        kept.request("GET", "/readyz")
        assert kept.getresponse().read() == b"ok\n"
        other = http.client.HTTPConnection(LOOPBACK, service.port, timeout=CALL_SECONDS)
        other.request("GET", "/healthz")
        other.getresponse().read()

        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        kept.request("GET", "/readyz")
        readiness = kept.getresponse()
        other.request("POST", "/sync", json.dumps(REQUESTS["/sync"]), JSON)
        answer = other.getresponse()

        assert (readiness.status, readiness.read()) == (503, b"shutting down\n")
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert service.process.wait(STOP_SECONDS) == 0


def test_a_stopped_service_takes_no_connections(directory: Path) -> None:
    with running(directory) as service:
        service.stop()

        with pytest.raises(requests.ConnectionError):
            service.get("/healthz")


def test_nothing_is_written_but_the_log(directory: Path) -> None:
    """The container's root file system is read-only."""
    home = directory / "home"
    home.mkdir()
    home.chmod(0o555)
    with running(directory, HOME=str(home), XDG_RUNTIME_DIR=str(home)) as service:
        service.post("/sync", REQUESTS["/sync"])
        directory.chmod(0o555)
        assert service.post("/sync", REQUESTS["/sync"]).status_code == 200
        directory.chmod(0o755)
        service.stop()

    assert list(home.iterdir()) == []
    assert sorted(path.name for path in directory.iterdir()) == ["home", "log"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"THREADS": "none"}, "invalid setting THREADS: must be a whole number from 1 to 512"),
        (
            {"TLS_CERT_FILE": "/nowhere/a", "TLS_KEY_FILE": "/nowhere/b"},
            "invalid setting TLS_CERT_FILE or TLS_KEY_FILE: FileNotFoundError",
        ),
        ({"TOKENS_FILE": "/nowhere/a"}, "invalid setting TOKENS_FILE: FileNotFoundError"),
        (
            {"TOKENS_FILE": os.devnull},
            f"invalid setting TOKENS_FILE: {NO_TOKENS}",
        ),
        (
            {"INSECURE": ""},
            f"invalid setting TLS_CERT_FILE, TLS_KEY_FILE, TOKENS_FILE: {MUST_BE_SET}",
        ),
        (
            {"INSECURE": "", "TLS_CERT_FILE": "/nowhere/a", "TLS_KEY_FILE": "/nowhere/b"},
            f"invalid setting TOKENS_FILE: {MUST_BE_SET}",
        ),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_line(
    directory: Path, settings: dict[str, str], told: str
) -> None:
    done = subprocess.run(
        command(),
        cwd=directory,
        env=environment(directory, HOST=LOOPBACK, PORT=str(free_port()), **settings),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == f"{told}\n"


def test_an_insecure_start_says_what_is_missing(directory: Path) -> None:
    tokens = directory / "tokens"
    tokens.write_text("token-of-16-and-more")
    (directory / "run").mkdir()
    with running(directory / "run", TOKENS_FILE=str(tokens)) as service:
        (line,) = service.lines("calls are not protected")

        assert line["level"] == "warning"
        assert line["not_set"] == ["TLS_CERT_FILE", "TLS_KEY_FILE"]
        assert service.post("/sync", REQUESTS["/sync"]).status_code == 401


def test_a_killed_worker_is_replaced(directory: Path) -> None:
    with running(directory) as service:
        (worker,) = [
            int(event.rpartition(" ")[2])
            for event in (json.loads(line)["event"] for line in whole_lines(service.log_file))
            if event.startswith("Booting worker with pid: ")
        ]
        os.kill(worker, signal.SIGKILL)

        deadline = time.monotonic() + 5
        while not _is_answered(service) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert service.post("/sync", REQUESTS["/sync"]).status_code == 200


def _is_answered(service: Service) -> bool:
    try:
        return service.post("/sync", REQUESTS["/sync"]).ok
    except requests.ConnectionError:
        return False
