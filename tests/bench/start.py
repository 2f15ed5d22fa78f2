"""How long the service takes to become ready, and commands to load what they use."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.figures import Figure
from tests.http.service import running

ROUNDS: Final = 5
READY_SECONDS: Final = 1.0
LOADED_GOAL: Final = 1.6
FLASK: Final = ("-c", "import flask")
HELP: Final = ("-m", "hooks", "--help")
RENDER: Final = ("-m", "hooks", "render", "deploy/samples/basic.yaml")


def start_figures() -> list[Figure]:
    """Measure starts, each against flask's import or the goal of a second."""
    rounds = [tuple(map(_loaded, (HELP, RENDER, FLASK))) for _ in range(ROUNDS)]
    help_, render, flask = (median(times) for times in zip(*rounds, strict=True))
    ready = median(_ready() for _ in range(ROUNDS))
    return [
        Figure("--help, processor time", help_, flask, "ms", LOADED_GOAL),
        Figure("render, processor time", render, flask, "ms", LOADED_GOAL),
        Figure("service ready", ready, READY_SECONDS * 1e3, "ms", 1.0),
    ]


def _loaded(arguments: tuple[str, ...]) -> float:
    """Return the processor's milliseconds of a Python with the arguments."""
    before = _of_children()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    return (_of_children() - before) * 1e3


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ready() -> float:
    """Return the milliseconds until `/readyz` answers with 200."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        with running(Path(folder)):
            return (time.monotonic() - started) * 1e3


if __name__ == "__main__":
    for found in start_figures():
        print(found)
