"""Secret `<name>-config`: the agent's configuration files."""

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.backend_addresses import had_sensor
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.entries import Entries, settled_entries
from hooks.desired.inputs.legacy import DISABLE_KUBERNETES_SENSOR_FILE, keeps_kubernetes_sensor
from hooks.desired.inputs.metadata import metadata
from hooks.desired.inputs.unresolved import unresolved_credentials, unresolved_key
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

    While the file of a backend cannot be known, it is retained.
    """
    name = names.config_secret(context.agent.name)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(context, name, AGENT),
        "type": "Opaque",
        "data": settled_entries(
            context.observed(contract.SECRET, name),
            Entries(encoded(_written_files(context))),
            *(_of_backend(context, backend) for backend in context.backends),
        ),
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


def _of_backend(context: Context, backend: Backend) -> Entries:
    """Return the file of a backend; retained is only its own one, which its address shows."""
    user, password = context.credentials.proxy_user, context.credentials.proxy_password
    file = f"{BACKEND_FILES}Backend-{backend.number}.cfg"
    is_its_own = not backend.lacks_key or backend.is_main or had_sensor(context, backend)
    return Entries(
        encoded({file: _backend_file(context, backend)}),
        frozenset({file} if is_its_own else ()),
        (
            *unresolved_key(context, backend),
            *unresolved_credentials(context, user, password),
        ),
    )


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
