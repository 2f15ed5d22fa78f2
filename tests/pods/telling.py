"""A status as a line, to be read below the one before it."""

from collections.abc import Iterator
from itertools import groupby
from typing import TypeAlias

import pytest

from tests.cluster.api import Obj
from tests.pods.watching import Watch

Told: TypeAlias = dict[str, list[str]]
TOLD = pytest.StashKey[Told]()


def as_lines(watch: Watch) -> list[str]:
    """Return a line for each status of the one resource that was watched, with its second."""
    first = watch.events[0].at
    lines = ((event.at - first, line_of(event.obj)) for event in watch.events if not event.is_gone)
    news = (next(same) for _, same in groupby(lines, key=lambda line: line[1]))
    return [f"{seconds:6.1f} s  {line}" for seconds, line in news]


def line_of(agent: Obj) -> str:
    """Return what the status of a resource says, as a line."""
    status = agent.get("status")
    return "; ".join(_parts(status)) if status else "no status"


def condition(agent: Obj, type_: str) -> Obj:
    """Return a condition of the resource; an empty one where there is none of the type."""
    conditions = agent.get("status", {}).get("conditions", [])
    return next((each for each in conditions if each["type"] == type_), {})


def _parts(status: Obj) -> Iterator[str]:
    agents = status["agents"]
    ready, reconciling = (
        condition({"status": status}, type_) for type_ in ("Ready", "Reconciling")
    )
    yield (
        f"agents {agents['summary']}, {agents['updated']} updated, "
        f"{agents['unavailable']} unavailable; k8sensors {status['k8sensors']['summary']}"
    )
    yield f"Ready={ready['status']} {ready['reason']}: {ready['message'].partition('; docs/')[0]}"
    if reconciling:
        yield f"Reconciling={reconciling['status']}"
    for each in status.get("pods", {}).get("problems", []):
        yield f"{each['count']} {each['component']} {each['cause']}"
