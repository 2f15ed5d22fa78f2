"""What the user adds to the agent's pods."""

from hooks.desired.inputs.context import Context
from hooks.desired.pod import additions
from hooks.kube.objects import Obj
from hooks.models.additions import of_agent


def added_volumes(context: Context, observed: Obj | None) -> list[Obj]:
    """Return the user's volumes; raises InvalidResource for values Kubernetes cannot hold."""
    return additions.added_volumes(context, of_agent, observed)


def added_mounts(context: Context, observed: Obj | None) -> list[Obj]:
    """Return the user's volume mounts."""
    return additions.added_mounts(context, of_agent, observed)


def added_env(context: Context, observed: Obj | None) -> dict[str, Obj]:
    """Return the user's environment variables by name."""
    return additions.added_env(context, of_agent, observed)
