"""The Instana backends that agents and k8sensors report to."""

from dataclasses import dataclass

from hooks.desired.inputs.credentials import Credential, Credentials
from hooks.kube.hosts import bracketed
from hooks.models import InstanaAgent
from hooks.models.agent import AgentSpec, BackendSpec


@dataclass(frozen=True, slots=True)
class Backend:
    """One backend. The main one has number 1 and no suffix, the next number 2 and suffix -1."""

    number: int
    host: str
    port: str
    key: Credential

    @property
    def lacks_key(self) -> bool:
        """Return whether it is certain that there is no key for it."""
        return self.key.is_lacking

    @property
    def is_main(self) -> bool:
        """Return whether it is `spec.agent.endpointHost`, not an additional one."""
        return self.number == 1

    @property
    def suffix(self) -> str:
        """Return what the names of its objects and entries end in."""
        return "" if self.is_main else f"-{self.number - 1}"

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return f"{bracketed(self.host)}:{self.port}"


def resolve_backends(agent: InstanaAgent, credentials: Credentials) -> tuple[Backend, ...]:
    """Return the backends with their keys, the main one first."""
    spec = agent.spec.agent
    endpoints: list[AgentSpec | BackendSpec] = [spec, *spec.additional_backends]
    return tuple(
        Backend(number, endpoint.endpoint_host, endpoint.endpoint_port, key)
        for number, (endpoint, key) in enumerate(
            zip(endpoints, credentials.keys, strict=True), start=1
        )
    )
