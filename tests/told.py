"""Recorded stories as somebody reads them who looks at the resource step by step."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from tests.recorded import FIXTURES, Recorded, recorded_requests

FOLDER = FIXTURES / "stories"
STEP = re.compile(r"(?P<story>.+)-(?P<number>\d+)-(?P<step>[a-z-]+)")
SHOWN = ("AgentsAvailable", "SensorsAvailable")

Obj = dict[str, Any]


def stories() -> dict[str, list[Recorded]]:
    """Return the recorded steps of each story that has several."""
    steps = [each for each in recorded_requests() if each.hook == "sync" and _parts(each)]
    return {story: list(found) for story, found in groupby(steps, key=_story)}


def told(steps: Iterable[Recorded]) -> str:
    """Return what the status says at each step, as it is answered now."""
    return "\n".join(_told(_parts(step)["step"], step.answer()["status"]) for step in steps)


def _parts(recorded: Recorded) -> dict[str, str]:
    found = STEP.fullmatch(recorded.case)
    return found.groupdict() if found else {}


def _story(recorded: Recorded) -> str:
    return _parts(recorded)["story"]


def _told(step: str, status: Obj) -> str:
    conditions = {each["type"]: each for each in status["conditions"]}
    lines = [
        f"{step}: agents {status['agents']['summary']}, k8sensors {status['k8sensors']['summary']}",
        *_condition(conditions["Ready"]),
        *(line for type_ in SHOWN for line in _beside(conditions[type_], conditions["Ready"])),
        *map(_problem, status.get("pods", {}).get("problems", [])),
        *_lacking(status.get("pods", {})),
        *(f"  pods because of: {each['cause']}" for each in status["rollout"]["last"]),
    ]
    return "\n".join(lines) + "\n"


def _condition(condition: Obj) -> list[str]:
    head = f"  {condition['type']} {condition['status']}, {condition['reason']}:"
    return [head, *(f"    {part}" for part in condition["message"].split("; "))]


def _beside(condition: Obj, ready: Obj) -> list[str]:
    """Return the lines of a condition that is not true, and that Ready does not repeat."""
    is_told = condition["status"] == "True" or ready["message"].startswith(condition["message"])
    return [] if is_told else _condition(condition)


def _problem(problem: Obj) -> str:
    place = f" on {problem['node']}" if "node" in problem else ""
    what = f"{problem['count']} {problem['component']} {problem['cause']}"
    return f"  {what}: {problem['pod']}{place}"


def _lacking(pods: Obj) -> list[str]:
    nodes = pods.get("nodesWithoutAgent", {}).get("names", [])
    return [f"  nodes without an agent: {', '.join(nodes)}"] if nodes else []
