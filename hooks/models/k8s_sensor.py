"""`spec.k8s_sensor`: the program that watches the Kubernetes API."""

from typing import Annotated

from pydantic import Field

from hooks.kube.workloads import ROLLING_UPDATE
from hooks.models.base import (
    NOT_STORED,
    CertificateAuthority,
    Enabled,
    Image,
    ListOf,
    Named,
    Resources,
    SpecModel,
    otherwise,
)
from hooks.models.kubernetes import (
    LOCAL_OBJECT_REFERENCE,
    Affinity,
    EnvVar,
    Probe,
    Quantities,
    RollingUpdateDeployment,
    Toleration,
    TopologySpreadConstraint,
    Volume,
    VolumeMount,
)

SENSOR_IMAGE = "icr.io/instana/k8sensor"
POLLRATE = "10s"
SECONDS = "[0-9]+s"
UNRESTRICTED = "Unrestricted"
RESTRICTED = "Restricted"
NO_PROBE = "none by default, because no endpoint of the k8sensor is documented."


class SensorImage(Image):
    """The k8sensor's image."""

    name: Annotated[str, otherwise(SENSOR_IMAGE)] = Field(
        default=SENSOR_IMAGE,
        description="Image name with registry, without tag or digest.",
        json_schema_extra=NOT_STORED,
    )
    pull_secrets: ListOf[Annotated[Named, LOCAL_OBJECT_REFERENCE]] | None = Field(
        default=None,
        description="Pull Secrets of the k8sensor's pods; default: those of agent.image.",
    )


class SensorPod(Resources):
    """The k8sensor's pods."""

    requests: Quantities = Field(
        default_factory=dict,
        description="Resource requests; default: memory 128Mi, cpu 120m. A k8sensor that "
        "already runs with 768Mi and 500m keeps these.",
    )
    limits: Quantities = Field(
        default_factory=dict,
        description="Resource limits; default: memory 2Gi, cpu 500m. A k8sensor that already "
        "runs with 768Mi and 1500m keeps these.",
    )
    node_selector: dict[str, str] = Field(
        default_factory=dict, description="Labels of the nodes that run a k8sensor."
    )
    priority_class_name: str = Field(default="", description="Priority class of the pods.")
    tolerations: ListOf[Toleration] = Field(default=(), description="Tolerations of the pods.")
    affinity: Affinity = Field(
        default_factory=dict,
        description="Affinity; by default the pods prefer nodes without another k8sensor.",
    )
    annotations: dict[str, str] = Field(
        default_factory=dict,
        description="Annotations of the k8sensor's pods, in addition to those of agent.pod.",
    )
    labels: dict[str, str] = Field(
        default_factory=dict,
        description="Labels of the k8sensor's pods, in addition to those of agent.pod.",
    )
    env: ListOf[EnvVar] = Field(
        default=(),
        description="Additional environment variables of the k8sensor's container; they take "
        "precedence over agent.env and the built-in ones.",
    )
    volumes: ListOf[Volume] = Field(default=(), description="Additional volumes of the pods.")
    volume_mounts: ListOf[VolumeMount] = Field(
        default=(), description="Additional volume mounts of the k8sensor's container."
    )
    topology_spread_constraints: ListOf[TopologySpreadConstraint] = Field(
        default=(),
        description="How the pods are spread; by default the labelSelector selects the pods of "
        "the same Deployment.",
    )

    startup_probe: Probe | None = Field(default=None, description=f"Startup probe; {NO_PROBE}")
    readiness_probe: Probe | None = Field(default=None, description=f"Readiness probe; {NO_PROBE}")
    liveness_probe: Probe | None = Field(default=None, description=f"Liveness probe; {NO_PROBE}")


class SensorStrategy(SpecModel):
    """How a Deployment replaces its pods."""

    type: Annotated[str, otherwise(ROLLING_UPDATE)] = Field(
        default=ROLLING_UPDATE,
        description="RollingUpdate; for the effect of Recreate set maxUnavailable 100% and "
        "maxSurge 0.",
        json_schema_extra={"enum": ["", ROLLING_UPDATE]},
    )
    rolling_update: RollingUpdateDeployment = Field(
        default_factory=dict,
        description="maxUnavailable and maxSurge of a rolling update; default 25% each.",
    )


class SensorDeployment(SpecModel):
    """The k8sensor's Deployments, one per backend."""

    enabled: bool = Field(default=True, description="Whether k8sensors run.")
    min_ready_seconds: int = Field(
        default=0, description="Seconds that a new pod must be ready to count as available."
    )
    replicas: int = Field(default=3, description="Number of pods of each Deployment.")
    strategy: SensorStrategy | None = Field(
        default=None,
        description="How pods are replaced; default: that of Kubernetes.",
    )
    pod: SensorPod = Field(default=SensorPod(), description="The k8sensor's pods.")


class Etcd(SpecModel):
    """How the k8sensor reads the metrics of etcd."""

    insecure: bool = Field(
        default=False, description="Whether to skip the verification of the certificate of etcd."
    )
    ca: CertificateAuthority = Field(
        default=CertificateAuthority(), description="CA certificate of etcd."
    )
    targets: ListOf[str] = Field(
        default=(), description="Metrics URLs of etcd; they disable discovery."
    )


class RestClient(SpecModel):
    """How the k8sensor reads the metrics of the control plane."""

    host_allowlist: ListOf[str] = Field(default=(), description="Hosts that the k8sensor may call.")
    ca: CertificateAuthority = Field(
        default=CertificateAuthority(), description="CA certificate of the control plane."
    )


class FeatureFlags(SpecModel):
    """Switches that once existed."""

    crd_monitoring: bool | None = Field(
        default=None, description="No effect; accepted for existing resources."
    )


class K8sSensorSpec(SpecModel):
    """The k8sensor."""

    deployment: SensorDeployment = Field(
        default=SensorDeployment(), description="The k8sensor's Deployments."
    )
    image: SensorImage = Field(default=SensorImage(), description="The k8sensor's image.")
    pod_disruption_budget: Enabled = Field(
        default=Enabled(),
        description="A PodDisruptionBudget for the k8sensors, if there is more than one.",
    )
    etcd: Etcd = Field(default=Etcd(), description="Metrics of etcd.")
    rest_client: RestClient = Field(
        default=RestClient(), description="Metrics of the control plane."
    )
    pollrate: Annotated[str, otherwise(POLLRATE)] = Field(
        default=POLLRATE,
        description="How often the Kubernetes API is polled, such as 10s.",
        json_schema_extra={"pattern": f"^({SECONDS})?$"},
    )
    security_profile: Annotated[str, otherwise(UNRESTRICTED)] = Field(
        default=UNRESTRICTED,
        description="Restricted: the pods pass Pod Security `restricted`. Unrestricted: the "
        "pods have the security context of earlier versions.",
        json_schema_extra={"enum": ["", UNRESTRICTED, RESTRICTED]},
    )
    feature_flags: FeatureFlags = Field(
        default=FeatureFlags(), description="No effect; accepted for existing resources."
    )
