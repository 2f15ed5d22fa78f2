"""How far the roll-out of an observed DaemonSet or Deployment is, by its own counts."""

from hooks.kube.objects import Obj


def count(workload: Obj, field: str) -> int:
    """Return a count of the workload's status, 0 where it has none."""
    value = (workload.get("status") or {}).get(field)
    return value if isinstance(value, int) else 0


def replicas(deployment: Obj) -> int:
    """Return how many pods a Deployment is to have."""
    value = (deployment.get("spec") or {}).get("replicas")
    return value if isinstance(value, int) else 1


def pods(workload: Obj) -> int:
    """Return how many pods a workload has or is to have, 0 for what is no workload."""
    match workload.get("kind"):
        case "DaemonSet":
            return count(workload, "desiredNumberScheduled")
        case "Deployment":
            return replicas(workload)
    return 0


def is_taken_up(workload: Obj) -> bool:
    """Tell whether the controller of the workload has seen its last change."""
    generation = (workload.get("metadata") or {}).get("generation")
    return bool(generation) and count(workload, "observedGeneration") == generation


def is_rolled_out(workload: Obj) -> bool:
    """Tell whether all pods are made from the workload's present template."""
    if workload.get("kind") == "DaemonSet":
        updated, pods = "updatedNumberScheduled", count(workload, "desiredNumberScheduled")
    else:
        updated, pods = "updatedReplicas", count(workload, "replicas")
    return is_taken_up(workload) and count(workload, updated) >= pods
