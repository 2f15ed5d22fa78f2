"""`make bench`: print the figures, and fail where a goal is missed."""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import yaml

from hooks.admission import InlineSecrets, validate
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.server import garbage
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.bench import growth
from tests.bench.figures import Figure
from tests.bench.fleet import fleet_figure
from tests.bench.pods import pod_figures
from tests.bench.servers import server_figures
from tests.support.reviews import review

TYPICAL = Path("tests/fixtures/sync/healthy/request.json")
ROUNDS = 15
CALLS_PER_ROUND = 200
NOW = "2026-01-01T00:00:00Z"
SYNC_GOAL = 4.0


def main() -> int:
    """Measure everything, with the garbage collected as in production; returns the exit code."""
    garbage.look_seldom()
    body = orjson.dumps(orjson.loads(TYPICAL.read_bytes()))
    print(f"typical request: {len(body) / 1024:.1f} KiB, {len(_answer(body)) / 1024:.1f} KiB out")
    print(f"{'':34} {'ours':>9} {'baseline':>9}")
    reviewed = orjson.dumps(_review(body))
    figures = [
        _sync_figure(body),
        *pod_figures(body),
        fleet_figure(),
        _webhook_figure(reviewed),
        *server_figures(body, reviewed),
    ]
    for figure in figures:
        print(figure)
    are_missed = any(figure.ratio > figure.goal for figure in figures)
    return int(growth.main() != 0 or are_missed)


def _answer(body: bytes) -> bytes:
    return encode(sync(decode(body), Facts(), NOW))


def _sync_figure(body: bytes) -> Figure:
    text = _configuration_text(body)
    ours, floor = _interleaved(lambda: _answer(body), lambda: orjson.dumps(orjson.loads(body)))
    parse = _seconds_per_call(lambda: yaml.load(text, Loader=yaml.CSafeLoader)) if text else 0.0
    allowed = floor + parse / SYNC_GOAL
    return Figure("sync(), bytes to bytes", ours * 1e6, allowed * 1e6, "µs", SYNC_GOAL)


def _review(body: bytes) -> Obj:
    """Return the review of a change of the typical resource."""
    old = orjson.loads(body)["parent"]
    return review(old | {"spec": old["spec"] | {"zone": {"name": "east"}}}, old)


def _webhook_figure(reviewed: bytes) -> Figure:
    def answer() -> bytes:
        return encode(validate(decode(reviewed), Facts(), InlineSecrets.WARN))

    return Figure("validate(), bytes to bytes", _seconds_per_call(answer) * 1e3, 1.0, "ms", 1.0)


def _configuration_text(body: bytes) -> str:
    agent = orjson.loads(body)["parent"]["spec"]["agent"]
    return str(agent.get("configuration_yaml", ""))


def _interleaved(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    """Return the median seconds per call of both, measured in turns."""
    rounds = [(_seconds_per_call(ours), _seconds_per_call(floor)) for _ in range(ROUNDS)]
    return statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds)


def _seconds_per_call(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(CALLS_PER_ROUND):
        call()
    return (time.perf_counter() - started) / CALLS_PER_ROUND


if __name__ == "__main__":
    sys.exit(main())
