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
        description="Whether the release has an InstanaAgent, made of all values outside "
        "`controller`, in the namespace of the release.",
    )
    name: str = Field(
        default="",
        description="Its name; that of the release if empty. Another name is another resource, "
        "with agents of its own: the former ones go.",
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
    tag: str = Field(default="", description="Image tag; the chart's appVersion if empty.")
    digest: str = Field(default="", description="Digest such as sha256:...; wins over the tag.")
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
        description="Resource limits. More memory goes with a larger MAX_BODY_BYTES.",
    )


class Tls(SpecModel):
    """The certificate of the service."""

    source: str = Field(
        default=GENERATED,
        description="Who makes the certificate. Generated: the chart, once, for upgrades keep it; "
        "not for `helm template`, which would make another one each time. CertManager, OpenShift: "
        "these. Secret: somebody else, who writes secretName with ca.crt, tls.crt and tls.key.",
        json_schema_extra=one_of(GENERATED, CERT_MANAGER, OPENSHIFT, SECRET),
    )
    secret_name: str = Field(
        default="instana-agent-hooks-tls",
        min_length=1,
        description="Secret with the certificate; another name only with the source Secret.",
    )
    ca_bundle: str = Field(
        default="",
        description="Authority (PEM) by which the API server knows the webhooks; with the source "
        "Secret.",
    )
    renew_before_days: int = Field(
        default=365,
        ge=0,
        le=LONGEST_RENEWAL_DAYS,
        description="Generated: an upgrade makes a new certificate, of the same authority, when "
        "the last one ends within so many days. It is for 825 days.",
    )


class Token(SpecModel):
    """What Metacontroller and the service know each other by."""

    source: str = Field(
        default=GENERATED,
        description="Generated: the chart makes a token once, and upgrades keep it. Secret: "
        "somebody else writes secretName, with token and tokens.",
        json_schema_extra=one_of(GENERATED, SECRET),
    )
    secret_name: str = Field(
        default="instana-agent-hooks-token",
        min_length=1,
        description="Secret with the token; another name only with the source Secret.",
    )


class Webhooks(SpecModel):
    """What the API server asks the service before it stores an InstanaAgent."""

    validating: bool = Field(default=False, description="Whether there is a validating webhook.")
    defaulting: bool = Field(default=False, description="Whether defaults are written into it.")


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
        description="Whether new InstanaAgents select their own children only, where the cluster "
        "has MutatingAdmissionPolicy (from Kubernetes 1.36 on).",
    )


class RestrictedFields(SpecModel):
    """Fields of an InstanaAgent that are for named groups of users."""

    enabled: bool = Field(
        default=False,
        description="Whether overrides, directories of the node, accounts and images of one's own "
        "choice are for these groups only.",
    )
    groups: ListOf[str] = Field(
        default=("system:masters",), description="Groups of users who may write them."
    )
    images: ListOf[str] = Field(
        default=("icr.io/instana/", "containers.instana.io/instana/"),
        description="What the names of images begin with that everybody may use, best with a "
        "slash at the end.",
    )


class ClusterFacts(SpecModel):
    """What the cluster is; asked of it where not given."""

    openshift: bool | None = Field(default=None, description="Whether it is OpenShift.")
    cert_manager: bool | None = Field(
        default=None,
        description="Whether it has cert-manager, so that agents may have Certificates of it.",
    )
    kubernetes_version: str = Field(default="", description="Version of Kubernetes, such as 1.35.")


class Metacontroller(SpecModel):
    """The Metacontroller that does what the service says."""

    installed: bool | None = Field(
        default=None,
        description="Whether the cluster has one; asked of it where not given. Without it the "
        "controllers, which are objects of its kinds, are left out.",
    )
    namespace: str = Field(default="metacontroller", description="Its namespace.")
    service_account: str = Field(default="metacontroller", description="Its ServiceAccount.")
    field_manager: str = Field(
        default="metacontroller", description="Its --apply-strategy-ssa-field-manager."
    )
    leader_election: bool = Field(
        default=False, description="Whether it runs with --leader-election, and needs the rights."
    )


class Crds(SpecModel):
    """The definition of InstanaAgent."""

    upgrade: bool = Field(
        default=True,
        description="Whether an upgrade brings a new definition, by a Job with rights on that one "
        "definition; only where it is another one. Helm itself never does.",
    )


class HandOver(SpecModel):
    """How a release of Instana's own chart 2.x becomes one of this chart."""

    job: bool = Field(
        default=True,
        description="Whether a Job stops the Go operator and hands over what it made, before the "
        "upgrade, with rights on these objects by name. Otherwise the upgrade is refused until "
        "`python -m hooks takeover apply` was run.",
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
        "which a cluster has once; false for further releases, with an InstanaAgent only.",
    )
    agent: Agent = Field(default=Agent(), description="The InstanaAgent of the release.")
    namespace: str = Field(
        default="",
        description="Namespace of the service, its Secrets and all else that is its own; that of "
        "the release if empty, beside the agents. It must be there, and no agents run in it.",
        json_schema_extra={"pattern": f"^({DNS_LABEL})?$"},
    )
    namespaces: ListOf[str] = Field(
        default=(),
        description="Namespaces where agents get cluster-wide read rights and Metacontroller may "
        "write; only that of the release if empty, all with `*`.",
    )
    image: ServiceImage = Field(default=ServiceImage(), description="The image of the service.")
    replicas: int = Field(default=2, ge=1, description="How many pods answer.")
    resources: ServiceResources = Field(
        default=ServiceResources(), description="Compute resources of a pod."
    )
    node_selector: dict[str, str] = Field(
        default_factory=dict, description="Labels of the nodes for the pods."
    )
    tolerations: ListOf[Toleration] = Field(default=(), description="Tolerations of the pods.")
    affinity: Affinity | None = Field(
        default=None,
        description="Affinity of the pods; nodes with Linux and an architecture of the image are "
        "required besides.",
    )
    priority_class_name: str = Field(default="", description="Priority class of the pods.")
    settings: dict[str, str] = Field(
        default_factory=dict,
        description="Further settings: variables of docs/settings.md, such as LOG_LEVEL: debug.",
    )
    tls: Tls = Field(default=Tls(), description="The certificate of the service.")
    token: Token = Field(
        default=Token(), description="The token that Metacontroller sends to the service."
    )
    rotation: int = Field(
        default=0,
        ge=0,
        description="Raise it by one to have a new authority, certificate and token of those that "
        "the chart makes, and to have Metacontroller read all of them anew.",
    )
    webhooks: Webhooks = Field(
        default=Webhooks(), description="Webhooks for InstanaAgents: docs/install.md."
    )
    guards: Guards = Field(
        default=Guards(),
        description="Admission policies that keep agents from what is not theirs: docs/guards.md.",
    )
    restricted_fields: RestrictedFields = Field(
        default=RestrictedFields(),
        description="An admission policy for clusters where tenants write InstanaAgents: "
        "docs/guards.md.",
    )
    policies: EnabledByDefault = Field(
        default=EnabledByDefault(),
        description="Admission policies with errors that the CRD cannot see, and all warnings: "
        "docs/validation.md.",
    )
    inline_secrets: str = Field(
        default="Warn",
        description="What webhook and policies say of keys and passwords in an InstanaAgent: "
        "Allow, Warn or Deny.",
        json_schema_extra=one_of("Allow", "Warn", "Deny"),
    )
    take_over: str = Field(
        default="Keep",
        description="What becomes of the Go operator's pod templates: Keep leaves them until the "
        "next change that concerns the pods, Update replaces them at once.",
        json_schema_extra=one_of("Keep", "Update"),
    )
    hand_over: HandOver = Field(
        default=HandOver(),
        description="How a release of Instana's own chart 2.x becomes one of this chart.",
    )
    facts: ClusterFacts = Field(default=ClusterFacts(), description="Facts about the cluster.")
    metacontroller: Metacontroller = Field(
        default=Metacontroller(), description="Metacontroller, which is not part of the chart."
    )
    etag: bool = Field(
        default=False,
        description="Whether Metacontroller keeps answers, worth it from some hundred "
        "InstanaAgents or thousands of namespaces on.",
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
        description="Whether agents may use nodes/proxy, where kubelets know no finer rights: "
        "Kubernetes before 1.33.",
    )
    etcd_copy_namespaces: ListOf[str] = Field(
        default=(),
        description="OpenShift: namespaces to which the client key of etcd is copied; read "
        "docs/platforms.md first.",
    )
    monitoring: Enabled = Field(
        default=Enabled(),
        description="A ServiceMonitor, alerts and a dashboard, for the Prometheus operator.",
    )
    crds: Crds = Field(default=Crds(), description="The definition of InstanaAgent.")
