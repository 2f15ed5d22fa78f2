"""Secret `<name>-config`: the agent's configuration files."""

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.backend_addresses import is_kept
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.legacy import DISABLE_KUBERNETES_SENSOR_FILE, keeps_kubernetes_sensor
from hooks.desired.inputs.metadata import metadata
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj
from hooks.labels import AGENT
from hooks.models.agent import AgentSpec

DISABLE_KUBERNETES_SENSOR = "com.instana.plugin.kubernetes:\n    enabled: false\n"
PROMETHEUS_REMOTE_WRITE = (
    "com.instana.plugin.prometheus:\n    remote_write:\n        enabled: true\n"
)
BACKEND_PROTOCOL = "HTTP/2"
BACKEND_FILES = "com.instana.agent.main.sender."
"""What the names of the files with the backends' keys begin with."""


def config_secret(context: Context) -> Obj:
    """Return the Secret with all configuration files of the agent.

    While what a backend's file says cannot be known, it stays as observed.
    """
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(context, names.config_secret(context.agent.name), AGENT),
        "type": "Opaque",
        "data": encoded(_written_files(context)) | _backend_files(context),
    }


def configuration_files(context: Context) -> dict[str, str]:
    """Return the files without credentials: name to content."""
    spec = context.agent.spec
    files = {
        DISABLE_KUBERNETES_SENSOR_FILE: DISABLE_KUBERNETES_SENSOR,
        "configuration-opentelemetry.yaml": _opentelemetry(context),
    }
    if spec.cluster.name:
        files["cluster_name"] = spec.cluster.name
    if text := _configuration(spec.agent):
        files["configuration.yaml"] = text
    if spec.prometheus.remote_write.enabled:
        files["configuration-prometheus-remote-write.yaml"] = PROMETHEUS_REMOTE_WRITE
    return files


def _configuration(agent: AgentSpec) -> str:
    """Return the agent's own configuration: the object in its one form, a text as it is."""
    of_object = agent.configuration.text if agent.configuration else ""
    return of_object or agent.configuration_yaml


def _written_files(context: Context) -> dict[str, str]:
    files = configuration_files(context)
    if keeps_kubernetes_sensor(context):
        del files[DISABLE_KUBERNETES_SENSOR_FILE]
    return files


def _backend_files(context: Context) -> dict[str, str]:
    """Return the entries of the Secret for the backends, base64-encoded."""
    observed = context.observed(contract.SECRET, names.config_secret(context.agent.name)) or {}
    kept = observed.get("data") or {}
    entries: dict[str, str] = {}
    for backend in context.backends:
        file = f"{BACKEND_FILES}Backend-{backend.number}.cfg"
        if _is_certain(context, backend):
            entries |= encoded({file: _backend_file(context, backend)})
        elif file in kept and (not backend.lacks_key or _is_of(context, backend)):
            entries[file] = kept[file]
    return entries


def _is_certain(context: Context, backend: Backend) -> bool:
    user, password = context.credentials.proxy_user, context.credentials.proxy_password
    return backend.key.is_usable and user.is_settled and password.is_settled


def _is_of(context: Context, backend: Backend) -> bool:
    """Tell whether the observed file at the backend's position is its own, by its address."""
    return backend.is_main or is_kept(context, backend)


def _backend_file(context: Context, backend: Backend) -> str:
    spec = context.agent.spec.agent
    user = context.credentials.proxy_user.value
    password = context.credentials.proxy_password.value
    lines = {
        "host": backend.host,
        "port": backend.port,
        "protocol": BACKEND_PROTOCOL,
        "key": backend.key.value,
    }
    if spec.proxy_host:
        lines |= {
            "proxy.type": spec.proxy_protocol or "HTTP",
            "proxy.host": spec.proxy_host,
            "proxy.port": spec.proxy_port or "80",
        }
    if spec.proxy_use_dns:
        lines["proxy.dns"] = "true"
    if user and password:
        lines |= {"proxy.user": user, "proxy.password": password}
    return "".join(f"{name}={_in_properties(value)}\n" for name, value in lines.items())


def _in_properties(value: str) -> str:
    """Return what Java reads back from a properties file as that value; see `NOT_LITERAL`."""
    return value.replace("\\", "\\\\")


def _opentelemetry(context: Context) -> str:
    otel = context.agent.spec.opentelemetry
    lines = ["com.instana.plugin.opentelemetry:", f"    enabled: {_yaml(otel.enabled)}"]
    for name, protocol in (("grpc", otel.grpc), ("http", otel.http)):
        lines += [f"    {name}:", f"        enabled: {_yaml(otel.is_on(protocol))}"]
        if protocol.port is not None:
            lines.append(f"        port: {protocol.port}")
    return "\n".join(lines) + "\n"


def _yaml(switch: bool) -> str:  # noqa: FBT001 - the value to write
    return "true" if switch else "false"
