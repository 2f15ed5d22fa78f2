"""`spec.networkPolicy`: who may connect to the pods, and where the k8sensors may connect to."""

from pydantic import Field

from hooks.models.base import ListOf, SpecModel


class Egress(SpecModel):
    """What the k8sensors may reach."""

    enabled: bool = Field(
        default=False,
        description="Whether the k8sensors can reach only name servers, the Kubernetes API, "
        "kubelets, etcd, and the backends or the proxy, each on its ports.",
    )
    further_ports: ListOf[int] = Field(
        default=(), description="Additional TCP ports that the k8sensors can reach."
    )


class NetworkPolicy(SpecModel):
    """Network policies; those on the host's network are out of their reach."""

    enabled: bool = Field(
        default=False,
        description="Whether NetworkPolicies are created: for the k8sensors, and for agents "
        "that do not use the host network.",
    )
    sensor_ports: ListOf[int] = Field(
        default=(), description="TCP ports of the k8sensors that others can reach; none by default."
    )
    egress: Egress = Field(default=Egress(), description="What the k8sensors can reach.")
