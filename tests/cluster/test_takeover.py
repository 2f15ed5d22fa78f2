"""Taking over from the Go operator, for real: every recorded case under both apply strategies.

All cases of a strategy go through each stage together, each in a namespace of its own: made as the
Go operator left them, handed over by the command, adopted by Metacontroller, changed.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hooks.kube.objects import Identity, identity
from tests.cluster.api import Api, Obj
from tests.cluster.cases import CASES, NAMESPACE, resource
from tests.cluster.former import deploy_operator, lay_out
from tests.cluster.loop import MANAGED, running_loop
from tests.cluster.many import (
    children,
    everywhere,
    last_answer,
    left_over,
    sync_errors,
    wait_until_settled,
)
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.cluster.taking_over import RBAC, clear, foretold, prepared, restarted, takeover

pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(1200),
]

ALONE = "etcd-discovered"
"""Its etcd Service in kube-system would be discovered for all other cases too."""

TOGETHER = [case for case in CASES if case != ALONE]
IS_SHARED_OUT = os.environ.get("TAKEOVERS") == "shared"
"""Whether each case is tried under one of the strategies, in turn, which takes half as long."""

RUNS = [
    (strategy, batch)
    for number, strategy in enumerate(STRATEGIES)
    for batch in (("together",) if IS_SHARED_OUT and number else ("together", "alone"))
]


def batch_of(strategy: str, batch: str) -> list[str]:
    """Return the cases that are tried together under a strategy."""
    if batch == "alone":
        return [ALONE]
    return TOGETHER[STRATEGIES.index(strategy) :: 2] if IS_SHARED_OUT else TOGETHER


FRESH = "fresh"
PLAIN: Obj = {
    "cluster": {"name": "plain"},
    "agent": {
        "key": "plain-key",
        "endpointHost": "plain.example.com",
        "endpointPort": "443",
        "pod": {"livenessProbe": {"exec": {"command": ["/bin/true"]}}},
    },
}
"""Nothing that any case has: what a case had besides has to go."""


@dataclass
class Taken:
    """What was seen of all cases of a strategy."""

    strategy: str
    api: Api
    agents: dict[str, Obj]
    left: dict[Identity, Obj]
    results: dict[str, Result] = field(default_factory=dict)
    foretold: set[Identity] = field(default_factory=set)
    adopted: dict[Identity, Obj] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    leftovers: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def of_case(self, case: str, objects: dict[Identity, Obj]) -> dict[Identity, Obj]:
        namespace = self.agents[case]["metadata"]["namespace"]
        return {place: each for place, each in objects.items() if place[2] == namespace}

    @property
    def namespaces(self) -> list[str]:
        return [each["metadata"]["namespace"] for each in self.agents.values()]


@pytest.fixture(scope="module", params=RUNS, ids="-".join, name="taken")
def _taken(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Taken]:
    strategy, batch = request.param
    prefix = "ssa" if strategy.startswith("server") else "dyn"
    for name in (FRESH, NAMESPACE):
        api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    cases = batch_of(strategy, batch)
    narrow = sorted(cases)[STRATEGIES.index(strategy) :: 2]  # The others under the other strategy.
    agents = {
        case: lay_out(api, case, f"{prefix}-{case}", is_narrow=case in narrow) for case in cases
    }
    operator = deploy_operator(api, NAMESPACE)
    namespaces = [each["metadata"]["namespace"] for each in agents.values()]
    taken = Taken(strategy, api, agents, children(api, namespaces))
    with prepared(api):
        try:
            _go_through(taken, logs)
            yield taken
        finally:
            clear(api, operator, list(agents.values()), cases)


def _go_through(taken: Taken, logs: Path) -> None:
    api, agents = taken.api, list(taken.agents.values())
    taken.results["plan"] = takeover("plan", taken.strategy)
    taken.foretold = foretold(taken.strategy)
    taken.results["apply"] = takeover("apply", taken.strategy)
    with running_loop(api, taken.strategy, logs) as loop:
        wait_until_settled(api, agents)
        taken.adopted = children(api, taken.namespaces)
        taken.results["second apply"] = takeover("apply", taken.strategy)
        taken.results["third apply"] = takeover("apply", taken.strategy)
        for stage, change in (("switched", _switched), ("plain", _plain)):
            for agent in agents:
                api.merge(agent, {"spec": change(agent)})
            wait_until_settled(api, agents)
            taken.leftovers[stage] = _leftovers(taken, loop)
        taken.errors = sync_errors(api, agents)


def _switched(agent: Obj) -> Obj:
    """Return the spec with credentials given to the agent in the other way."""
    return {"useSecretMounts": not agent["spec"].get("useSecretMounts", True)}


def _plain(agent: Obj) -> Obj:
    """Return a merge patch that makes the spec the plain one."""
    return _only(PLAIN, agent["spec"]) | {"selector": agent["spec"]["selector"]}


def _only(wanted: Obj, present: Obj) -> Obj:
    """Return a merge patch from what is present to what is wanted."""
    gone: Obj = dict.fromkeys(present.keys() - wanted.keys())
    nested: Obj = {
        name: _only(value, present[name])
        for name, value in wanted.items()
        if isinstance(value, dict) and isinstance(present.get(name), dict)
    }
    return {**gone, **wanted, **nested}


def _leftovers(taken: Taken, loop: Recorder) -> dict[str, list[str]]:
    stored = children(taken.api, taken.namespaces)
    found = {}
    for case, agent in taken.agents.items():
        returned = {identity(each): each for each in last_answer(loop, agent)}
        own = taken.of_case(case, stored)
        found[case] = [str(place) for place in own.keys() ^ returned.keys()] + [
            field
            for place in sorted(own.keys() & returned.keys())
            for field in left_over(taken.api, own[place], returned[place], FRESH)
        ]
    return found


def test_plan_writes_nothing_and_stops_the_operator_first(taken: Taken) -> None:
    plan = taken.results["plan"]

    assert plan.exit_code == 0, plan.output
    first = plan.stdout.splitlines()[1]
    assert first.startswith(f"Deployment {NAMESPACE}/")
    assert "[to do] scale to 0" in first
    assert plan.stdout.splitlines()[-1].startswith("1 step can be done now")


def test_first_apply_leaves_only_what_waits_for_our_bindings(taken: Taken) -> None:
    result = taken.results["apply"]

    assert result.exit_code == 3, result.output
    assert "(waits for ClusterRoleBinding instana-io-" in " ".join(result.output.split())


def test_second_apply_clears_up_and_third_has_nothing_to_do(taken: Taken) -> None:
    assert taken.results["second apply"].exit_code == 0, taken.results["second apply"].output
    assert taken.results["third apply"].exit_code == 0
    assert taken.results["third apply"].output.splitlines()[-1] == "nothing to do"


def test_nothing_privileged_of_the_operator_is_left(taken: Taken) -> None:
    kinds = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
    left = {
        each["metadata"]["name"]
        for kind in kinds
        for each in everywhere(taken.api, kind, RBAC, labelSelector=MANAGED)
    }

    assert left <= {"default"}


def test_children_are_adopted_and_no_pod_restarts(taken: Taken) -> None:
    assert taken.agents
    for case in taken.agents:
        before, after = taken.of_case(case, taken.left), taken.of_case(case, taken.adopted)
        gone = {place[3] for place in before.keys() - after.keys()}

        assert before.keys() & after.keys(), case
        assert gone <= {f"{resource(case)['metadata']['name']}-dependents"}, case
        for place in before.keys() & after.keys():
            assert _uid(before[place]) == _uid(after[place]), place
            assert _template(before[place]) == _template(after[place]), place


def test_the_plan_foretold_it(taken: Taken) -> None:
    assert taken.foretold == restarted(taken.left, taken.adopted) == set()


@pytest.mark.parametrize("stage", ["switched", "plain"])
def test_nothing_of_the_old_is_left_after_a_change(stage: str, taken: Taken) -> None:
    leftovers = {case: fields for case, fields in taken.leftovers[stage].items() if fields}

    assert taken.leftovers[stage].keys() == taken.agents.keys()
    assert leftovers == {}


def test_nothing_was_refused(taken: Taken) -> None:
    assert taken.errors == []


def test_finalizers_are_gone(taken: Taken) -> None:
    held = {case: (taken.api.get(agent) or {})["metadata"] for case, agent in taken.agents.items()}

    assert [case for case, metadata in held.items() if "finalizers" in metadata] == []


def _uid(obj: Obj) -> str:
    uid: str = obj["metadata"]["uid"]
    return uid


def _template(obj: Obj) -> Any:
    return (obj.get("spec") or {}).get("template")
