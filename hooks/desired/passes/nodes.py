"""Which nodes can run agents and k8sensors at all: added to what the user says of nodes.

A required node affinity, not a node selector: of what a node must not be, a selector cannot tell.
It is added after the overrides, so that none of them takes it away. Both ways of applying replace
the list of node selector terms as a whole, so that nothing of a former list is left.
"""

from hooks.desired.inputs.context import Context
from hooks.kube.node_affinity import LINUX, ON_LINUX, OS, narrowed
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.workloads import WORKLOADS, pod_spec, template_of, with_template

AGENTS = "DaemonSet"

MACHINES: tuple[Obj, ...] = (
    {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]},
    {"key": "type", "operator": "NotIn", "values": ["virtual-kubelet"]},
    {"key": "virtualization", "operator": "NotIn", "values": ["virtualnode2"]},
)
"""What nodes are not that an agent can run on: services for containers that pretend to be nodes.

- EKS Fargate takes no DaemonSet, no privileged container and no host network:
  https://docs.aws.amazon.com/eks/latest/userguide/fargate.html. Its nodes have this label, and a
  taint of the same name and value. Other values of the label are machines, `auto` for one.
- A virtual kubelet has this label (`NewNode` in node/nodeutil/controller.go of
  https://github.com/virtual-kubelet/virtual-kubelet) and the taint `virtual-kubelet.io/provider`.
  Virtual nodes of AKS are such nodes, and take no DaemonSet:
  https://learn.microsoft.com/azure/aks/virtual-nodes.
- Virtual nodes v2 of AKS have the third label and the same taint:
  https://github.com/microsoft/virtualnodesOnAzureContainerInstances.
"""


def on_nodes_that_can_run_them(_: Context, children: list[Obj]) -> list[Obj]:
    """Return the children; the pods of each workload require nodes that can run them."""
    return [_on_such_nodes(child) if child["kind"] in WORKLOADS else child for child in children]


def _on_such_nodes(workload: Obj) -> Obj:
    pod = pod_spec(workload)
    requirements = _requirements(workload["kind"], pod)
    if not requirements:
        return workload
    affinity = narrowed(as_object(pod.get("affinity")), [requirements])
    return with_template(workload, template_of(workload) | {"spec": pod | {"affinity": affinity}})


def _requirements(kind: str, pod: Obj) -> list[Obj]:
    """Return what the pods require: nothing twice that their node selector says."""
    is_selected = as_object(pod.get("nodeSelector")).get(OS) == LINUX
    must_be_machines = kind == AGENTS and _tolerates_every_taint(pod)
    return [*([] if is_selected else [ON_LINUX]), *(MACHINES if must_be_machines else ())]


def _tolerates_every_taint(pod: Obj) -> bool:
    """Return whether no taint keeps the pods away from what is no machine."""
    return any(
        toleration.get("operator") == "Exists"
        and not toleration.get("key")
        and toleration.get("effect") in (None, "NoSchedule")
        for toleration in as_objects(pod.get("tolerations"))
    )
