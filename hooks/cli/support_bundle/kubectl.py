"""What a support bundle needs of `kubectl`: it reads, and changes nothing."""

import json
from dataclasses import dataclass
from typing import Final

from hooks.cli.cluster.kubectl import CallFailed, Kubectl
from hooks.kube.objects import Obj

MOST_LINES: Final = 5000
CONTAINER: Final = "hooks"


@dataclass(frozen=True, slots=True)
class ReadingKubectl(Kubectl):
    """Reads objects, logs and files of pods; raises CallFailed."""

    def objects(self, kind: str, *options: str) -> list[Obj]:
        """Return the objects of a kind; none if there are none."""
        try:
            return self.list_objects(kind, "--ignore-not-found", *options)
        except (KeyError, ValueError) as error:
            msg = "kubectl printed no objects"
            raise CallFailed(msg) from error

    def versions(self) -> Obj:
        """Return the versions of kubectl and of the API server."""
        try:
            found: Obj = json.loads(self._run("version", "--output=json"))
        except ValueError as error:
            msg = "kubectl printed no version"
            raise CallFailed(msg) from error
        return found

    def logs(self, pod: str, namespace: str, *options: str) -> str:
        """Return the last lines that a pod of the service wrote."""
        return self._run(
            "logs",
            pod,
            f"--namespace={namespace}",
            f"--container={CONTAINER}",
            f"--tail={MOST_LINES}",
            *options,
        )

    def recordings(self, pod: str, namespace: str) -> str:
        """Return what the command `recordings` prints in a pod of the service."""
        command = ("--", "python", "-m", "hooks", "recordings")
        where = (f"--namespace={namespace}", f"--container={CONTAINER}")
        return self._run("exec", pod, *where, *command)
