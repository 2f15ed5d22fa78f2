"""Whether the agent can use its configuration if that is given as a string."""

from hooks.desired.inputs.context import Context
from hooks.rules.configuration import NOT_A_MAPPING, is_usable
from hooks.status.condition import Condition

CONFIGURATION_USABLE = "ConfigurationUsable"
FIELD = "spec.agent.configuration_yaml"


def configuration_usable(context: Context) -> list[Condition]:
    """Return the condition if the agent cannot use it, otherwise nothing.

    Everything else works without it.
    """
    if is_usable(context.agent.spec.agent.configuration_yaml):
        return []
    message = f"{FIELD} {NOT_A_MAPPING}"
    return [Condition(CONFIGURATION_USABLE, "False", "NotAMapping", message, is_advice=True)]
