"""What every child is made from, gathered once per call."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hooks.contract import DAEMON_SET, DEPLOYMENT
from hooks.desired.inputs.backends import Backend, resolve_backends
from hooks.desired.inputs.credentials import Credentials
from hooks.desired.inputs.key_store import KeyStore, key_store
from hooks.desired.inputs.memory import Memory, remembered
from hooks.desired.inputs.resolved_credentials import resolve_credentials
from hooks.facts import Facts
from hooks.kube.objects import Obj, kind_of
from hooks.kube.workloads import WORKLOADS
from hooks.models import InstanaAgent
from hooks.models.references import Reference, references
from hooks.observed import ObservedObjects

Given = TypeVar("Given", bound=Hashable)
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Context:
    """The resource with its defaults, what was observed, and what is known of the cluster."""

    agent: InstanaAgent
    children: ObservedObjects
    related: ObservedObjects
    facts: Facts
    key_store: KeyStore
    credentials: Credentials
    backends: tuple[Backend, ...]
    references: tuple[Reference, ...]
    memory: Memory
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: "Callable[[Context, Given], Made]", given: Given) -> Made:
        """Return what is the same in all workloads: made once per call, and not to be changed."""
        key = (make, given)
        if key not in self._made:
            self._made[key] = make(self, given)
        made: Made = self._made[key]
        return made

    @property
    def is_openshift(self) -> bool:
        """Return whether the cluster is OpenShift: by the resource, else by the installation."""
        of_resource = self.agent.spec.openshift
        return self.facts.openshift if of_resource is None else of_resource

    def observed(self, kind: str, name: str) -> Obj | None:
        """Return the observed child of that kind (as in `Secret.v1`) and name, if it is there."""
        return self.children.get(kind, self.agent.namespace, name)

    def observed_as(self, child: Obj) -> Obj | None:
        """Return the observed child of the kind and name of a desired one, if it is there."""
        return self.observed(kind_of(child), child["metadata"]["name"])

    def observed_workload(self, child: Obj) -> Obj | None:
        """Return the observed workload of a desired one, None for a child that is no workload."""
        return self.observed_as(child) if child["kind"] in WORKLOADS else None

    def observed_daemonset(self, name: str) -> Obj | None:
        """Return the observed DaemonSet of that name, if it is there."""
        return self.observed(DAEMON_SET, name)

    def observed_deployment(self, name: str) -> Obj | None:
        """Return the observed Deployment of that name, if it is there."""
        return self.observed(DEPLOYMENT, name)


def build_context(
    agent: InstanaAgent, children: ObservedObjects, related: ObservedObjects, facts: Facts
) -> Context:
    """Return the context of one call."""
    store = key_store(agent, related, agent.spec.agent.keys_secret)
    credentials = resolve_credentials(agent, store, children, related)
    backends = resolve_backends(agent, credentials)
    needed = references(agent)
    memory = remembered(agent, children)
    return Context(agent, children, related, facts, store, credentials, backends, needed, memory)


def without_status(context: Context) -> Context:
    """Return the context with observed children that have no status."""
    by_kind = {
        kind: {key: _without_status(child) for key, child in children.items()}
        for kind, children in context.children.by_kind.items()
    }
    return replace(context, children=ObservedObjects(by_kind))


def _without_status(child: Obj) -> Obj:
    return {field: value for field, value in child.items() if field != "status"}
