"""What a sync would write for a resource, written here without Metacontroller."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.kube.workloads import WORKLOADS
from hooks.placement.rollout import Rollout
from hooks.placement.rollouts import rollouts
from hooks.preview import preview
from hooks.rendering import read
from hooks.sync import reconcile
from tests.cluster.api import Api
from tests.cluster.loop import KINDS, MANAGED
from tests.support.resources import agent

FACTS = Facts()


@dataclass(frozen=True)
class Place:
    """A namespace with one InstanaAgent, and the connection to its API server."""

    api: Api
    namespace: str

    def sync(self, spec: Obj) -> float:
        """Write the children as Metacontroller would; return when the first workload was written.

        All else is written before: a rollout begins with its workload.
        """
        given = read([self._agent(spec), *self.children()], FACTS)
        outcome = reconcile(given.request, given.facts, "2026-01-01T00:00:00Z")
        assert not outcome.problems
        workloads = [child for child in outcome.children if child["kind"] in WORKLOADS]
        for child in (child for child in outcome.children if child not in workloads):
            self.api.apply(child, manager=FACTS.field_manager)
        began = time.monotonic()
        for child in workloads:
            self.api.apply(child, manager=FACTS.field_manager)
        return began

    def previewed(self, spec: Obj, workload: str = "DaemonSet/instana-agent") -> Rollout:
        """Return the preview by what is in the cluster."""
        nodes, pods = self.api.list("Node", "v1"), self.api.list("Pod", "v1", self.namespace)
        documents = [self._agent(spec), *self.children(), *nodes, *pods]
        now = datetime.now(UTC).isoformat()
        changes = preview(documents, FACTS, now).changes
        found = rollouts(documents, changes, FACTS, now)
        assert found is not None
        return next(rollout for rollout in found if rollout.workload == workload)

    def children(self) -> list[Obj]:
        """Return all children that there are."""
        return [
            child
            for kind, version in KINDS
            for child in self.api.list(kind, version, self.namespace, labelSelector=MANAGED)
        ]

    def _agent(self, spec: Obj) -> Obj:
        return agent(spec, namespace=self.namespace)
