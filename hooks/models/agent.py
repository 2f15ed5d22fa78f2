"""`spec.agent`: the monitoring agent itself."""

from typing import Annotated

from pydantic import Field

from hooks.kube.workloads import ON_DELETE, ROLLING_UPDATE
from hooks.models.agent_configuration import Configuration
from hooks.models.base import (
    MUST_BE_GIVEN,
    NOT_STORED,
    Image,
    ListOf,
    Named,
    Resources,
    SecretKeyRef,
    SpecModel,
    entry_with,
    otherwise,
)
from hooks.models.kubernetes import (
    LOCAL_OBJECT_REFERENCE,
    Affinity,
    EnvVar,
    Probe,
    RollingUpdateDaemonSet,
    Toleration,
    Volume,
    VolumeMount,
)
from hooks.models.tls import Tls
from hooks.models.workloads import PackageCache, Scheduling

AGENT_IMAGE = "icr.io/instana/agent"
DEFAULT_ENDPOINT_HOST = "ingress-red-saas.instana.io"
DEFAULT_ENDPOINT_PORT = "443"


class AgentImage(Image):
    """The agent's image."""

    name: Annotated[str, otherwise(AGENT_IMAGE)] = Field(
        default=AGENT_IMAGE,
        description="Image name with registry, without tag or digest.",
        json_schema_extra=NOT_STORED,
    )
    pull_secrets: ListOf[Annotated[Named, LOCAL_OBJECT_REFERENCE]] | None = Field(
        default=None,
        description="Pull Secrets of the pods of agents and k8sensors. If not set, a Secret for "
        "containers.instana.io is created when the image comes from there; an empty "
        "list disables that.",
    )


class BackendSpec(SpecModel):
    """One more Instana backend that the agents report to."""

    endpoint_host: str = Field(min_length=1, description="Host name of the backend.")
    endpoint_port: Annotated[str, otherwise(DEFAULT_ENDPOINT_PORT)] = Field(
        default=DEFAULT_ENDPOINT_PORT,
        description=f"Port of the backend; default {DEFAULT_ENDPOINT_PORT}.",
        json_schema_extra=MUST_BE_GIVEN,
    )
    key: str = Field(
        default="",
        description="Agent key for the backend; entry key-<position> of keysSecret takes "
        "precedence. Prefer keySecretKeyRef.",
    )
    key_secret_key_ref: SecretKeyRef | None = entry_with(
        "the key; takes precedence over keysSecret, whatever the position"
    )


class UpdateStrategy(SpecModel):
    """Update strategy of the DaemonSet."""

    type: Annotated[str, otherwise(ROLLING_UPDATE)] = Field(
        default=ROLLING_UPDATE,
        description="RollingUpdate or OnDelete.",
        json_schema_extra={"enum": ["", ROLLING_UPDATE, ON_DELETE]},
    )
    rolling_update: RollingUpdateDaemonSet = Field(
        default_factory=dict,
        description="maxUnavailable (default 1) and maxSurge of a rolling update.",
    )


class AgentPod(Resources):
    """The agent's pods."""

    annotations: dict[str, str] = Field(
        default_factory=dict, description="Annotations of the pods of agents and k8sensors."
    )
    labels: dict[str, str] = Field(
        default_factory=dict, description="Labels of the pods of agents and k8sensors."
    )
    tolerations: ListOf[Toleration] = Field(
        default=(), description="Tolerations; those of a zone replace them."
    )
    affinity: Affinity = Field(
        default_factory=dict, description="Affinity; that of a zone replaces it."
    )
    priority_class_name: str = Field(default="", description="Priority class of the pods.")
    node_selector: dict[str, str] = Field(
        default_factory=dict, description="Labels of the nodes that run an agent."
    )
    volumes: ListOf[Volume] = Field(default=(), description="Additional volumes of the pods.")
    volume_mounts: ListOf[VolumeMount] = Field(
        default=(), description="Additional volume mounts of the agent's container."
    )
    env: ListOf[EnvVar] = Field(
        default=(),
        description="Additional environment variables of the agent's container, with every kind "
        "of valueFrom; they take precedence over agent.env and the built-in ones.",
    )
    startup_probe: Probe | None = Field(
        default=None,
        description="Replaces the default startup probe, which gives an agent 670 s, or as long "
        "as the liveness probe waits. Without a handler only the given numbers change.",
    )
    readiness_probe: Probe | None = Field(
        default=None,
        description="Replaces the default readiness probe. Without a handler only the given "
        "numbers change.",
    )
    liveness_probe: Probe | None = Field(
        default=None,
        description="Replaces the default liveness probe. Without a handler (default: HTTP GET "
        "/status) only the given numbers change. Its handler is also the default of "
        "the startup and the readiness probe.",
    )


class Host(SpecModel):
    """Paths on the node."""

    repository: str = Field(
        default="", description="Directory on the node for the agent's package repository."
    )


class ServiceMesh(SpecModel):
    """Support of service meshes."""

    enabled: bool = Field(default=False, description="Whether the agent opens its socket.")


class AgentSpec(SpecModel):
    """The monitoring agent."""

    mode: str = Field(
        default="",
        description="Monitoring mode: APM (default), INFRASTRUCTURE, AWS, OFF. KUBERNETES is "
        "deprecated: use k8s_sensor.",
    )
    key: str = Field(default="", description="Agent key. Prefer keySecretKeyRef or keysSecret.")
    key_secret_key_ref: SecretKeyRef | None = entry_with(
        "the agent key; like every such field it takes precedence over keysSecret and over the "
        "value"
    )
    download_key: str = Field(
        default="", description="Download key. Prefer downloadKeySecretKeyRef or keysSecret."
    )
    download_key_secret_key_ref: SecretKeyRef | None = entry_with("the download key")
    keys_secret: str = Field(
        default="",
        description="Secret in the same namespace with `key`, and optionally `downloadKey`, "
        "`key-1`, `key-2`, ... for additional backends, `httpsProxy`, `proxyUser`, "
        "`proxyPassword`, `mirrorReleaseRepoUsername`, `mirrorReleaseRepoPassword`, "
        "`mirrorSharedRepoUsername`, `mirrorSharedRepoPassword`. Its entries take "
        "precedence over values in the resource.",
    )
    reload_on_secret_change: bool = Field(
        default=True,
        description="Whether the pods of agents and k8sensors are rolled out again when a value "
        "of a Secret changes that they read only when they start.",
    )
    listen_address: str = Field(default="", description="Address that the agent listens on.")
    endpoint_host: Annotated[str, otherwise(DEFAULT_ENDPOINT_HOST)] = Field(
        default=DEFAULT_ENDPOINT_HOST,
        description=f"Host name of the Instana backend; default {DEFAULT_ENDPOINT_HOST}.",
        json_schema_extra=MUST_BE_GIVEN,
    )
    endpoint_port: Annotated[str, otherwise(DEFAULT_ENDPOINT_PORT)] = Field(
        default=DEFAULT_ENDPOINT_PORT,
        description=f"Port of the Instana backend; default {DEFAULT_ENDPOINT_PORT}.",
        json_schema_extra=MUST_BE_GIVEN,
    )
    min_ready_seconds: int = Field(
        default=0, description="Seconds that a new agent pod must be ready to count as available."
    )
    additional_backends: ListOf[BackendSpec] = Field(
        default=(), description="Additional backends that get the same data."
    )
    tls: Tls = Field(default=Tls(), description="TLS for the endpoints of the agent.")
    image: AgentImage = Field(default=AgentImage(), description="The agent's image.")
    update_strategy: UpdateStrategy = Field(
        default=UpdateStrategy(), description="Update strategy of the DaemonSet."
    )
    pod: AgentPod = Field(default=AgentPod(), description="The agent's pods.")
    proxy_host: str = Field(default="", description="Host name of a proxy to the backend.")
    proxy_port: str = Field(default="", description="Port of the proxy; default 80.")
    proxy_protocol: str = Field(
        default="", description="Protocol of the proxy: http (default), https, socks4, socks5."
    )
    proxy_user: str = Field(default="", description="User name for the proxy.")
    proxy_user_secret_key_ref: SecretKeyRef | None = entry_with("the user name for the proxy")
    proxy_password: str = Field(default="", description="Password for the proxy.")
    proxy_password_secret_key_ref: SecretKeyRef | None = entry_with("the password for the proxy")
    https_proxy_secret_key_ref: SecretKeyRef | None = entry_with(
        "the proxy's URL for the k8sensor; if not set, it is built from the other fields"
    )
    proxy_use_dns: bool = Field(
        default=False, alias="proxyUseDNS", description="Whether the proxy resolves host names."
    )
    env: dict[str, str] = Field(
        default_factory=dict,
        description="Environment variables of the containers of agents and k8sensors; the "
        "built-in ones take precedence.",
    )
    configuration: Configuration | None = Field(
        default=None, description="The agent's configuration.yaml, as an object."
    )
    configuration_yaml: str = Field(
        default="",
        alias="configuration_yaml",
        description="Deprecated: the agent's configuration.yaml as a string. Use configuration.",
    )
    redact_kubernetes_secrets: str = Field(
        default="", description="Whether secrets in Kubernetes objects are redacted."
    )
    host: Host = Field(default=Host(), description="Paths on the node.")
    scheduling: Scheduling = Field(
        default=Scheduling(), description="Tainted nodes that also run an agent."
    )
    package_cache: PackageCache = Field(
        default=PackageCache(), description="Where agents keep the packages that they download."
    )
    service_mesh: ServiceMesh = Field(
        default=ServiceMesh(), description="Support of service meshes."
    )
    instana_mvn_repo_url: str = Field(default="", description="URL of the Maven repository.")
    instana_mvn_repo_features_path: str = Field(
        default="", description="Path of the features in the Maven repository."
    )
    instana_mvn_repo_shared_path: str = Field(
        default="", description="Path of the shared artefacts in the Maven repository."
    )
    agent_release_repo_mirror_url: str = Field(
        default="", description="URL of a mirror of the agent release repository."
    )
    agent_release_repo_mirror_username: str = Field(
        default="", description="User name for the mirror of the release repository."
    )
    agent_release_repo_mirror_username_secret_key_ref: SecretKeyRef | None = entry_with(
        "the user name for the mirror of the release repository"
    )
    agent_release_repo_mirror_password: str = Field(
        default="", description="Password for the mirror of the release repository."
    )
    agent_release_repo_mirror_password_secret_key_ref: SecretKeyRef | None = entry_with(
        "the password for the mirror of the release repository"
    )
    instana_shared_repo_mirror_url: str = Field(
        default="", description="URL of a mirror of the shared repository."
    )
    instana_shared_repo_mirror_username: str = Field(
        default="", description="User name for the mirror of the shared repository."
    )
    instana_shared_repo_mirror_username_secret_key_ref: SecretKeyRef | None = entry_with(
        "the user name for the mirror of the shared repository"
    )
    instana_shared_repo_mirror_password: str = Field(
        default="", description="Password for the mirror of the shared repository."
    )
    instana_shared_repo_mirror_password_secret_key_ref: SecretKeyRef | None = entry_with(
        "the password for the mirror of the shared repository"
    )
