"""Reads what a support bundle holds, and notes what cannot be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

import click

from hooks import __version__
from hooks.cli.cluster.kubectl import CallFailed
from hooks.cli.support_bundle.kubectl import ReadingKubectl
from hooks.contract import CHILD_SELECTOR
from hooks.kube.objects import Obj
from hooks.recording.bundle import Collected, part_of_name, recordings_in

Read = TypeVar("Read")

AGENTS: Final = "agents.instana.io"
KINDS: Final = (
    "daemonsets.apps",
    "deployments.apps",
    "pods",
    "configmaps",
    "secrets",
    "services",
    "serviceaccounts",
    "poddisruptionbudgets.policy",
    "networkpolicies.networking.k8s.io",
    "persistentvolumeclaims",
    "controllerrevisions.apps",
)
CONTROLLERS: Final = (
    "compositecontrollers.metacontroller.k8s.io",
    "decoratorcontrollers.metacontroller.k8s.io",
)
LOGS: Final[Mapping[str, tuple[str, ...]]] = {"": (), "-previous": ("--previous",)}
"""Options by what the name of the file has at its end."""
OF_SERVICE: Final = "app.kubernetes.io/name=instana-agent-hooks"


def _selector() -> str:
    labels = CHILD_SELECTOR["matchLabels"]
    return ",".join(f"{name}={value}" for name, value in labels.items())


@dataclass(slots=True)
class SupportReader:
    """Reads one thing after another through `kubectl`."""

    kubectl: ReadingKubectl
    namespace: str
    service_namespace: str
    collected: Collected = field(default_factory=Collected)

    def read(self, name: str) -> Collected:
        """Return all that can be read of the resource, of all resources without a name.

        Nothing more is read if there is no resource.
        """
        self._versions()
        named = (name,) if name else ()
        if not self._objects("resource.json", AGENTS, *named, namespace=self.namespace):
            return self.collected
        for kind in KINDS:
            selector = f"--selector={_selector()}"
            file = f"children/{kind.partition('.')[0]}.json"
            self._objects(file, kind, selector, namespace=self.namespace)
        self._objects("events.json", "events", namespace=self.namespace)
        for kind in CONTROLLERS:
            self._objects(f"service/{kind.partition('.')[0]}.json", kind)
        self._service()
        return self.collected

    def _versions(self) -> None:
        found = self._tried("versions", self.kubectl.versions) or {}
        versions = {"kind": "Versions", "commandLine": __version__, **found}
        self.collected.objects["versions.json"] = [versions]

    def _objects(self, file: str, kind: str, *options: str, namespace: str = "") -> list[Obj]:
        where = (f"--namespace={namespace}",) if namespace else ()
        found = self._tried(kind, lambda: self.kubectl.objects(kind, *options, *where))
        self.collected.objects[file] = found or []
        return found or []

    def _service(self) -> None:
        selector, where = f"--selector={OF_SERVICE}", self.service_namespace
        self._objects("service/deployments.json", "deployments.apps", selector, namespace=where)
        self._objects("service/events.json", "events", namespace=where)
        pods = self._objects("service/pods.json", "pods", selector, namespace=where)
        if not pods:
            self.collected.not_read.append(f"pods of the service: there are none in {where}")
        for pod in pods:
            self._pod(str(pod["metadata"]["name"]))

    def _pod(self, name: str) -> None:
        where, texts = self.service_namespace, self.collected.texts
        part = part_of_name(name, texts)
        for suffix, options in LOGS.items():
            read = partial(self.kubectl.logs, name, where, *options)
            text = self._tried(f"log of {name}{suffix}", read)
            if text is not None:
                texts[f"logs/{part}{suffix}.log"] = text
        printed = self._tried(f"recordings of {name}", lambda: self.kubectl.recordings(name, where))
        for file, content in recordings_in(printed or ""):
            self.collected.recordings[f"recordings/{part}/{file}"] = content

    def _tried(self, what: str, read: Callable[[], Read]) -> Read | None:
        """Return what is read; None, and a note, where that fails."""
        click.echo(f"reading {what}", err=True)
        try:
            return read()
        except CallFailed as error:
            self.collected.not_read.append(f"{what}: {error}")
        except UnicodeDecodeError:
            self.collected.not_read.append(f"{what}: kubectl printed what is no text")
        return None
