"""A digest of the pods of agents and k8sensors, where the resource asks for it: `podStatus`.

It says the same as long as the same pods are in the same trouble: counts of restarts, which grow
for ever, are told in powers of ten.
"""

from collections.abc import Iterable
from itertools import groupby

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.labels import AGENT, COMPONENT
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, as_objects, labels_of
from hooks.models import InstanaAgent
from hooks.models.instana_agent import POD_STATUS_ON
from hooks.status.pod_causes import REMEDIES, cause_of, is_ready, restarts
from hooks.status.size import MOST_PARTS

NODE_NAME = "metadata.name"
TEN = 10
HOW_TO = "spec.podStatus: Enabled tells why"
NO_RIGHT = "spec.podStatus needs the installation's component pod-status"
SEE = "see status.pods"


def reads_pods(agent: InstanaAgent, facts: Facts) -> bool:
    """Tell whether to ask for pods: where Metacontroller may not read them, it would stop."""
    return agent.spec.pod_status == POD_STATUS_ON and facts.pod_status


def hint(context: Context) -> str:
    """Return where it stands why agents are not ready, or what is to be done to read it."""
    if context.agent.spec.pod_status != POD_STATUS_ON:
        return HOW_TO
    return SEE if context.facts.pod_status else NO_RIGHT


def pods(context: Context) -> Obj:
    """Return the status field `pods`; nothing where they are not read, or not yet."""
    if not reads_pods(context.agent, context.facts) or not context.related.knows(names.POD):
        return {}
    found = [pod for pod in context.related.all_of(names.POD) if not _is_going(pod)]
    unready = [pod for pod in found if not is_ready(pod)]
    parts = {
        "problems": _problems(unready)[:MOST_PARTS],
        "nodesWithoutAgent": _nodes_without_agent(found),
    }
    digest = {name: part for name, part in parts.items() if part}
    return {"pods": digest | {"restarts": _roughly(sum(map(restarts, found)))}}


def _problems(unready: list[Obj]) -> list[Obj]:
    """Return an item per component and cause, with the first pod by name as the example."""
    keyed = sorted(
        ((_component(pod), cause_of(pod), pod) for pod in unready),
        key=lambda each: (each[0], each[1].name, each[2]["metadata"]["name"]),
    )
    return [
        _problem(component, [(cause.detail, pod) for _, cause, pod in group], name)
        for (component, name), group in groupby(keyed, key=lambda each: (each[0], each[1].name))
    ]


def _problem(component: str, found: list[tuple[str, Obj]], cause: str) -> Obj:
    detail, example = found[0]
    node = _node(example)
    return {
        "component": component,
        "cause": cause,
        "count": len(found),
        "pod": example["metadata"]["name"],
        **({"node": node} if node else {}),
        **({"detail": detail} if detail not in ("", cause) else {}),
        "remedy": REMEDIES[cause],
    }


def _nodes_without_agent(found: Iterable[Obj]) -> Obj:
    """Return the nodes that have a pod of an agent, or wait for it, but none that is ready."""
    agents = [pod for pod in found if _component(pod) == AGENT]
    served = {_node(pod) for pod in agents if is_ready(pod)}
    lacking = {_node(pod) for pod in agents} - served - {""}
    return {"count": len(lacking), "names": sorted(lacking)[:MOST_PARTS]} if lacking else {}


def _node(pod: Obj) -> str:
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
    """Return a number in powers of ten, which changes but a few times while it grows."""
    if number < 1:
        return "0"
    return f"{TEN ** (len(str(number)) - 1)} or more"


def _component(pod: Obj) -> str:
    return labels_of(pod).get(COMPONENT, "")


def _is_going(pod: Obj) -> bool:
    return "deletionTimestamp" in pod["metadata"]
