"""The names that children may have: what else has one of them is looked up before it is written.

They are more than a resource leads to. What it leads to depends on the settings of the installation
and on what is found, too; which objects Metacontroller looks up depends on the spec alone.
"""

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.k8sensor.etcd_copies import CA_SOURCE, CLIENT_SOURCE, copy_name


def child_names(context: Context) -> dict[str, set[str]]:
    """Return the names by kind; the DaemonSets of zones that only nodes tell are not among them."""
    agent = context.agent
    name, account = agent.name, agent.spec.service_account
    issued = {agent.issued_secret_name} - {""}
    sensors = {names.k8sensor(name, backend.suffix) for backend in context.backends}
    return {
        contract.CERTIFICATE: issued,
        contract.CONFIG_MAP: {
            copy_name(context, CA_SOURCE),
            names.k8sensor(name),
            names.namespaces_configmap(name),
        },
        contract.DAEMON_SET: {
            name,
            *(names.daemonset(name, zone.name) for zone in agent.spec.zones),
        },
        contract.DEPLOYMENT: sensors,
        contract.NETWORK_POLICY: {name, names.k8sensor(name)},
        contract.PERSISTENT_VOLUME_CLAIM: {names.package_cache(name)},
        contract.POD_DISRUPTION_BUDGET: sensors,
        contract.SECRET: {
            copy_name(context, CLIENT_SOURCE),
            names.config_secret(name),
            *names.keys_secrets(name),
            names.pull_secret(name),
            names.tls_secret(name),
            *issued,
        },
        contract.SERVICE: {names.service(name), names.headless_service(name)},
        contract.SERVICE_ACCOUNT: {
            *([agent.service_account_name] if account.create else []),
            names.k8sensor(name),
        },
    }
