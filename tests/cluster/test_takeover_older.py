"""Taking over workloads that are older than their resource: every recorded case, both strategies.

So they are after a restore, after a deletion with `--cascade=orphan`, or where the Go operator
adopted what another one had made. What the plan foretells is compared with what happens.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import Result

from hooks.kube.objects import Identity
from tests.cluster.api import Api, Obj
from tests.cluster.cases import CASES, NAMESPACE, resource
from tests.cluster.former import deploy_operator, lay_out, lay_out_first, moved
from tests.cluster.loop import running_loop
from tests.cluster.many import children, sync_errors, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES
from tests.cluster.taking_over import clear, foretold, prepared, restarted, takeover
from tests.cluster.test_takeover import ALONE, RUNS, batch_of
from tests.support.resources import merged

pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(1200),
]

CASE = "minimal"
PULL: Obj = {"spec": {"agent": {"image": {"pullPolicy": "IfNotPresent"}}}}
"""A change that concerns the agents."""

ORPHANED = "orphaned"
"""A resource that was made anew with another spec, and that the Go operator has not seen."""

BEHIND = "behind"
"""A resource that changed once more than the Go operator has followed."""

ROTATED, KEYS = "rotated", "keys-secret"
"""A resource whose key changed after the Go operator made the k8sensor's pods for it."""

A_SECOND = 1.1
"""Times of objects are whole seconds: what is made after this is younger."""


@dataclass
class Seen:
    """What was there at each stage, all namespaces together."""

    api: Api
    strategy: str
    agents: dict[str, Obj] = field(default_factory=dict)
    left: dict[Identity, Obj] = field(default_factory=dict)
    adopted: dict[Identity, Obj] = field(default_factory=dict)
    foretold: set[Identity] = field(default_factory=set)
    results: dict[str, Result] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def restarted(self, case: str) -> set[str]:
        """Return the names of the workloads of a case whose pods are replaced."""
        namespace = self.agents[case]["metadata"]["namespace"]
        return {place[3] for place in restarted(self.left, self.adopted) if place[2] == namespace}


@pytest.fixture(scope="module", params=RUNS, ids="-".join, name="seen")
def _seen(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Seen]:
    strategy, batch = request.param
    cases = batch_of(strategy, batch)
    seen = Seen(api, strategy)
    with prepared(api):
        operator = deploy_operator(api, NAMESPACE)
        try:
            _lay_out(seen, cases)
            _go_through(seen, logs)
            yield seen
        finally:
            clear(api, operator, list(seen.agents.values()), cases)


def _lay_out(seen: Seen, cases: list[str]) -> None:
    api = seen.api
    others = {} if cases == [ALONE] else {ORPHANED: CASE, BEHIND: CASE, ROTATED: KEYS}
    prefix = f"older-{seen.strategy[:3]}"
    places = {case: f"{prefix}-{case}" for case in [*cases, *others]}
    for case, namespace in places.items():
        lay_out_first(api, others.get(case, case), namespace)
    time.sleep(A_SECOND)
    narrow = sorted(cases)[STRATEGIES.index(seen.strategy) :: 2]
    for case in cases:
        seen.agents[case] = lay_out(api, case, places[case], is_narrow=case in narrow)
    if others:
        seen.agents[ORPHANED] = api.apply(moved(merged(resource(CASE), PULL), places[ORPHANED]))
        seen.agents[BEHIND] = api.merge(lay_out(api, CASE, places[BEHIND]), PULL)
        seen.agents[ROTATED] = lay_out(api, KEYS, places[ROTATED])
        _rotate(api, seen.agents[ROTATED])
    seen.left = children(api, places.values())


def _rotate(api: Api, agent: Obj) -> None:
    metadata = {
        "name": agent["spec"]["agent"]["keysSecret"],
        "namespace": agent["metadata"]["namespace"],
    }
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
    api.merge(secret, {"stringData": {"key": "rotated"}})


def _go_through(seen: Seen, logs: Path) -> None:
    seen.results["plan"] = takeover("plan", seen.strategy)
    seen.foretold = foretold(seen.strategy)
    seen.results["apply"] = takeover("apply", seen.strategy)
    agents = list(seen.agents.values())
    with running_loop(seen.api, seen.strategy, logs):
        wait_until_settled(seen.api, agents)
        seen.adopted = children(seen.api, [each["metadata"]["namespace"] for each in agents])
        seen.errors = sync_errors(seen.api, agents)


def test_all_of_them_are_older(seen: Seen) -> None:
    made = {
        each["metadata"]["namespace"]: each["metadata"]["creationTimestamp"]
        for each in seen.agents.values()
    }
    workloads = [
        (place, each) for place, each in seen.left.items() if "template" in each.get("spec", {})
    ]

    assert {place[2] for place, _ in workloads} == made.keys()
    assert all(each["metadata"]["creationTimestamp"] < made[place[2]] for place, each in workloads)


def test_command_can_do_it(seen: Seen) -> None:
    assert seen.results["plan"].exit_code == 0, seen.results["plan"].output
    assert seen.results["apply"].exit_code in (0, 3), seen.results["apply"].output


def test_no_pod_of_the_go_operator_restarts(seen: Seen) -> None:
    found = {case: names for case in seen.agents if (names := seen.restarted(case))}

    assert found.keys() <= {ORPHANED, BEHIND, ROTATED}


def test_another_spec_than_it_worked_with_is_carried_out(seen: Seen) -> None:
    others = {ORPHANED, BEHIND} & seen.agents.keys()

    assert {case for case in others if "instana-agent" in seen.restarted(case)} == others


def test_a_k8sensor_with_a_former_key_gets_the_new_one(seen: Seen) -> None:
    others = {ROTATED} & seen.agents.keys()
    sensor = {"instana-agent-k8sensor"}

    assert {case for case in others if seen.restarted(case) == sensor} == others


def test_the_plan_foretold_it(seen: Seen) -> None:
    assert seen.foretold == restarted(seen.left, seen.adopted)


def test_nothing_was_refused(seen: Seen) -> None:
    assert seen.errors == []


def test_all_cases_are_tried() -> None:
    assert {case for run in RUNS for case in batch_of(*run)} == set(CASES)
