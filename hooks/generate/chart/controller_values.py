"""The chart's values for the installation, under `controller`."""

from typing import Any

from pydantic import Field

from hooks.models.base import ListOf, SpecModel
from hooks.models.kubernetes import Affinity, Quantities, Toleration
from hooks.rules.patterns import DNS_LABEL

DEFAULT_REQUESTS = {"cpu": "50m", "memory": "128Mi"}
DEFAULT_LIMITS = {"memory": "512Mi"}
GENERATED, CERT_MANAGER, OPENSHIFT, SECRET = "Generated", "CertManager", "OpenShift", "Secret"
LONGEST_RENEWAL_DAYS = 824
"""A certificate is valid for one day longer."""


def one_of(*values: str) -> dict[str, Any]:
    """Return the keyword of the schema for a field that has one of these values."""
    return {"enum": list(values)}


class Agent(SpecModel):
    """The InstanaAgent of the release."""

    create: bool = Field(
        default=True,
        description="Whether the release has an InstanaAgent, built from all values outside "
        "`controller`, in the namespace of the release.",
    )
    name: str = Field(
        default="",
        description="Its name; default: that of the release. Changing it creates a new resource "
        "with new agents and deletes the old ones.",
    )


class PullSecret(SpecModel):
    """A Secret to pull images with."""

    name: str = Field(description="Name of the Secret.")


class ServiceImage(SpecModel):
    """The image of the service."""

    repository: str = Field(
        default="instana-agent-hooks",
        min_length=1,
        description="Image name with registry, without tag or digest.",
    )
    tag: str = Field(default="", description="Image tag; default: the chart's appVersion.")
    digest: str = Field(
        default="", description="Digest such as sha256:...; takes precedence over the tag."
    )
    pull_policy: str = Field(
        default="IfNotPresent",
        description="Always, IfNotPresent or Never.",
        json_schema_extra=one_of("Always", "IfNotPresent", "Never"),
    )
    pull_secrets: ListOf[PullSecret] = Field(default=(), description="Pull Secrets of the pods.")


class ServiceResources(SpecModel):
    """Compute resources of the service."""

    requests: Quantities = Field(default=DEFAULT_REQUESTS, description="Resource requests.")
    limits: Quantities = Field(
        default=DEFAULT_LIMITS,
        description="Resource limits. Raise memory together with MAX_BODY_BYTES.",
    )


class Tls(SpecModel):
    """The certificate of the service."""

    source: str = Field(
        default=GENERATED,
        description="Who issues the certificate. Generated: the chart, once; upgrades keep it. "
        "Do not use it with `helm template`, which would generate another one each "
        "time. CertManager, OpenShift: these. Secret: you write the Secret secretName "
        "with ca.crt, tls.crt and tls.key.",
        json_schema_extra=one_of(GENERATED, CERT_MANAGER, OPENSHIFT, SECRET),
    )
    secret_name: str = Field(
        default="instana-agent-hooks-tls",
        min_length=1,
        description="Secret with the certificate; change the name only with the source Secret.",
    )
    ca_bundle: str = Field(
        default="",
        description="CA certificate (PEM) with which the API server verifies the webhooks; only "
        "with the source Secret.",
    )
    renew_before_days: int = Field(
        default=365,
        ge=0,
        le=LONGEST_RENEWAL_DAYS,
        description="With the source Generated: an upgrade issues a new certificate, from the "
        "same CA, if the current one expires within this number of days. A certificate "
        "is valid for 825 days.",
    )


class Token(SpecModel):
    """What Metacontroller and the service know each other by."""

    source: str = Field(
        default=GENERATED,
        description="Generated: the chart generates a token once, and upgrades keep it. Secret: "
        "you write the Secret secretName with token and tokens.",
        json_schema_extra=one_of(GENERATED, SECRET),
    )
    secret_name: str = Field(
        default="instana-agent-hooks-token",
        min_length=1,
        description="Secret with the token; change the name only with the source Secret.",
    )


class Webhooks(SpecModel):
    """What the API server asks the service before it stores an InstanaAgent."""

    validating: bool = Field(
        default=False, description="Whether to install the validating webhook."
    )
    defaulting: bool = Field(
        default=False,
        description="Whether to install the defaulting "
        "webhook, which writes defaults into the spec.",
    )


class Enabled(SpecModel):
    """Something that is off unless it is asked for."""

    enabled: bool = Field(default=False, description="Whether they are installed.")


class EnabledByDefault(SpecModel):
    """Something that is on unless it is switched off."""

    enabled: bool = Field(default=True, description="Whether they are installed.")


class Guards(SpecModel):
    """Admission policies that keep agents from what is not theirs."""

    enabled: bool = Field(default=True, description="Whether they are installed.")
    own_selector: bool = Field(
        default=True,
        description="Whether new InstanaAgents select only their own children; needs "
        "MutatingAdmissionPolicy (Kubernetes 1.36 or newer).",
    )


class RestrictedFields(SpecModel):
    """Fields of an InstanaAgent that are for named groups of users."""

    enabled: bool = Field(
        default=False,
        description="Whether only these groups may set overrides, directories of the node, "
        "service accounts and other images.",
    )
    groups: ListOf[str] = Field(
        default=("system:masters",), description="Groups of users who may set these fields."
    )
    images: ListOf[str] = Field(
        default=("icr.io/instana/", "containers.instana.io/instana/"),
        description="Prefixes of image names that everyone may use; end them with a slash.",
    )


class Recordings(SpecModel):
    """Recordings of the last calls, without secret values."""

    enabled: bool = Field(
        default=False, description="Whether the service keeps the last calls: docs/operate.md."
    )
    last: int = Field(
        default=10, ge=1, le=1000, description="How many calls of each hook per resource."
    )
    size_limit: str = Field(
        default="128Mi",
        min_length=1,
        description="Size limit of the emptyDir volume that holds them; they take 64 MiB, or what "
        "RECORD_BYTES in settings says.",
    )
    claim_name: str = Field(
        default="",
        description="An existing PersistentVolumeClaim in the place of the emptyDir volume, so "
        "that recordings outlive the pods; with several replicas on several nodes ReadWriteMany.",
    )


class ClusterFacts(SpecModel):
    """What the cluster is; asked of it where not given."""

    openshift: bool | None = Field(default=None, description="Whether the cluster is OpenShift.")
    cert_manager: bool | None = Field(
        default=None,
        description="Whether the cluster has cert-manager, so that it can issue certificates "
        "for agents.",
    )
    kubernetes_version: str = Field(default="", description="Version of Kubernetes, such as 1.35.")


class Metacontroller(SpecModel):
    """The Metacontroller that does what the service says."""

    installed: bool | None = Field(
        default=None,
        description="Whether the cluster has Metacontroller; detected if not set. Without it "
        "the controllers are not created, because their kinds do not exist.",
    )
    namespace: str = Field(default="metacontroller", description="Its namespace.")
    service_account: str = Field(default="metacontroller", description="Its ServiceAccount.")
    field_manager: str = Field(
        default="metacontroller", description="Its --apply-strategy-ssa-field-manager."
    )
    leader_election: bool = Field(
        default=False,
        description="Whether it runs with --leader-election, and needs the permissions for it.",
    )


class Crds(SpecModel):
    """The definition of InstanaAgent."""

    upgrade: bool = Field(
        default=True,
        description="Whether an upgrade also upgrades the CRD, with a Job that may change only "
        "this CRD and runs only if it differs. Helm itself never upgrades CRDs.",
    )


class HandOver(SpecModel):
    """How a release of Instana's own chart 2.x becomes one of this chart."""

    job: bool = Field(
        default=True,
        description="Whether a Job stops the Go operator and hands over its objects before the "
        "upgrade, with permissions for only these objects. Otherwise the upgrade fails "
        "until you have run `python -m hooks takeover apply`.",
    )
    apply_strategy: str = Field(
        default="server-side-apply",
        description="Metacontroller's --apply-strategy: server-side-apply or dynamic-apply.",
        json_schema_extra=one_of("server-side-apply", "dynamic-apply"),
    )


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
