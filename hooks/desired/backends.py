"""The Instana backends that agents and k8sensors report to."""

from dataclasses import dataclass

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.credentials import Credential, backend_key, bracketed, value_of


@dataclass(frozen=True, slots=True)
class Backend:
    """One backend. The main one has number 1 and no suffix, the next number 2 and suffix -1."""

    number: int
    suffix: str
    host: str
    port: str
    key: Credential

    @property
    def is_main(self) -> bool:
        """Tell whether it is `spec.agent.endpointHost`, not an additional one."""
        return not self.suffix

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return f"{bracketed(self.host)}:{self.port}"


def backends(context: Context) -> tuple[Backend, ...]:
    """Return the backends, the main one first."""
    spec = context.agent.spec.agent
    main = Backend(
        1, "", spec.endpoint_host, spec.endpoint_port, backend_key(context, "", spec.key)
    )
    return (
        main,
        *(
            Backend(
                position + 1,
                f"-{position}",
                backend.endpoint_host,
                backend.endpoint_port,
                backend_key(context, f"-{position}", backend.key),
            )
            for position, backend in enumerate(spec.additional_backends, start=1)
        ),
    )


def deployed_backends(context: Context) -> list[Backend]:
    """Return the backends that have k8sensors: an additional one needs a key, or has them."""
    return [
        backend
        for backend in backends(context)
        if backend.is_main
        or not lacks_key(context, backend)
        or context.observed_deployment(names.k8sensor(context.agent.name, backend.suffix))
    ]


def lacks_key(context: Context, backend: Backend) -> bool:
    """Tell whether it is certain that there is no key for the backend."""
    return context.key_store.is_known and not value_of(context, backend.key)
