"""The InstanaAgent resource (`instana.io/v1`, plural `agents`)."""

from typing import Any

from pydantic import Field

from hooks.models.agent import AgentSpec
from hooks.models.base import Create, Enabled, ListOf, Named, SpecModel
from hooks.models.k8s_sensor import K8sSensorSpec
from hooks.models.kubernetes import Affinity, LabelSelector, Toleration
from hooks.models.network_policy import NetworkPolicy
from hooks.models.overrides import Overrides
from hooks.models.workloads import Zone

API_VERSION = "instana.io/v1"
KIND = "InstanaAgent"
PLURAL = "agents"

DEFAULT_SERVICE_ACCOUNT = "default"
AUTOMATIC, MANUAL = "Automatic", "Manual"
POD_STATUS_ON, POD_STATUS_OFF = "Enabled", "Disabled"
PLATFORMS = ("Bottlerocket", "GKE", "Talos")
"""Platforms whose nodes are not virtual machines of BOSH and do not have its directories."""

FORMER_FINALIZERS = ("v3.agent.instana.io/finalizer", "agent.instana.io/finalizer")
"""Left on the resource by operators that managed it before; only they remove them."""


class Metadata(SpecModel):
    """What this service reads of the metadata."""

    name: str = Field(description="Name of the resource; all its children are named after it.")
    namespace: str = Field(description="Namespace of the resource and its children.")
    uid: str = Field(default="", description="UID of the resource.")
    generation: int = Field(default=0, description="Counts the changes of the spec.")
    creation_timestamp: str = Field(default="", description="When the resource was created.")
    annotations: dict[str, str] = Field(default_factory=dict, description="Its annotations.")


class OpenTelemetryProtocol(Enabled):
    """One protocol of OpenTelemetry."""

    port: int | None = Field(
        default=None, description="Port; default 4317 for gRPC, 4318 for HTTP."
    )


class OpenTelemetry(SpecModel):
    """OpenTelemetry data that the agents take in."""

    enabled: bool = Field(default=True, description="Whether the agents accept OpenTelemetry data.")
    grpc: OpenTelemetryProtocol = Field(
        default=OpenTelemetryProtocol(),
        description="OTLP over gRPC; enabled by default if OpenTelemetry is.",
    )
    http: OpenTelemetryProtocol = Field(
        default=OpenTelemetryProtocol(),
        description="OTLP over HTTP; enabled by default if OpenTelemetry is.",
    )

    def is_on(self, protocol: OpenTelemetryProtocol) -> bool:
        """Return whether the protocol is switched on, by its own switch or by its parent's."""
        return self.enabled if protocol.enabled is None else protocol.enabled


class Prometheus(SpecModel):
    """Prometheus data that the agents take in."""

    remote_write: Enabled = Field(
        default=Enabled(), description="Whether the agents accept Prometheus remote write."
    )


class ServiceAccount(Create):
    """The agent's ServiceAccount."""

    name: str = Field(
        default="", description="Name of the ServiceAccount; default: the name of the resource."
    )
    annotations: dict[str, str] = Field(default_factory=dict, description="Its annotations.")


class ZoneSpec(SpecModel):
    """A part of the cluster with a DaemonSet of its own."""

    name: str = Field(min_length=1, description="Name of the zone; part of the DaemonSet's name.")
    tolerations: ListOf[Toleration] | None = Field(
        default=None, description="Tolerations; default: agent.pod.tolerations."
    )
    affinity: Affinity | None = Field(
        default=None, description="Affinity; default: agent.pod.affinity."
    )
    mode: str = Field(default="", description="Monitoring mode; default: agent.mode.")


class Rollout(SpecModel):
    """How changes of pods are rolled out."""

    policy: str = Field(
        default=AUTOMATIC,
        description="Automatic or Manual. With Manual, each change of a pod template waits for "
        "approval by the annotation instana.io/approve; status.rollout lists the "
        "changes that wait.",
        json_schema_extra={"enum": [AUTOMATIC, MANUAL]},
    )


class PodSecurityPolicy(Enabled):
    """Without effect: Kubernetes has no pod security policies any more."""

    name: str = Field(default="", description="No effect.")


class InstanaAgentSpec(SpecModel):
    """What is to run, and how."""

    selector: LabelSelector | None = Field(
        default=None,
        description="Selects the children of this resource; set by default.",
    )
    use_secret_mounts: bool = Field(
        default=True,
        description="Whether pods get credentials as files instead of environment variables.",
    )
    agent: AgentSpec = Field(description="The monitoring agent.")
    cluster: Named = Field(default=Named(), description="The cluster, as shown in Instana.")
    zone: Zone = Field(default=Zone(), description="The zone, as shown in Instana.")
    openshift: bool | None = Field(
        default=None,
        description="Whether the cluster is OpenShift; default: the installation's setting "
        "OPENSHIFT.",
    )
    platform: str = Field(
        default="",
        description="Platform of the nodes: Bottlerocket, GKE or Talos. Host paths that it does "
        "not have, /var/vcap/..., are not mounted.",
        json_schema_extra={"enum": ["", *PLATFORMS]},
    )
    rbac: Create = Field(
        default=Create(), description="Bindings to the cluster-wide read permissions."
    )
    service: Create = Field(
        default=Create(),
        description="The agents' Service; it is always created while OpenTelemetry or "
        "Prometheus remote write is enabled.",
    )
    opentelemetry: OpenTelemetry = Field(default=OpenTelemetry(), description="OpenTelemetry data.")
    prometheus: Prometheus = Field(default=Prometheus(), description="Prometheus data.")
    service_account: ServiceAccount = Field(
        default=ServiceAccount(), description="The agents' ServiceAccount."
    )
    k8s_sensor: K8sSensorSpec = Field(
        default=K8sSensorSpec(), alias="k8s_sensor", description="The k8sensor."
    )
    zones: ListOf[ZoneSpec] = Field(default=(), description="Zones; each has its own DaemonSet.")
    rollout: Rollout = Field(default=Rollout(), description="How changes of pods are rolled out.")
    pod_status: str = Field(
        default=POD_STATUS_OFF,
        description="Whether the status shows why pods of agents and k8sensors are not ready: "
        "Enabled or Disabled. Enabled needs the installation's component pod-status, "
        "which lets Metacontroller read their Pods.",
        json_schema_extra={"enum": [POD_STATUS_ON, POD_STATUS_OFF]},
    )
    network_policy: NetworkPolicy = Field(
        default=NetworkPolicy(), description="Who can reach the pods, and what they can reach."
    )
    overrides: Overrides = Field(
        default=Overrides(), description="Patches of children, for what no other field can set."
    )
    pod_security_policy: PodSecurityPolicy = Field(
        default=PodSecurityPolicy(),
        description="No effect; accepted for existing resources.",
    )
    kubernetes: dict[str, Any] = Field(
        default_factory=dict, description="No effect; accepted for existing resources."
    )
    pinned_chart_version: str = Field(
        default="", description="No effect; accepted for existing resources."
    )
    service_mesh: Enabled = Field(
        default=Enabled(),
        description="No effect; accepted for existing resources. Use agent.serviceMesh.",
    )


class InstanaAgent(SpecModel):
    """An InstanaAgent with all defaults filled in."""

    metadata: Metadata = Field(description="Name, namespace, generation.")
    spec: InstanaAgentSpec = Field(description="Desired agents and k8sensors.")

    @property
    def name(self) -> str:
        """Return the resource's name."""
        return self.metadata.name

    @property
    def namespace(self) -> str:
        """Return the namespace of the resource and of all its children."""
        return self.metadata.namespace

    @property
    def generation(self) -> int:
        """Return the number of the spec, 0 if unknown."""
        return self.metadata.generation

    @property
    def issued_secret_name(self) -> str:
        """Return the name of the Secret that another controller issues for TLS; empty if none."""
        tls = self.spec.agent.tls
        if tls.cert_manager:
            return f"{self.name}-certificate"
        return f"{self.name}-serving-cert" if tls.openshift_serving_cert else ""

    @property
    def service_account_name(self) -> str:
        """Return the name of the account that the agent's pods run as."""
        account = self.spec.service_account
        return account.name or (self.name if account.create else DEFAULT_SERVICE_ACCOUNT)
