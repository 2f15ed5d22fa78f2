"""Environment of the agent's container.

Names and conditions: the Go operator's environment builder. `agent.env` gives way to what is
built in, which gives way to `agent.pod.env`.
"""

from hooks.desired import names
from hooks.desired.agent.additions import added_env
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import DOWNLOAD_KEY, Source, secret_key_ref
from hooks.desired.inputs.zones import zone_variable
from hooks.kube.environment import from_field, from_reference, given, plain
from hooks.kube.objects import Obj, named
from hooks.kube.workloads import container, env_of
from hooks.models.instana_agent import ZoneSpec

PERSIST_HOST_ID = "INSTANA_PERSIST_HOST_UNIQUE_ID"
HOST_ID_FILE = "/var/lib/instana/instana-agent-id"


def agent_environment(
    context: Context, zone: ZoneSpec | None, observed: Obj | None
) -> dict[str, Obj]:
    """Return the variables of the agent's container by name, for one DaemonSet."""
    of_user = added_env(context, observed)
    return (
        plain(context.agent.spec.agent.env)
        | _settings(context, zone)
        | zone_variable(context)
        | _secrets(context, observed)
        | _pod_facts(context)
        | _host_id(observed, of_user)
        | of_user
    )


def mode_of(context: Context, zone: ZoneSpec | None) -> str:
    """Return the monitoring mode: the zone's, else the agent's; may be empty."""
    return (zone.mode if zone else "") or context.agent.spec.agent.mode


def _settings(context: Context, zone: ZoneSpec | None) -> dict[str, Obj]:
    spec, agent = context.agent.spec, context.agent.spec.agent
    return given(
        INSTANA_AGENT_MODE=mode_of(context, zone),
        INSTANA_ZONE=zone.name if zone else spec.zone.name,
        INSTANA_KUBERNETES_CLUSTER_NAME=spec.cluster.name,
        INSTANA_AGENT_ENDPOINT=agent.endpoint_host,
        INSTANA_AGENT_ENDPOINT_PORT=agent.endpoint_port,
        INSTANA_MVN_REPOSITORY_URL=agent.instana_mvn_repo_url,
        INSTANA_MVN_REPOSITORY_FEATURES_PATH=agent.instana_mvn_repo_features_path,
        INSTANA_MVN_REPOSITORY_SHARED_PATH=agent.instana_mvn_repo_shared_path,
        AGENT_RELEASE_REPOSITORY_MIRROR_URL=agent.agent_release_repo_mirror_url,
        INSTANA_SHARED_REPOSITORY_MIRROR_URL=agent.instana_shared_repo_mirror_url,
        INSTANA_AGENT_PROXY_HOST=agent.proxy_host,
        INSTANA_AGENT_PROXY_PORT=agent.proxy_port,
        INSTANA_AGENT_PROXY_PROTOCOL=agent.proxy_protocol,
        INSTANA_AGENT_PROXY_USE_DNS="true" if agent.proxy_use_dns else "",
        INSTANA_AGENT_HTTP_LISTEN=agent.listen_address,
        INSTANA_KUBERNETES_REDACT_SECRETS=agent.redact_kubernetes_secrets,
        ENABLE_AGENT_SOCKET="true" if agent.service_mesh.enabled else "",
        CONFIG_PATH=names.CONFIG_DIRECTORY,
        ENTRYPOINT_SKIP_BACKEND_TEMPLATE_GENERATION="true",
        NAMESPACES_DETAILS_PATH=f"{names.NAMESPACES_DIRECTORY}/{names.NAMESPACES_FILE}",
    )


def _pod_facts(context: Context) -> dict[str, Obj]:
    headless = names.headless_service(context.agent.name)
    return (
        plain({"K8S_SERVICE_DOMAIN": f"{headless}.{context.agent.namespace}.svc"})
        | from_field("INSTANA_AGENT_POD_NAME", "metadata.name")
        | from_field("POD_IP", "status.podIP")
        | from_field("NODE_NAME", "spec.nodeName")
    )


def _secrets(context: Context, observed: Obj | None) -> dict[str, Obj]:
    """Return the credentials as references to Secrets, where they are not mounted as files."""
    credentials = context.credentials.of_agent
    if observed is not None and not context.credentials.are_usable_for_agent:
        held = env_of(observed, names.CONTAINER)
        return {each.variable: held[each.variable] for each in credentials if each.variable in held}
    variables: dict[str, Obj] = {}
    if context.agent.spec.use_secret_mounts:
        return variables
    for each in credentials:
        source = each.source
        if each.variable == DOWNLOAD_KEY and not each.is_referenced:
            variables |= _download_key(context, source)
        elif source:
            variables |= from_reference(each.variable, secret_key_ref(source))
    return variables


def _download_key(context: Context, source: Source | None) -> dict[str, Obj]:
    """Return the reference to the download key, which need not exist."""
    secret = context.key_store.name or context.credentials.own_secret
    where = source or Source(secret, context.credentials.download_key.entry)
    return from_reference(DOWNLOAD_KEY, secret_key_ref(where, optional=True))


def _host_id(observed: Obj | None, of_user: dict[str, Obj]) -> dict[str, Obj]:
    """Return what makes the agent keep its identity in a file of the node.

    Only for a DaemonSet that is new or has it already: an agent that was there before has another
    identity, and would be taken for a new host.
    """
    there = container(observed or {}, names.CONTAINER).get("env") or []
    before = named(there, PERSIST_HOST_ID) or {}
    known = observed is None or before.get("value") == "true"
    if not known and PERSIST_HOST_ID not in of_user:
        return {}
    return plain({PERSIST_HOST_ID: "true", "INSTANA_AGENT_ID_FILE_PATH": HOST_ID_FILE})
