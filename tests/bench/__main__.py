"""`make bench`: print the figures, and fail where a goal is missed."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from hooks.admission import InlineSecrets, validate
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.server import garbage
from hooks.wire import decode, encode
from tests.bench import growth
from tests.bench.calls import call_figures
from tests.bench.figures import Figure
from tests.bench.fleet import fleet_figure
from tests.bench.pods import pod_figures
from tests.bench.pods_memory import pods_memory_figure
from tests.bench.servers import server_figures
from tests.bench.start import start_figures
from tests.support.reviews import review

TYPICAL = Path("tests/fixtures/sync/healthy/request.json")
CALLS_PER_ROUND = 200


def main() -> int:
    """Measure everything, with the garbage collected as in production; returns the exit code."""
    garbage.look_seldom()
    body = orjson.dumps(orjson.loads(TYPICAL.read_bytes()))
    print(f"typical request: {len(body) / 1024:.1f} KiB")
    print(f"{'':42} {'ours':>9} {'baseline':>9}")
    reviewed = orjson.dumps(_review(body))
    figures = [
        *call_figures(),
        *pod_figures(body),
        pods_memory_figure(),
        fleet_figure(),
        _webhook_figure(reviewed),
        *server_figures(body, reviewed),
        *start_figures(),
    ]
    for figure in figures:
        print(figure)
    are_missed = any(figure.is_missed for figure in figures)
    return int(growth.main() != 0 or are_missed)


def _review(body: bytes) -> Obj:
    """Return the review of a change of the typical resource."""
    old = orjson.loads(body)["parent"]
    return review(old | {"spec": old["spec"] | {"zone": {"name": "east"}}}, old)


def _webhook_figure(reviewed: bytes) -> Figure:
    def answer() -> bytes:
        return encode(validate(decode(reviewed), Facts(), InlineSecrets.WARN))

    return Figure("validate(), bytes to bytes", _seconds_per_call(answer) * 1e3, 1.0, "ms", 1.0)


def _seconds_per_call(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(CALLS_PER_ROUND):
        call()
    return (time.perf_counter() - started) / CALLS_PER_ROUND


if __name__ == "__main__":
    sys.exit(main())
