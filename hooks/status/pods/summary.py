"""A summary of the pods of agents and k8sensors, if the resource asks for it: `podStatus`.

It stays the same as long as the same pods have the same problems: it shows counts of restarts,
which grow forever, in powers of ten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from hooks import contract
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.ownership import is_of_another
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, as_objects, labels_of
from hooks.kube.workloads import template_of
from hooks.labels import AGENT, COMPONENT, INSTANCE
from hooks.models import InstanaAgent
from hooks.models.instana_agent import POD_STATUS_ON
from hooks.status.pods.causes import PASSING, Cause, cause_of, is_ending, is_ready, restarts
from hooks.status.pods.remedies import Place, filled
from hooks.status.size import MOST_PARTS

NODE_NAME = "metadata.name"
TEN = 10
MOST_SHOWN = 2
HOW_TO = "set spec.podStatus: Enabled to see why"
NO_RIGHT = "add the component pod-status to the installation, which spec.podStatus needs"
NOT_KNOWN = "the pods are not observed yet"


@dataclass(frozen=True, slots=True)
class Problem:
    """Pods of one component that are not ready for the same cause, with one as the example."""

    component: str
    cause: str
    count: int
    pod: str
    node: str
    detail: str
    remedy: str

    @property
    def passes(self) -> bool:
        """Return whether each pod goes through this while it is made or replaced."""
        return self.cause in PASSING

    def as_status(self) -> Obj:
        """Return the problem for the status."""
        return {
            "component": self.component,
            "cause": self.cause,
            "count": self.count,
            "pod": self.pod,
            **({"node": self.node} if self.node else {}),
            **({"detail": self.detail} if self.detail else {}),
            "remedy": self.remedy,
        }

    def __str__(self) -> str:
        """Return the problem as a sentence."""
        of_which = "1 pod," if self.count == 1 else f"{self.count} pods, such as"
        place = f" on {self.node}" if self.node else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.cause} of {of_which} {self.pod}{place}{detail}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Pods:
    """What the related pods show."""

    problems: tuple[Problem, ...]
    nodes_without_agent: tuple[str, ...]
    restarts: int


@dataclass(frozen=True, slots=True)
class _Unready:
    component: str
    node: str
    name: str
    cause: Cause


def reads_pods(agent: InstanaAgent, facts: Facts) -> bool:
    """Return whether to ask for pods: Metacontroller would stop if it may not read them."""
    return agent.spec.pod_status == POD_STATUS_ON and facts.pod_status


def read_pods(context: Context) -> Pods | None:
    """Return what the pods show, None if they are not read, or not yet."""
    if not reads_pods(context.agent, context.facts) or not context.related.knows(contract.POD):
        return None
    instances = _instances(context)
    related = context.related.all_of(contract.POD)
    found = [pod for pod in related if labels_of(pod).get(INSTANCE) in instances]
    unready = [_unready(pod) for pod in found if not is_ready(pod)]
    return Pods(
        problems=tuple(_problems(unready, context.agent.namespace)),
        nodes_without_agent=_nodes_without_agent(found, unready),
        restarts=sum(restarts(pod) for pod in found if not is_ending(pod)),
    )


def _instances(context: Context) -> set[str]:
    """Return the instance labels of the resource's pods: its name, or an adopted release's."""
    name = context.agent.name
    workloads = (
        workload
        for kind in (contract.DAEMON_SET, contract.DEPLOYMENT)
        for workload in context.children.all_of(kind)
        if not is_of_another(name, workload)
    )
    templates = (template_of(workload) for workload in workloads)
    return {labels_of(template).get(INSTANCE, name) for template in templates} | {name}


def pods_status(pods: Pods | None) -> Obj:
    """Return the status field `pods`; nothing if they are not read."""
    if pods is None:
        return {}
    without_agent = pods.nodes_without_agent
    parts: Obj = {
        "problems": [problem.as_status() for problem in pods.problems[:MOST_PARTS]],
        "nodesWithoutAgent": without_agent
        and {"count": len(without_agent), "names": list(without_agent[:MOST_PARTS])},
    }
    digest = {name: part for name, part in parts.items() if part}
    return {"pods": digest | {"restarts": _roughly(pods.restarts)}}


def problems_of(pods: Pods | None, component: str, *, lasting: bool) -> list[Problem]:
    """Return the problems of a component, the most serious and most frequent first.

    With `lasting`, without those that each pod goes through while it is made or replaced.
    """
    found = [
        problem for problem in (pods.problems if pods else ()) if problem.component == component
    ]
    chosen = [problem for problem in found if not (lasting and problem.passes)]
    return sorted(chosen, key=lambda problem: (problem.passes, -problem.count, problem.cause))


def explanation(context: Context, pods: Pods | None, problems: list[Problem]) -> str:
    """Return the problems of pods that are not as they should be, or how to learn of them."""
    if context.agent.spec.pod_status != POD_STATUS_ON:
        return HOW_TO
    if not context.facts.pod_status:
        return NO_RIGHT
    if pods is None:
        return NOT_KNOWN
    more = len(problems) - MOST_SHOWN
    texts = [str(problem) for problem in problems[:MOST_SHOWN]]
    return "; ".join([*texts, *([f"{more} more in status.pods"] if more > 0 else [])])


def _unready(pod: Obj) -> _Unready:
    return _Unready(_component(pod), node_of(pod), pod["metadata"]["name"], cause_of(pod))


def _problems(unready: list[_Unready], namespace: str) -> list[Problem]:
    """Return a problem per component and cause; the example is the first by node and name."""
    ordered = sorted(unready, key=lambda pod: (*_kind(pod), pod.node, pod.name))
    return [_problem(list(group), namespace) for _, group in groupby(ordered, key=_kind)]


def _kind(pod: _Unready) -> tuple[str, str]:
    return pod.component, pod.cause.name


def _problem(group: list[_Unready], namespace: str) -> Problem:
    example = group[0]
    cause = example.cause
    place = Place(example.component, namespace, example.name, example.node, cause.container)
    return Problem(
        component=example.component,
        cause=cause.name,
        count=len(group),
        pod=example.name,
        node=example.node,
        detail=cause.detail if cause.detail != cause.name else "",
        remedy=filled(cause.remedy, place),
    )


def _nodes_without_agent(found: Iterable[Obj], unready: Iterable[_Unready]) -> tuple[str, ...]:
    """Return the nodes that have or await a pod of an agent, but have none that is ready."""
    candidates = {pod.node for pod in unready if pod.component == AGENT and pod.node}
    pods = [pod for pod in found if node_of(pod) in candidates] if candidates else []
    served = {node_of(pod) for pod in pods if _component(pod) == AGENT and is_ready(pod)}
    return tuple(sorted(candidates - served))


def node_of(pod: Obj) -> str:
    """Return the node of a pod, or the one that the DaemonSet's controller made it for."""
    spec = as_object(pod.get("spec"))
    name = spec.get("nodeName")
    return name if isinstance(name, str) and name else next(iter(_meant_for(spec)), "")


def _meant_for(spec: Obj) -> list[str]:
    of_node = as_object(as_object(spec.get("affinity")).get("nodeAffinity"))
    required = as_object(of_node.get("requiredDuringSchedulingIgnoredDuringExecution"))
    return [
        str(value)
        for term in as_objects(required.get("nodeSelectorTerms"))
        for field in as_objects(term.get("matchFields"))
        if field.get("key") == NODE_NAME
        for value in field.get("values") or []
    ]


def _roughly(number: int) -> str:
    """Return a number in powers of ten, which changes only a few times while it grows."""
    if number < 1:
        return "0"
    return f"{TEN ** (len(str(number)) - 1)} or more"


def _component(pod: Obj) -> str:
    return labels_of(pod).get(COMPONENT, "")
