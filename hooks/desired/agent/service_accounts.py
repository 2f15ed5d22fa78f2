"""ServiceAccounts of the agent and of the k8sensor."""

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.kube.objects import Obj
from hooks.labels import AGENT, K8SENSOR


def agent_service_account(context: Context) -> list[Obj]:
    """Return the agent's ServiceAccount, or nothing where an existing one is used."""
    account = context.agent.spec.service_account
    if not account.create:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata(
                context,
                context.agent.service_account_name,
                AGENT,
                annotations=account.annotations,
            ),
        }
    ]


def k8sensor_service_account(context: Context) -> Obj:
    """Return the k8sensor's ServiceAccount."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(context, names.k8sensor(context.agent.name), K8SENSOR),
    }
