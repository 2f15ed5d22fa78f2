"""Where in an InstanaAgent values are that a user keeps secret."""

from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.models.instana_agent import KIND

CREDENTIALS: Final = frozenset(
    {
        "key",
        "downloadKey",
        "proxyUser",
        "proxyPassword",
        "agentReleaseRepoMirrorUsername",
        "agentReleaseRepoMirrorPassword",
        "instanaSharedRepoMirrorUsername",
        "instanaSharedRepoMirrorPassword",
    }
)
"""Fields of `spec.agent` with a credential."""
IN_BASE64: Final = frozenset({"certificate", "key"})
"""Fields of `spec.agent.tls` with a text in base64."""


def is_agent(obj: Obj) -> bool:
    """Return whether an object is an InstanaAgent of any version, or looks like one."""
    return obj.get("kind") == KIND or "agent" in as_object(obj.get("spec"))


def inline_credentials(obj: Obj) -> Iterator[str]:
    """Yield the credentials that are values in an InstanaAgent, apart from those for TLS."""
    agent = as_object(as_object(obj.get("spec")).get("agent"))
    values: list[Any] = [agent.get(name) for name in sorted(CREDENTIALS)]
    values += [backend.get("key") for backend in as_objects(agent.get("additionalBackends"))]
    yield from (text for text in values if isinstance(text, str))


def inline_files(obj: Obj) -> Iterator[Any]:
    """Yield what is in base64 in an InstanaAgent: certificate and key."""
    tls = as_object(as_object(as_object(obj.get("spec")).get("agent")).get("tls"))
    yield from (tls.get(name) for name in sorted(IN_BASE64))
