"""Parts of DaemonSets and Deployments; empty if a workload does not have the part."""

from hooks.kube.objects import Obj, as_object, as_objects, named

WORKLOADS = ("DaemonSet", "Deployment")
"""The kinds of workloads, as in `kind`."""

ROLLING_UPDATE, ON_DELETE, RECREATE = "RollingUpdate", "OnDelete", "Recreate"
"""Values of `type` in an update strategy; a DaemonSet has only the first two."""

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
"""The probes of a container, in the order in which `render` prints them."""

HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")
"""Fields of a probe that define how it checks the container: a probe has one of them."""


def template_of(workload: Obj) -> Obj:
    """Return the pod template."""
    return as_object(as_object(workload.get("spec")).get("template"))


def with_template(workload: Obj, template: Obj) -> Obj:
    """Return the workload with another pod template."""
    return workload | {"spec": workload["spec"] | {"template": template}}


def pod_spec(workload: Obj) -> Obj:
    """Return the spec of the pods."""
    return as_object(template_of(workload).get("spec"))


def container(workload: Obj, name: str) -> Obj:
    """Return the container with that name."""
    return named(as_objects(pod_spec(workload).get("containers")), name) or {}


def env_of(workload: Obj, container_name: str) -> dict[str, Obj]:
    """Return the environment of a container by name."""
    variables = as_objects(container(workload, container_name).get("env"))
    return {variable["name"]: variable for variable in variables if "name" in variable}
