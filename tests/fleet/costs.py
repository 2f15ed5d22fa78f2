"""What an event costs: time, calls of the service, writes, and both programs' processor time."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import linear_regression
from typing import Final

import orjson

from tests.cluster.api import wait_for
from tests.cluster.metacontroller import writes_of
from tests.fleet.running import Running
from tests.support.log_lines import whole_lines

QUIET_SECONDS: Final = 4.0
"""Without a call for so long, an event has no more consequences: a Pod of kwok takes less."""

MOST_SECONDS: Final = 1800.0
MEGA: Final = 1e6
LEAST: Final = 0.005
"""What is less than this at one of the sizes has no exponent: it is what was not measured."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an event cost; times in seconds, of the processor but for the first."""

    seconds: float
    calls: float
    megabytes: float
    writes: float
    service: float
    metacontroller: float

    def per(self, number: int) -> "Cost":
        """Return the cost of one of so many."""
        return Cost(*(getattr(self, part.name) / number for part in fields(self)))


@dataclass(frozen=True, slots=True)
class _Reading:
    calls: int
    bytes_in: int
    writes: int
    service: float
    metacontroller: float


def measured(found: Running, event: Callable[[], object], is_done: Callable[[], bool]) -> Cost:
    """Let an event happen, and return what it cost until nothing followed any more.

    The time is that until `is_done`.
    """
    before, began = _reading(found), time.monotonic()
    event()
    wait_for(is_done, "the event is over", MOST_SECONDS)
    seconds = time.monotonic() - began
    wait_until_quiet(found)
    after = _reading(found)
    return Cost(
        seconds,
        after.calls - before.calls,
        (after.bytes_in - before.bytes_in) / MEGA,
        after.writes - before.writes,
        after.service - before.service,
        after.metacontroller - before.metacontroller,
    )


def wait_until_quiet(found: Running) -> None:
    """Wait until the service has had no call for a while."""
    last = -1
    while (current := _reading(found).calls) != last:
        last = current
        time.sleep(QUIET_SECONDS)


def table(title: str, sizes: list[int], rows: dict[str, list[Cost]]) -> list[str]:
    """Return lines: each part of the cost of each event at each size, and how it grows."""
    header = "".join(f"{size:>12,}" for size in sizes)
    lines = [f"{title:<46}{header}      grows"]
    for event, costs in rows.items():
        for part in fields(Cost):
            values = [getattr(cost, part.name) for cost in costs]
            shown = "".join(f"{value:>12.3f}" for value in values)
            lines.append(f"{event + ', ' + part.name:<46}{shown}{_growth(sizes, values):>11}")
    return lines


def _growth(sizes: list[int], values: list[float]) -> str:
    if len(sizes) == 1 or min(values) < LEAST:
        return "-"
    points = [math.log(size) for size in sizes], [math.log(value) for value in values]
    return f"n^{linear_regression(*points).slope:.2f}"


def _reading(found: Running) -> _Reading:
    calls = _calls(found.service.log)
    return _Reading(
        len(calls),
        sum(calls),
        writes_of(found.metrics),
        found.service.processor_seconds,
        found.metacontroller.processor_seconds,
    )


def _calls(log: Path) -> list[int]:
    """Return the bytes of each call of a hook that the service wrote of."""
    lines = [orjson.loads(line) for line in whole_lines(log) if line.startswith(b"{")]
    return [line["bytes_in"] for line in lines if "hook" in line]
