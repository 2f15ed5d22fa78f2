"""Nodes on which one scenario of a rollout runs at a time, beside those of other lanes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import requests
from requests.adapters import HTTPAdapter

from hooks.kube.objects import Obj
from hooks.placement.changes import Fate
from hooks.placement.rollout import Rollout
from hooks.placement.steps import Outcome
from tests.cluster.api import RETRIES, Api, wait_for
from tests.cluster.local_cluster import authority, nodes
from tests.pods.rollout_scenarios import NODES, Scenario, joined
from tests.pods.syncing import Place
from tests.pods.workloads import NAME, agents, is_ready, known
from tests.support.resources import obj

SOON = 120.0
STILL_SECONDS = 14.0
"""Longer than a step: a rollout in which nothing happens for so long has halted."""
READY_AFTER = "6s"
LANE = "lane"
"""The label of a lane's nodes."""
UNTOUCHED: Obj = {"pool": None, "generation": None}
OUT_OF_SERVICE = ("NoSchedule", "NoExecute")
USUAL: Obj = {
    "agent": {"pod": {"annotations": {"pods.example/ready-after": READY_AFTER}}},
    "k8s_sensor": {"deployment": {"replicas": 0}},
}


@dataclass(frozen=True)
class Reality:
    """What became of the agents: nodes of which the old one is gone, and how long it took."""

    replaced: set[str]
    started: set[str]
    pending: int
    seconds: float


@dataclass(frozen=True)
class Lane:
    """The nodes of one lane, by its number from 0 on, and the namespace of its agents."""

    number: int
    api: Api

    @property
    def namespace(self) -> str:
        """Return the name of the namespace."""
        return f"lane-{self.number}"

    @property
    def place(self) -> Place:
        """Return where the resource of this lane is."""
        return Place(self.api, self.namespace)

    def node(self, number: int) -> str:
        """Return the name of a node, by its number in scenarios."""
        return f"node-{self.number * NODES + number}"

    @property
    def nodes(self) -> list[Obj]:
        """Return what the nodes are known by."""
        return [obj("Node", self.node(number), "") for number in range(1, NODES + 1)]

    def prepare(self) -> None:
        """Label the nodes, and make the namespace."""
        for node in self.nodes:
            self.api.merge(node, {"metadata": {"labels": {LANE: self.namespace}}})
        self.api.apply(obj("Namespace", self.namespace, ""))

    def clear(self) -> None:
        """Take all of it away again."""
        for node in self.nodes:
            self.api.merge(node, {"metadata": {"labels": {LANE: None}}})
        for child in self.place.children():
            self.api.delete(child)
        wait_for(lambda: not agents(self.api, self.namespace), "the agents end", SOON)

    def play(self, scenario: Scenario) -> tuple[Rollout, Reality]:
        """Return the preview of a scenario, and what really becomes of the agents."""
        with self._special_nodes(scenario):
            self._settle_before(scenario)
            self._late(scenario)
            spec = self._spec(scenario, scenario.change, "after")
            expected = self.place.previewed(spec)
            return expected, self._really(spec, expected)

    def _spec(self, scenario: Scenario, change: Obj, tag: str) -> Obj:
        chosen = {"agent": {"pod": {"nodeSelector": {LANE: self.namespace}}}}
        image = {"agent": {"image": {"name": "registry.example/agent", "tag": tag}}}
        return joined(USUAL, chosen, scenario.always, change, image)

    def _settle_before(self, scenario: Scenario) -> None:
        """Bring all agents to what is before the change, at once, and by a rollout then."""
        self.place.sync(self._spec(scenario, scenario.before, "first"))
        self._delete_old()
        wait_for(self._is_settled, "the agents are as before", SOON)
        if scenario.former and scenario.ends in (Outcome.COMPLETES, Outcome.INCOMPLETE):
            self.place.sync(self._spec(scenario, scenario.before, "before"))
            wait_for(self._is_settled, "the agents are rolled out", SOON)

    def _delete_old(self) -> None:
        """Delete the agents of the scenario before: it may have halted."""
        time.sleep(1)
        for pod in agents(self.api, self.namespace):
            self.api.delete(pod)

    def _really(self, spec: Obj, expected: Rollout) -> Reality:
        before = _by_node(agents(self.api, self.namespace))
        began = self.place.sync(spec)
        last_change = self._wait_until_still(began)
        there = agents(self.api, self.namespace)
        uids = {pod["metadata"]["uid"] for pod in there if not _is_ending(pod)}
        replaced = {node for node, pod in before.items() if pod["metadata"]["uid"] not in uids}
        return Reality(
            replaced - {*expected.nodes(Fate.LOST)},
            {pod["spec"]["nodeName"] for pod in there if is_ready(pod)} - before.keys(),
            len([pod for pod in there if not pod["spec"].get("nodeName")]),
            last_change - began,
        )

    def _wait_until_still(self, began: float) -> float:
        """Wait until all is done, or nothing happens to pods any more; returns when that was."""
        last, known_pods = began, self._pods_as_they_are()
        while time.monotonic() - last < STILL_SECONDS:
            time.sleep(0.25)
            found = self._pods_as_they_are()
            if self._is_settled():
                return time.monotonic()
            if found != known_pods:
                last, known_pods = time.monotonic(), found
        return last

    def _pods_as_they_are(self) -> set[tuple[str, bool, bool]]:
        return {
            (pod["metadata"]["uid"], is_ready(pod), _is_ending(pod))
            for pod in agents(self.api, self.namespace)
        }

    def _is_settled(self) -> bool:
        """Tell whether all agents that should be there are, of the newest template."""
        found = self.api.get(known("DaemonSet", "apps/v1", NAME, self.namespace)) or {}
        counts = found.get("status", {})
        wanted = counts.get("desiredNumberScheduled", 0)
        return bool(
            counts.get("observedGeneration") == found["metadata"]["generation"]
            and counts.get("numberAvailable", 0) == wanted > 0
            and counts.get("updatedNumberScheduled", 0) == wanted
            and len(agents(self.api, self.namespace)) == wanted
        )

    @contextmanager
    def _special_nodes(self, scenario: Scenario) -> Iterator[None]:
        """Give nodes what is special about them in a scenario, and take it away again."""
        former = {number: self._found(number) for number in range(1, NODES + 1)}
        for number, special in scenario.nodes.items():
            self._change_node(number, special)
        try:
            yield
        finally:
            names = [self.node(number) for number in scenario.dead]
            if names:
                nodes("revive", *names)
                wait_for(lambda: all(map(is_ready, self._all_found())), "they report", SOON)
            for number in {*scenario.nodes, *scenario.later}:
                self._restore_node(former[number])
            wait_for(lambda: not any(map(_taints, self._all_found())), "no taint is left", SOON)

    def _late(self, scenario: Scenario) -> None:
        """Let nodes be tainted or die once the agents run."""
        for number, special in scenario.later.items():
            self._change_node(number, special)
        names = [self.node(number) for number in scenario.dead]
        if names:
            nodes("kill", *names)
        for number in scenario.dead:
            wait_for(partial(self._is_unreachable, number), "the node counts as dead", SOON)

    def _is_unreachable(self, number: int) -> bool:
        """Tell whether a node has both taints of those that nobody hears of."""
        return {taint["effect"] for taint in _taints(self._found(number))} >= {*OUT_OF_SERVICE}

    def _found(self, number: int) -> Obj:
        found = self.api.get(obj("Node", self.node(number), ""))
        assert found is not None
        return found

    def _all_found(self) -> list[Obj]:
        return [self._found(number) for number in range(1, NODES + 1)]

    def _change_node(self, number: int, special: Obj) -> None:
        place = obj("Node", self.node(number), "")
        fields = {key: special[key] for key in ("taints", "unschedulable") if key in special}
        self.api.merge(place, {"metadata": {"labels": special.get("labels", {})}, "spec": fields})
        if "room" in special:
            self.api.merge(place, {"status": {"allocatable": special["room"]}}, "status")

    def _restore_node(self, former: Obj) -> None:
        labels = UNTOUCHED | former["metadata"]["labels"]
        spec = {"unschedulable": None, "taints": None}
        self.api.merge(former, {"metadata": {"labels": labels}, "spec": spec})
        allocatable = former["status"]["allocatable"]
        self.api.merge(former, {"status": {"allocatable": allocatable}}, "status")


def connection() -> Api:
    """Return a connection of its own to the API server of KUBECONFIG, for another thread.

    It verifies the server's certificate: warnings are silenced for all threads at once.
    """
    api = Api.from_kubeconfig()
    session = requests.Session()
    session.headers.update(api.session.headers)
    session.trust_env = False
    session.verify = str(authority())
    session.mount(api.server, HTTPAdapter(max_retries=RETRIES))
    return Api(api.server, session)


def _is_ending(pod: Obj) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def _by_node(pods: list[Obj]) -> dict[str, Obj]:
    return {pod["spec"]["nodeName"]: pod for pod in pods if pod["spec"].get("nodeName")}


def _taints(node: Obj) -> list[Obj]:
    found: list[Obj] = node["spec"].get("taints") or []
    return found
