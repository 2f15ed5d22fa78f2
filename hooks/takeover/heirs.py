"""The children that the resources lead to: what has the name of one is taken over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hooks.desired.inputs.ownership import is_of_another
from hooks.kube.objects import Identity, Obj, identity
from hooks.kube.workloads import WORKLOADS
from hooks.rendering import render
from hooks.takeover.cluster import Cluster, name_of, namespace_of
from hooks.takeover.cluster_rights import EVERYWHERE
from hooks.takeover.steps import Step

ANY_TIME = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Heir:
    """A resource, and the children that it leads to: none if it is invalid."""

    agent: Obj
    children: list[Obj]

    @property
    def namespace(self) -> str:
        """Return the namespace of the resource, and of its children."""
        return namespace_of(self.agent)


def heirs_of(cluster: Cluster, agents: Iterable[Obj]) -> list[Heir]:
    """Return the resources with their children."""
    return [Heir(agent, _desired(cluster, agent)) for agent in agents]


def identities(heirs: Iterable[Heir]) -> set[Identity]:
    """Return what the children of the resources are."""
    return {identity(child) for heir in heirs for child in heir.children}


def without_heir(cluster: Cluster, old: Iterable[Obj]) -> Iterator[Step]:
    """Yield for each of the old DaemonSets that no resource leads to it."""
    wanted = identities(heirs_of(cluster, cluster.agents))
    for obj in old:
        namespace = namespace_of(obj)
        if cluster.is_selected(namespace) and identity(obj) not in wanted:
            yield Step(
                obj,
                "create the resource that takes it over",
                f"no valid InstanaAgent in {namespace} leads to a DaemonSet of this name: call it "
                f"{name_of(obj)}, without zones; docs/migrate.md says which values go where",
                blocks=True,
                commands=(f"kubectl get agents.instana.io -n {namespace}",),
            )


def _desired(cluster: Cluster, agent: Obj) -> list[Obj]:
    around = [
        each for each in cluster.in_namespace(namespace_of(agent)) if each["kind"] in WORKLOADS
    ]
    rendered = render([agent, *around], EVERYWHERE, ANY_TIME)
    if rendered.problems:
        return []
    # What was labelled for another resource, and is not adopted yet, is no child of this one.
    return [each for each in rendered.children if not is_of_another(name_of(agent), each)]
