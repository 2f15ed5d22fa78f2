"""The resources that take over, and their children: what has the name of a child is taken over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hooks.desired.inputs.owned import before_and_after, owned_part
from hooks.desired.inputs.ownership import is_of_another
from hooks.facts import Facts
from hooks.kube.objects import Identity, Obj, identity
from hooks.kube.workloads import WORKLOADS, template_of
from hooks.models.references import of_credentials
from hooks.rendering import render
from hooks.takeover.cluster import EVERYWHERE, Cluster, name_of, namespace_of, parsed
from hooks.takeover.steps import NO_RESTART, Step

RESTARTS = {
    "DaemonSet": "the agents, node by node, once adopted",
    "Deployment": "its pods, once adopted",
}
GONE = "its pods end, once adopted"
OF_KEYS = ".keySecretKeyRef"
"""The end of the paths of references that name keys of backends."""

ANY_TIME = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Successor:
    """A resource that takes over, and its children: none if it is invalid."""

    agent: Obj
    children: list[Obj]

    @property
    def namespace(self) -> str:
        """Return the namespace of the resource, and of its children."""
        return namespace_of(self.agent)

    def restarts(self, obj: Obj, manager: str) -> str:
        """Return which pods restart once the object is adopted, in words for the plan.

        Compares the template that the service would return with the observed one; `manager` is
        Metacontroller's field manager. An invalid resource changes nothing.
        """
        if obj["kind"] not in WORKLOADS or not self.children:
            return NO_RESTART
        desired = next((child for child in self.children if identity(child) == identity(obj)), None)
        if desired is None:
            return GONE
        before, after = before_and_after(
            obj, owned_part(obj, Facts(field_manager=manager)), desired
        )
        return NO_RESTART if template_of(before) == template_of(after) else RESTARTS[obj["kind"]]


def successors_of(cluster: Cluster, agents: Iterable[Obj]) -> list[Successor]:
    """Return the resources with their children."""
    return [Successor(agent, _desired(cluster, agent)) for agent in agents]


def identities(successors: Iterable[Successor]) -> set[Identity]:
    """Return the identities of the children of the resources."""
    return {identity(child) for successor in successors for child in successor.children}


def secrets_with_keys(agent: Obj) -> list[str]:
    """Return the names of the Secrets with the keys of backends, none for an invalid resource.

    A k8sensor restarts if its pods were made for another key.
    """
    resource = parsed(agent)
    if resource is None:
        return []
    spec = resource.spec.agent
    named = [
        reference.name for reference in of_credentials(spec) if reference.path.endswith(OF_KEYS)
    ]
    return sorted({name for name in (spec.keys_secret, *named) if name})


def without_successor(
    cluster: Cluster, successors: Iterable[Successor], old: Iterable[Obj]
) -> Iterator[Step]:
    """Yield a blocking step for each old DaemonSet that none of the resources takes over."""
    desired = identities(successors)
    for obj in old:
        namespace = namespace_of(obj)
        if cluster.is_selected(namespace) and identity(obj) not in desired:
            yield Step(
                obj,
                "create the resource that takes it over",
                f"no valid InstanaAgent in {namespace} has a DaemonSet with this name: create "
                f"one called {name_of(obj)}, without zones; docs/migrate.md shows which "
                "values go where",
                blocks=True,
                commands=(f"kubectl get agents.instana.io -n {namespace}",),
            )


def _desired(cluster: Cluster, agent: Obj) -> list[Obj]:
    keys = secrets_with_keys(agent)
    around = [
        obj
        for obj in cluster.in_namespace(namespace_of(agent))
        if obj["kind"] in WORKLOADS or (obj["kind"] == "Secret" and name_of(obj) in keys)
    ]
    rendered = render([agent, *around], EVERYWHERE, ANY_TIME)
    if rendered.problems:
        return []
    # An object that is labelled for another resource, and not adopted yet, is not a child here.
    return [child for child in rendered.children if not is_of_another(name_of(agent), child)]
