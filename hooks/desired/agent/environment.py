"""Environment of the agent's container.

Names and conditions: the Go operator's environment builder. `agent.env` gives way to what is
built in, which gives way to `agent.pod.env`.
"""

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.zones import zone_variable
from hooks.desired.pod.parts import Part
from hooks.kube.environment import from_field, given, plain
from hooks.kube.objects import Obj
from hooks.models.instana_agent import ZoneSpec

PERSIST_HOST_ID = "INSTANA_PERSIST_HOST_UNIQUE_ID"
HOST_ID_FILE = "/var/lib/instana/instana-agent-id"


def mode_of(context: Context, zone: ZoneSpec | None) -> str:
    """Return the monitoring mode: the zone's, else the agent's; may be empty."""
    return (zone.mode if zone else "") or context.agent.spec.agent.mode


def settings(context: Context, zone: ZoneSpec | None) -> Part:
    """Return what follows the resource alone, for the DaemonSet of one zone."""
    of_user = plain(context.agent.spec.agent.env)
    return Part(env=of_user | _built_in(context, zone) | zone_variable(context))


def _built_in(context: Context, zone: ZoneSpec | None) -> dict[str, Obj]:
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


def pod_facts(context: Context) -> Part:
    """Return what a pod says of itself."""
    headless = names.headless_service(context.agent.name)
    return Part(
        env=plain({"K8S_SERVICE_DOMAIN": f"{headless}.{context.agent.namespace}.svc"})
        | from_field("INSTANA_AGENT_POD_NAME", "metadata.name")
        | from_field("POD_IP", "status.podIP")
        | from_field("NODE_NAME", "spec.nodeName")
    )


def host_id(context: Context) -> Part:
    """Return what makes the agent keep its identity in a file of the node.

    Only for a DaemonSet that is new or has it already: an agent that was there before has another
    identity, and would be taken for a new host. The user may ask for it.
    """
    names_of_user = {variable.get("name") for variable in context.agent.spec.agent.pod.env}
    return Part(
        env=plain({PERSIST_HOST_ID: "true", "INSTANA_AGENT_ID_FILE_PATH": HOST_ID_FILE}),
        only_new=() if PERSIST_HOST_ID in names_of_user else (PERSIST_HOST_ID,),
    )
