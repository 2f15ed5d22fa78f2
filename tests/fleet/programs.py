"""Programs that are killed, frozen and started again with the same command."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.cluster.api import wait_for

STOP_SECONDS: Final = 20
CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")
USER_TIME, SYSTEM_TIME = 11, 12
"""Places in /proc/PID/stat after the name of the program."""

KIB: Final = 1024


@dataclass
class Program:
    """A program, running or not."""

    command: list[str]
    log: Path
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    directory: Path = field(default_factory=Path.cwd)
    pid_file: Path | None = None
    """Where the scripts of the cluster look for its process."""

    pid: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @classmethod
    def of_cluster(cls, state: Path, name: str) -> "Program":
        """Return the running program of the cluster that `hack/cluster/up` started."""
        pid_file = state / f"{name}.pid"
        pid = int(pid_file.read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
        directory = Path(f"/proc/{pid}/cwd").readlink()
        return cls(words, state / f"{name}.log", directory=directory, pid_file=pid_file, pid=pid)

    def start(self) -> None:
        """Start the program; its output goes to the end of its log."""
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self.command,
                env=self.environ,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        if self.pid_file:
            self.pid_file.write_text(f"{self.pid}\n")

    def kill(self) -> None:
        """End the program, and what it started, without giving it time for anything."""
        for pid in [*self._children(), self.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(self._has_ended, f"{self.command[0]} has ended", STOP_SECONDS)

    def freeze(self) -> None:
        """Let the program, and what it started, do nothing; its connections stay open."""
        for pid in [self.pid, *self._children()]:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the program go on."""
        for pid in [self.pid, *self._children()]:
            os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ask the program to end, and end it if it does not."""
        if not self.is_running:
            return
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self._has_ended():
            self.kill()

    @property
    def is_running(self) -> bool:
        """Return whether the program was started and has not ended."""
        return bool(self.pid) and not self._has_ended()

    @property
    def processor_seconds(self) -> float:
        """Return the processor's time that the program, and what it started, took so far."""
        return sum(map(_processor_seconds, [self.pid, *self._children()]))

    @property
    def mebibytes(self) -> float:
        """Return the largest resident memory that one of its processes has had."""
        return max(map(_peak_mebibytes, [self.pid, *self._children()]))

    def _children(self) -> list[int]:
        with suppress(FileNotFoundError, ProcessLookupError):
            text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
            return [int(child) for child in text.split()]
        return []

    def _has_ended(self) -> bool:
        if self._process:
            return self._process.poll() is not None
        return not self.pid or not _command_line(self.pid)


def _command_line(pid: int) -> bytes:
    """Return the words of a process; nothing for one that has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])) / CLOCK_TICKS


def _peak_mebibytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / KIB
