"""Parts of the chart's values for the installation: what stands below a name in `controller`."""

from typing import Any

from pydantic import Field

from hooks.models.base import ListOf, SpecModel
from hooks.models.kubernetes import Quantities

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
