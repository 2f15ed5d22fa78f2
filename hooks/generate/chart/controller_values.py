"""The chart's values for the installation, under `controller`."""

from pydantic import Field

from hooks.generate.chart.controller_parts import (
    Agent,
    ClusterFacts,
    Crds,
    Enabled,
    EnabledByDefault,
    Guards,
    HandOver,
    Metacontroller,
    Recordings,
    RestrictedFields,
    ServiceImage,
    ServiceResources,
    Tls,
    Token,
    Webhooks,
    one_of,
)
from hooks.models.base import ListOf, SpecModel
from hooks.models.kubernetes import Affinity, Toleration
from hooks.rules.patterns import DNS_LABEL


class ControllerValues(SpecModel):
    """The service that Metacontroller asks, and all that is once in a cluster."""

    enabled: bool = Field(
        default=True,
        description="Whether the release has the service, the controllers and the ClusterRoles, "
        "of which a cluster needs one set; false for further releases that have only "
        "an InstanaAgent.",
    )
    agent: Agent = Field(default=Agent(), description="The InstanaAgent of the release.")
    namespace: str = Field(
        default="",
        description="Namespace of the service and its own objects; default: the namespace of "
        "the release, together with the agents. It must exist, and no agents may run "
        "in it.",
        json_schema_extra={"pattern": f"^({DNS_LABEL})?$"},
    )
    namespaces: ListOf[str] = Field(
        default=(),
        description="Namespaces whose agents get cluster-wide read permissions and where "
        "Metacontroller may write; default: that of the release; `*` for all.",
    )
    image: ServiceImage = Field(default=ServiceImage(), description="The image of the service.")
    replicas: int = Field(default=2, ge=1, description="Number of pods.")
    resources: ServiceResources = Field(
        default=ServiceResources(), description="Compute resources of a pod."
    )
    node_selector: dict[str, str] = Field(
        default_factory=dict, description="Labels of the nodes for the pods."
    )
    tolerations: ListOf[Toleration] = Field(default=(), description="Tolerations of the pods.")
    affinity: Affinity | None = Field(
        default=None,
        description="Affinity of the pods, in addition to the required Linux nodes with an "
        "architecture of the image.",
    )
    priority_class_name: str = Field(default="", description="Priority class of the pods.")
    settings: dict[str, str] = Field(
        default_factory=dict,
        description="Additional settings, see docs/settings.md, such as LOG_LEVEL: debug.",
    )
    tls: Tls = Field(default=Tls(), description="The certificate of the service.")
    token: Token = Field(
        default=Token(), description="The token that Metacontroller sends to the service."
    )
    rotation: int = Field(
        default=0,
        ge=0,
        description="Increase it by one to replace the CA, certificate and token that the chart "
        "generated, and to make Metacontroller read them again.",
    )
    webhooks: Webhooks = Field(
        default=Webhooks(), description="Webhooks for InstanaAgents: see docs/install.md."
    )
    guards: Guards = Field(
        default=Guards(),
        description="Admission policies that protect what does not belong to an agent: see "
        "docs/guards.md.",
    )
    restricted_fields: RestrictedFields = Field(
        default=RestrictedFields(),
        description="An admission policy for clusters where tenants write InstanaAgents: see "
        "docs/guards.md.",
    )
    policies: EnabledByDefault = Field(
        default=EnabledByDefault(),
        description="Admission policies for errors that the CRD cannot detect, and for all "
        "warnings: see docs/validation.md.",
    )
    inline_secrets: str = Field(
        default="Warn",
        description="What webhook and policies do about keys and passwords in an InstanaAgent: "
        "Allow, Warn or Deny.",
        json_schema_extra=one_of("Allow", "Warn", "Deny"),
    )
    take_over: str = Field(
        default="Keep",
        description="What happens to the Go operator's pod templates: Keep retains them until "
        "the next change that concerns the pods, Update replaces them at once.",
        json_schema_extra=one_of("Keep", "Update"),
    )
    hand_over: HandOver = Field(
        default=HandOver(),
        description="How a release of Instana's own chart 2.x is upgraded to this chart.",
    )
    facts: ClusterFacts = Field(default=ClusterFacts(), description="Properties of the cluster.")
    metacontroller: Metacontroller = Field(
        default=Metacontroller(), description="Metacontroller, which is not part of the chart."
    )
    etag: bool = Field(
        default=False,
        description="Whether Metacontroller caches responses; useful with hundreds of "
        "InstanaAgents or thousands of namespaces.",
    )
    node_zones: bool = Field(
        default=False,
        description="Whether Metacontroller may read Nodes, for zone.automatic: NodeLabel.",
    )
    pod_status: bool = Field(
        default=False, description="Whether Metacontroller may read Pods, for podStatus: Enabled."
    )
    nodes_proxy: bool = Field(
        default=False,
        description="Whether agents may use nodes/proxy; needed before Kubernetes 1.33, where "
        "kubelets have no finer permissions.",
    )
    etcd_copy_namespaces: ListOf[str] = Field(
        default=(),
        description="On OpenShift, namespaces to which the client key of etcd is copied; read "
        "docs/platforms.md first.",
    )
    monitoring: Enabled = Field(
        default=Enabled(),
        description="A ServiceMonitor, alerts and a dashboard, for the Prometheus operator.",
    )
    recordings: Recordings = Field(
        default=Recordings(),
        description="Recordings of the last calls, for an incident: docs/operate.md.",
    )
    crds: Crds = Field(default=Crds(), description="The CRD of InstanaAgent.")
