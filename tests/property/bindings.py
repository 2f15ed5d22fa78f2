"""ClusterRoles, the agents around them, and the bindings that are there already."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from hooks import cluster_rbac
from hooks.facts import Facts
from hooks.kube.objects import Obj
from tests.property import applying, clusters, specs

AGENTS = "InstanaAgent.instana.io/v1"
BINDINGS = "ClusterRoleBinding.rbac.authorization.k8s.io/v1"


SAID: tuple[Obj, ...] = (
    {"conditions": [{"type": "Valid", "status": "True", "observedGeneration": 2}]},
    {"conditions": [{"type": "Valid", "status": "True", "observedGeneration": 1}]},
    {"conditions": [{"type": "Valid", "status": "False", "observedGeneration": 2}]},
    {},
)
"""Statuses of a resource in its second generation; after the first one it is carried out."""


@dataclass(frozen=True)
class RoleSituation:
    """A ClusterRole and all that Metacontroller observes for it."""

    role: Obj
    facts: Facts
    agents: dict[str, Obj] | None
    bindings: dict[str, Obj]

    @property
    def request(self) -> Obj:
        """Return the sync request; with no agents, they are not related yet."""
        return {
            "object": self.role,
            "attachments": {BINDINGS: self.bindings},
            "related": {} if self.agents is None else {AGENTS: self.agents},
        }

    def answer(self) -> list[Obj]:
        """Return the attachments."""
        attachments: list[Obj] = cluster_rbac.sync(self.request, self.facts)["attachments"]
        return attachments


@st.composite
def situations(draw: st.DrawFn) -> RoleSituation:
    """Draw a role with agents, and the bindings that an earlier answer led to."""
    bound = draw(st.sampled_from(["agent", "k8sensor"]))
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": f"instana-io-{bound}", "labels": {"instana.io/bind": bound}},
    }
    facts = draw(clusters.FACTS)
    names = draw(st.sets(st.sampled_from(specs.NAMES)))
    before = {name: draw(_AGENT_SPECS) for name in sorted(names)}
    carried_out = dict.fromkeys(before, SAID[0])
    earlier = RoleSituation(role, facts, _resources(before, carried_out), {})
    stored = [applying.dynamically(None, each) for each in earlier.answer()]
    observed = {each["metadata"]["name"]: each for each in stored}
    now = {name: draw(st.one_of(_AGENT_SPECS, specs.JUNK)) for name in before}
    said = {name: draw(st.sampled_from(SAID)) for name in before}
    is_known = draw(st.booleans())
    return RoleSituation(role, facts, _resources(now, said) if is_known else None, observed)


_AGENT_SPECS = st.sampled_from(
    [
        {"cluster": {"name": "c"}, "agent": {"key": "x"}} | more
        for more in (
            {},
            {"rbac": {"create": False}},
            {"serviceAccount": {"create": False}},
            {"serviceAccount": {"name": "theirs"}},
            {"k8s_sensor": {"deployment": {"enabled": False}}},
        )
    ]
)


def _resources(specs_by_name: dict[str, Any], said: dict[str, Obj]) -> dict[str, Obj]:
    return {
        f"{specs.NAMESPACE}/{name}": specs.resource(spec, name, status=said[name])
        for name, spec in specs_by_name.items()
    }
