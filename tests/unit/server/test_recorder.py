"""The recorder: what goes wrong with it concerns no call."""

import errno
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from hooks.recording.recording import read_recording, repeated
from hooks.server import recorder as recorder_module
from hooks.server import recording_files
from hooks.server.readiness import SELF_CHECK
from hooks.server.recorder import LARGEST_RECORDED, MOST_WAITING, Recorder, Taken
from hooks.server.settings import Settings
from hooks.wire import encode

NOW = "2026-01-01T00:00:00Z"
BODY = encode(SELF_CHECK)


@pytest.fixture(autouse=True)
def _without_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "REST", 0.0)


def _settings(directory: Path, **more: Any) -> Settings:
    return Settings(insecure=True, record_directory=str(directory), **more)


def _taken(**fields: Any) -> Taken:
    return Taken(
        **({"hook": "sync", "body": BODY, "at": NOW, "response": b'{"children":[]}'} | fields)
    )


def _wait_for(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def _files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


def _finished(directory: Path) -> list[Path]:
    """Return the whole recordings; others disappear while one looks at them."""
    return sorted(directory.glob("*.json"))


def test_a_call_is_written_for_the_service_alone(tmp_path: Path) -> None:
    Recorder(_settings(tmp_path)).take(_taken())
    _wait_for(lambda: _finished(tmp_path))
    (file,) = _files(tmp_path)
    recording = read_recording(orjson.loads(file.read_bytes()))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert recording.response == {"children": []}
    assert repeated(recording)["children"]
    assert SELF_CHECK["parent"]["metadata"]["name"] not in file.name


def test_a_call_that_failed_is_written_with_its_failure(tmp_path: Path) -> None:
    Recorder(_settings(tmp_path)).take(_taken(response=b"internal error 1234\n", status=500))
    _wait_for(lambda: _finished(tmp_path))
    recording = orjson.loads(_files(tmp_path)[0].read_bytes())

    assert recording["failure"] == "500 internal error 1234"
    assert "response" not in recording


def test_only_the_last_calls_of_a_resource_stay(tmp_path: Path) -> None:
    recorder = Recorder(_settings(tmp_path, record_last=2))
    for number in range(5):
        recorder._write(_taken(at=f"2026-01-01T00:00:0{number}Z"))

    assert [each.name[:16] for each in _files(tmp_path)] == ["20260101T000003Z", "20260101T000004Z"]


def test_a_full_disk_is_told_once_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each file is /dev/full in truth, which takes no byte."""
    real = os.open

    def full(path: Any, flags: int, mode: int = 0o777) -> int:
        os.close(real(path, flags, mode))
        return real("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", full)
    told: list[str] = []
    recorder = Recorder(_settings(tmp_path))
    monkeypatch.setattr(
        recorder_module.log, "warning", lambda *_, **fields: told.append(fields["error"])
    )
    for _ in range(3):
        recorder._record(_taken())

    assert told == ["OSError"]
    assert _files(tmp_path) == []
    assert not caplog.records


def test_dev_full_takes_no_byte() -> None:
    with pytest.raises(OSError, match="space") as raised, Path("/dev/full").open("wb") as file:
        file.write(b"x")
    assert raised.value.errno == errno.ENOSPC


@pytest.mark.parametrize("directory", ["/proc/self/none", "/dev/full", "/nowhere"])
def test_a_folder_that_cannot_be_written_to_is_told(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        recorder_module.log, "warning", lambda *_, **fields: told.append(fields["error"])
    )
    recorder = Recorder(_settings(Path(directory)))
    recorder._record(_taken())

    assert len(told) == 1


def test_a_read_only_folder_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", read_only)
    told: list[str] = []
    monkeypatch.setattr(
        recorder_module.log, "warning", lambda *_, **fields: told.append(fields["error"])
    )
    Recorder(_settings(tmp_path))._record(_taken())

    assert told == ["OSError"]
    assert _files(tmp_path) == []


def test_calls_that_come_faster_than_they_are_written_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(Recorder, "_record", lambda *_: gate.wait(20))
    recorder = Recorder(_settings(tmp_path))
    for _ in range(MOST_WAITING * 2):
        recorder.take(_taken())

    assert recorder._waiting.qsize() == MOST_WAITING
    gate.set()


def test_a_call_that_is_too_large_is_dropped(tmp_path: Path) -> None:
    recorder = Recorder(_settings(tmp_path))
    recorder.take(_taken(body=b"x" * (LARGEST_RECORDED + 1)))

    assert recorder._waiting.empty()


@pytest.mark.parametrize("body", [b"{}", b"[", b'{"parent":' + b"[" * 100_000])
def test_odd_calls_do_not_end_the_thread(tmp_path: Path, body: bytes) -> None:
    recorder = Recorder(_settings(tmp_path))
    recorder.take(_taken(body=body, response=b"bad request\n", status=400))
    recorder.take(_taken())
    _wait_for(lambda: any(b'"children"' in each.read_bytes() for each in _finished(tmp_path)))

    assert recorder._thread
    assert recorder._thread.is_alive()


def test_what_a_process_left_that_was_killed_is_removed(tmp_path: Path) -> None:
    left = tmp_path / f"{recording_files.UNFINISHED}0123456789abcdef"
    left.write_text("{")
    os.utime(left, (0, 0))
    Recorder(_settings(tmp_path))._write(_taken())

    assert not left.exists()
    assert len(_files(tmp_path)) == 1
