"""Parts of DaemonSets and Deployments; empty where a workload has none."""

from hooks.kube.objects import Obj, as_object, as_objects, named

WORKLOADS = ("DaemonSet", "Deployment")
"""The kinds of them, as `kind` has them."""

HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")
"""Fields of a probe that say how it asks: it has one of them."""


def template_of(workload: Obj) -> Obj:
    """Return the template of the pods."""
    return as_object(as_object(workload.get("spec")).get("template"))


def with_template(workload: Obj, template: Obj) -> Obj:
    """Return the workload with another template of the pods."""
    return workload | {"spec": workload["spec"] | {"template": template}}


def pod_spec(workload: Obj) -> Obj:
    """Return the spec of the pods."""
    return as_object(template_of(workload).get("spec"))


def container(workload: Obj, name: str) -> Obj:
    """Return the container of that name."""
    return named(as_objects(pod_spec(workload).get("containers")), name) or {}


def env_of(workload: Obj, container_name: str) -> dict[str, Obj]:
    """Return the environment of a container by name."""
    variables = as_objects(container(workload, container_name).get("env"))
    return {variable["name"]: variable for variable in variables if "name" in variable}
