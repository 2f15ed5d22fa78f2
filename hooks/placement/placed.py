"""Where the agents and k8sensors of given documents run."""

from collections.abc import Iterable
from typing import Any

from hooks.errors import Problem
from hooks.facts import Facts
from hooks.kube.workloads import WORKLOADS
from hooks.placement.changes import key_of
from hooks.placement.cluster import Cluster
from hooks.placement.placing import Placement, place
from hooks.rendering import read
from hooks.sync import reconcile


def placed(
    documents: Iterable[Any], facts: Facts, now: str, pool_label: str = ""
) -> tuple[Placement, tuple[Problem, ...]]:
    """Return where the pods of the InstanaAgent among the documents run, and what is wrong with it.

    Of the Nodes among them, beside the Pods among them. Raises UnfitObject or UnreadableRequest for
    documents that cannot be read so.
    """
    given = read(documents, facts)
    outcome = reconcile(given.request, given.facts, now)
    children = [*outcome.children, *outcome.withheld]
    workloads = [child for child in children if child["kind"] in WORKLOADS]
    agents = [*given.request.children, *workloads]
    replaced = {key_of(agent) for agent in agents if agent["kind"] == "DaemonSet"}
    cluster = Cluster.of(given.objects)
    return place(workloads, cluster, replaced, pool_label), outcome.problems
