"""Argo CD's health check tells the states of a resource apart."""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.kube.objects import Obj
from tests.recorded import recorded_requests
from tests.support.hook import answer, conditions, stored
from tests.support.resources import agent
from tests.support.tools import needs

pytestmark = needs("lupa", found=find_spec("lupa"))

KEY = "resource.customizations.health.instana.io_InstanaAgent"
SCRIPT = yaml.safe_load(Path("deploy/argocd/argocd-cm.yaml").read_text("utf-8"))["data"][KEY]
INVALID: Obj = {"k8s_sensor": {"pollrate": "often"}}
CHANGED: Obj = {"agent": {"mode": "AWS"}}
MANUAL: Obj = {"rollout": {"policy": "Manual"}}
PAUSED = {"instana.io/paused": "true"}
RUNNING, STARTING = (True, False)


def health(resource: Obj) -> tuple[str, str]:
    """Return what the script tells of a resource, as Argo CD runs it: with `obj`, and no `os`."""
    runtime: Any = import_module("lupa").LuaRuntime(unpack_returned_tuples=True)
    for unsafe in ("os", "io", "python", "require"):
        runtime.globals()[unsafe] = None
    runtime.globals()["obj"] = runtime.table_from(resource, recursive=True)
    told = runtime.execute(SCRIPT)
    return told["status"], told["message"]


def resource(
    spec: Obj | None = None, annotations: dict[str, str] | None = None, *, ready: bool = RUNNING
) -> Obj:
    """Return a resource with the status that it has after its children were there."""
    parent = agent(spec)
    parent["metadata"]["annotations"] = annotations or {}
    observed = stored(answer(agent()), ready=ready)
    return parent | {"status": answer(parent, observed=observed)["status"]}


STATES = {
    "healthy": (resource(), "Healthy", "Ready"),
    "starting": (resource(ready=STARTING), "Progressing", "Ready"),
    "being changed": (resource(CHANGED), "Progressing", "Ready"),
    "reference missing": (resource({"agent": {"keysSecret": "keys"}}), "Degraded", "Stalled"),
    "invalid": (resource(INVALID), "Degraded", "Stalled"),
    "paused": (resource(CHANGED, PAUSED), "Suspended", "Paused"),
    "paused and invalid": (resource(INVALID, PAUSED), "Degraded", "Stalled"),
    "held": (resource(CHANGED | MANUAL), "Suspended", "RolloutHeld"),
    "nothing held": (resource(MANUAL), "Healthy", "Ready"),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_health_and_says_why(state: str) -> None:
    parent, expected, told_by = STATES[state]

    assert health(parent) == (expected, conditions(parent)[told_by]["message"])


def test_all_kinds_of_health_are_told() -> None:
    kinds = {"Healthy", "Progressing", "Degraded", "Suspended"}

    assert {expected for _, expected, _ in STATES.values()} == kinds
    assert {*re.findall(r'"([A-Z][a-z]+)"', SCRIPT)} >= kinds


def test_before_the_first_status_it_progresses() -> None:
    assert health(agent()) == ("Progressing", "no status yet")
    assert health(agent() | {"status": {}})[0] == "Progressing"


def test_a_change_that_is_not_answered_yet_progresses() -> None:
    parent = resource()
    parent["metadata"]["generation"] += 1

    assert health(parent) == ("Progressing", "the last change is not answered yet")


@pytest.mark.parametrize(
    "recorded", [each for each in recorded_requests() if each.hook == "sync"], ids=str
)
def test_recorded_resources_have_the_health_of_their_status(recorded: Any) -> None:
    parent = recorded.request["parent"] | {"status": recorded.expected["status"]}
    told = {kind: each["status"] for kind, each in conditions(parent).items()}

    assert health(parent)[0] == expected_health(told)


def expected_health(told: dict[str, str]) -> str:
    """Return the health that stands for a resource's conditions, given by kind."""
    if told["Stalled"] == "True":
        return "Degraded"
    if "True" in (told.get("Paused"), told.get("RolloutHeld")):
        return "Suspended"
    return "Healthy" if told["Ready"] == "True" else "Progressing"
