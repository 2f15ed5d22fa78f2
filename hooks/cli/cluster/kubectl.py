"""The cluster through the user's own `kubectl`: its address, their rights, their credentials."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from hooks.kube.objects import Obj

PROGRAM = "kubectl"
MANAGER = "instana-agent-takeover"
"""Field manager of the few labels and annotations that a takeover writes itself."""

NO_KIND = "the server doesn't have a resource type"
CONFLICT = "the object has been modified"
SECONDS = 60
QUOTED = re.compile(r'value: "(?:[^"\\]|\\.)*"')


class CallFailed(Exception):
    """The API server could not be reached, by `kubectl` or otherwise, or it rejected the call."""

    @property
    def is_conflict(self) -> bool:
        """Return whether somebody else changed the object since it was read."""
        return CONFLICT in str(self)


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Runs `kubectl`, with these options before every command, such as `--context=name`."""

    options: tuple[str, ...] = ()

    def list_objects(self, kinds: str, *options: str) -> list[Obj]:
        """Return the objects of the kinds with their managed fields."""
        output = self._run("get", kinds, *options, "--output=json", "--show-managed-fields")
        return list(_items(json.loads(output))) if output.strip() else []

    def list_names(self, kinds: str, *options: str) -> list[str]:
        """Return only the names of the objects, each as `kind/name`."""
        return self._run("get", kinds, *options, "--output=name").split()

    def patch(self, obj: Obj, body: Obj) -> None:
        """Send a merge patch for the object, by standard input: it may hold data of a Secret."""
        self._run(
            "patch",
            *_address(obj),
            "--type=merge",
            f"--field-manager={MANAGER}",
            "--patch-file=/dev/stdin",
            "--output=name",
            stdin=json.dumps(body),
        )

    def create(self, obj: Obj) -> None:
        """Create the object, by standard input."""
        self._run(
            "create",
            "--filename=-",
            f"--field-manager={MANAGER}",
            "--output=name",
            stdin=json.dumps(obj),
        )

    def delete(self, obj: Obj, *, orphans: bool = False) -> None:
        """Delete the object; it is no error if the object is gone already.

        What it owns stays if it `orphans` that.
        """
        cascade = ("--cascade=orphan",) if orphans else ()
        options = ("--ignore-not-found", "--wait=false", *cascade, "--output=name")
        self._run("delete", *_address(obj), *options)

    def _run(self, *arguments: str, stdin: str | None = None) -> str:
        command = [PROGRAM, *self.options, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
                command, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except FileNotFoundError:
            msg = f"{PROGRAM} is not in the PATH: install it"
            raise CallFailed(msg) from None
        except subprocess.TimeoutExpired:
            msg = f"{PROGRAM} {arguments[0]} {arguments[1]} took longer than {SECONDS} s"
            raise CallFailed(msg) from None
        if done.returncode:
            raise CallFailed(_reason(done.stderr))
        return done.stdout


def _reason(stderr: str) -> str:
    """Return the last line that is not a warning: kubectl's message, without quoted values.

    The API server may quote a whole object, even a Secret.
    """
    lines = [line for line in stderr.splitlines() if line and not line.startswith("Warning:")]
    reason = QUOTED.sub("value", lines[-1]) if lines else f"{PROGRAM} failed without a message"
    return f"{reason}: its CRD is not installed" if NO_KIND in reason else reason


def _items(response: Obj) -> Iterator[Obj]:
    if response["kind"] == "List":
        yield from response["items"]
    else:
        yield response


def _address(obj: Obj) -> list[str]:
    """Return the object's kind with its group, its name and its namespace as arguments."""
    group, slash, version = obj["apiVersion"].rpartition("/")
    kind = f"{obj['kind']}.{version}.{group}" if slash else obj["kind"]
    namespace = obj["metadata"].get("namespace")
    place = [f"--namespace={namespace}"] if namespace else []
    return [kind, obj["metadata"]["name"], *place]
