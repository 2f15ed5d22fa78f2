"""Whether the service should get calls: it has answered one, and is not stopping."""

from collections.abc import Callable
from typing import Final

from hooks.contract import CHILD_RESOURCES
from hooks.kube.objects import Obj

SELF_CHECK: Final[Obj] = {
    "controller": {},
    "parent": {
        "apiVersion": "instana.io/v1",
        "kind": "InstanaAgent",
        "metadata": {
            "name": "self-check",
            "namespace": "self-check",
            "uid": "00000000-0000-0000-0000-000000000000",
            "generation": 1,
        },
        "spec": {
            "cluster": {"name": "self-check"},
            "agent": {"endpointHost": "localhost", "endpointPort": "443", "key": "self-check"},
        },
    },
    "children": {},
    "related": {kind: {} for kind in CHILD_RESOURCES},
    "finalizing": False,
}
"""A small sync request, for a cluster without conflicting objects; its response is not applied."""


class Readiness:
    """The response of /readyz."""

    def __init__(self) -> None:
        """Start as not ready: no call has been answered yet."""
        self._checked = False
        self._serving: Callable[[], bool] = lambda: True

    def passed(self) -> None:
        """Record that the self-check succeeded."""
        self._checked = True

    def serve_while(self, serving: Callable[[], bool]) -> None:
        """Take the function that returns whether the server still accepts new work."""
        self._serving = serving

    def reason_against(self) -> str:
        """Return why the service should get no calls, empty if it should."""
        if not self._checked:
            return "the self-check failed: see the log"
        return "" if self._serving() else "shutting down"
