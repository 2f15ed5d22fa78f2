"""Why a node gets no pod, or one that stays Pending."""

from dataclasses import dataclass
from typing import Final

from hooks.kube.objects import Obj

TAINT: Final = "taint"
NOT_READY: Final = "notReady"
SELECTOR: Final = "nodeSelector"
AFFINITY: Final = "nodeAffinity"
SYSTEM: Final = "operatingSystem"
ARCHITECTURE: Final = "architecture"
PORTS: Final = "ports"
RESOURCE: Final = "resource"


@dataclass(frozen=True, slots=True)
class Reason:
    """What keeps a pod off a node: `kind` for programs, `text` the same for nodes of one kind.

    `detail` is about the one node.
    """

    kind: str
    text: str
    detail: str = ""

    def as_json(self) -> Obj:
        """Return it for programs."""
        detail = {"detail": self.detail} if self.detail else {}
        return {"kind": self.kind, "text": self.text, **detail}
