"""Which backends had a k8sensor before: told by the addresses that its ConfigMap has."""

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context


def entry_of(backend: Backend) -> str:
    """Return the entry of the ConfigMap that holds the backend's address."""
    return f"backend{backend.suffix}"


def had_sensor(context: Context, backend: Backend) -> bool:
    """Return whether there is a k8sensor of this very backend, not of another one at its position.

    Backends go by their position: where one is removed, the next takes its place and its names.
    """
    name = names.k8sensor(context.agent.name)
    observed = context.observed(contract.CONFIG_MAP, name) or {}
    is_same = (observed.get("data") or {}).get(entry_of(backend)) == backend.address
    return is_same and context.observed_deployment(f"{name}{backend.suffix}") is not None
