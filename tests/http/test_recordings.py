"""Recordings through a real server: they change no response, and delay none."""

import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from requests import Response

from hooks.recording.recording import read_recording, repeated
from tests.http.service import REQUESTS, Service, running
from tests.property.sentinels import found_in
from tests.property.specs import secret
from tests.recorded import Recorded

WAIT_SECONDS = 30.0
TRANSITIONS = "lastTransitionTime"


def _request() -> dict[str, Any]:
    request = Recorded("sync", "healthy").request
    request["parent"]["spec"]["agent"]["env"] = {"TOKEN": secret("env")}
    request["parent"]["spec"]["agent"]["proxyPassword"] = secret("inline")
    return request


def _without_times(value: Any) -> Any:
    """Return a response without what depends on when it was made."""
    if isinstance(value, dict):
        return {name: _without_times(part) for name, part in value.items() if name != TRANSITIONS}
    return [*map(_without_times, value)] if isinstance(value, list) else value


def _told(responses: list[Response]) -> list[Any]:
    """Return what callers see of responses."""
    return [(_without_times(each.json()), sorted(each.headers)) for each in responses]


def _recordings(folder: Path, hook: str) -> list[Path]:
    """Return the recordings of a hook, as soon as there are any."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if found := sorted(folder.glob(f"*-{hook}-*.json")):
            return found
        time.sleep(0.05)
    return []


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(name="recording", scope="module")
def _recording(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("recording-service")
    with running(directory, RECORD_DIRECTORY=str(folder), RECORD_LAST="2") as service:
        yield service


def test_a_response_is_the_same_with_recordings(service: Service, recording: Service) -> None:
    calls = REQUESTS.items()
    without, having = (
        [each.post(path, body) for path, body in calls] for each in (service, recording)
    )

    assert [each.status_code for each in (*without, *having)] == [200] * 2 * len(calls)
    assert _told(without) == _told(having)


def test_a_recording_has_no_secret_and_gets_the_same_response(
    recording: Service, folder: Path
) -> None:
    for old in folder.glob("*-sync-*.json"):
        old.unlink()
    response = recording.post("/sync", _request())
    (file, *_) = _recordings(folder, "sync")
    found = read_recording(orjson.loads(file.read_bytes()))

    assert response.status_code == 200
    assert found_in(response.json())
    assert not found_in(file.read_text())
    assert not found_in(recording.log())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert repeated(found) == found.response


def test_each_hook_is_recorded(recording: Service, folder: Path) -> None:
    for path, body in REQUESTS.items():
        assert recording.post(path, body).status_code == 200

    hooks = ("sync", "customize", "cluster-rbac-sync", "cluster-rbac-customize")
    assert all(_recordings(folder, hook) for hook in hooks)


def test_a_call_that_is_rejected_is_recorded(recording: Service, folder: Path) -> None:
    body = {"parent": {"kind": "Pod", "metadata": {"name": secret("name")[:4]}}, "children": {}}
    assert recording.post("/sync", body).status_code == 400

    end = time.monotonic() + WAIT_SECONDS
    failures: list[str] = []
    while not failures and time.monotonic() < end:
        documents = [orjson.loads(each.read_bytes()) for each in _recordings(folder, "sync")]
        failures = [each["failure"] for each in documents if "failure" in each]
        time.sleep(0.05)
    assert failures
    assert failures[0].startswith("400 ")


@pytest.mark.parametrize("folder", ["/proc/self/recordings", "/dev/full", "/nowhere/at/all"])
def test_a_folder_that_takes_nothing_fails_no_call(folder: str, directory: Path) -> None:
    with running(directory, RECORD_DIRECTORY=folder) as service:
        responses = [service.post("/sync", _request()) for _ in range(3)]
        end = time.monotonic() + WAIT_SECONDS
        while not service.lines("call not recorded") and time.monotonic() < end:
            time.sleep(0.05)

        assert [each.status_code for each in responses] == [200, 200, 200]
        assert len(service.lines("call not recorded")) == 1
        assert service.get("/readyz").status_code == 200


def test_a_service_that_stops_does_not_wait_for_recordings(directory: Path, folder: Path) -> None:
    with running(directory, RECORD_DIRECTORY=str(folder)) as service:
        for _ in range(20):
            assert service.post("/sync", _request()).status_code == 200
        started = time.monotonic()

        assert service.stop() == 0
        assert time.monotonic() - started < 10


def test_a_relative_folder_is_refused(directory: Path) -> None:
    with pytest.raises(AssertionError), running(directory, RECORD_DIRECTORY="recordings"):
        pass
