"""The progress of the rollout of an observed DaemonSet or Deployment, by its own counts."""

from hooks.kube.objects import Obj


def count(workload: Obj, field: str) -> int:
    """Return a count of the workload's status, 0 if it has none."""
    value = (workload.get("status") or {}).get(field)
    return value if isinstance(value, int) else 0


def replicas(deployment: Obj) -> int:
    """Return the desired number of pods of a Deployment."""
    value = (deployment.get("spec") or {}).get("replicas")
    return value if isinstance(value, int) else 1


def pods(workload: Obj) -> int:
    """Return how many pods a workload has or should have, 0 for other objects."""
    match workload.get("kind"):
        case "DaemonSet":
            return count(workload, "desiredNumberScheduled")
        case "Deployment":
            return replicas(workload)
    return 0


def is_taken_up(workload: Obj) -> bool:
    """Return whether the workload's controller has seen its last change."""
    generation = (workload.get("metadata") or {}).get("generation")
    return bool(generation) and count(workload, "observedGeneration") == generation


def is_rolled_out(workload: Obj) -> bool:
    """Return whether all pods were made from the workload's current template."""
    if workload.get("kind") == "DaemonSet":
        updated, pods = "updatedNumberScheduled", count(workload, "desiredNumberScheduled")
    else:
        updated, pods = "updatedReplicas", count(workload, "replicas")
    return is_taken_up(workload) and count(workload, updated) >= pods
