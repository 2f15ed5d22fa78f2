"""Components and overlays of `deploy/` and `metacontroller/`, each by the values that want it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any, Final

import yaml

from hooks.generate.chart import conditions
from hooks.generate.chart.patching import is_target, merged, operated
from hooks.kube.objects import Obj

Sources = Mapping[str, str]
"""The manifests of the repository: their text by their path."""


@dataclass(frozen=True)
class Option:
    """A kustomization whose patches hold where a condition does; `of_kinds` says of which kinds."""

    kustomization: str
    condition: str
    of_kinds: tuple[str, ...] = ()

    def concerns(self, kind: str) -> bool:
        """Tell whether the condition is the one for objects of the kind."""
        return not self.of_kinds or kind in self.of_kinds


OPENSHIFT: Final = "deploy/overlays/openshift/kustomization.yaml"
CONTROLLERS: Final = ("CompositeController", "DecoratorController")


def component(name: str, condition: str, *of_kinds: str) -> Option:
    """Return the option for a component of `deploy/`."""
    return Option(f"deploy/components/{name}/kustomization.yaml", condition, of_kinds)


def loop_component(name: str, condition: str, *of_kinds: str) -> Option:
    """Return the option for a component of `metacontroller/`."""
    return Option(f"metacontroller/components/{name}/kustomization.yaml", condition, of_kinds)


OPTIONS: Final = (
    component("webhooks", conditions.WEBHOOKS),
    component("webhook-ca-cert-manager", conditions.TLS_OF_CERT_MANAGER),
    component("webhook-ca-openshift", conditions.TLS_OF_OPENSHIFT),
    component("etcd-copies", f"{conditions.CONTROLLER}.etcdCopyNamespaces"),
    component("own-namespace", conditions.OWN_NAMESPACE, "ValidatingAdmissionPolicy"),
    component("nodes-proxy", f"{conditions.CONTROLLER}.nodesProxy"),
    component("monitoring-openshift", conditions.TLS_OF_OPENSHIFT),
    loop_component("certificates", conditions.CERT_MANAGER),
    loop_component("etag", f"{conditions.CONTROLLER}.etag"),
    loop_component("node-zones", f"{conditions.CONTROLLER}.nodeZones"),
    loop_component("pod-status", f"{conditions.CONTROLLER}.podStatus"),
    Option(OPENSHIFT, conditions.OPENSHIFT, ("ClusterRole", "Deployment", "NetworkPolicy")),
    Option(OPENSHIFT, conditions.TLS_OF_OPENSHIFT, ("Service", *CONTROLLERS)),
)


def with_options(obj: Obj, sources: Sources) -> Obj:
    """Return the object with all that options change in it, each where its condition holds."""
    for option in OPTIONS:
        if option.concerns(obj["kind"]):
            for target, patch in _patches(option, sources):
                if is_target(target, obj):
                    apply = operated if isinstance(patch, list) else merged
                    obj = apply(obj, _content(patch), option.condition)
    return obj


def _patches(option: Option, sources: Sources) -> Iterator[tuple[Obj, Any]]:
    """Yield target and content of each patch of a kustomization."""
    for patch in _read(sources[option.kustomization]).get("patches", ()):
        if "path" in patch:
            place = PurePosixPath(option.kustomization).parent / patch["path"]
            content = _read(sources[str(place)])
            yield {"kind": content["kind"], "name": content["metadata"]["name"]}, content
        else:
            yield patch["target"], _read(patch["patch"])


@cache
def _read(text: str) -> Any:
    """Return the content of a manifest, which is asked for with each object that may change."""
    return yaml.safe_load(text)


def _content(patch: Any) -> Any:
    """Return the operations, or what a merge patch says besides which object it is for."""
    if isinstance(patch, list):
        return patch
    metadata = {
        name: value
        for name, value in patch["metadata"].items()
        if name not in {"name", "namespace"}
    }
    rest = {name: patch[name] for name in patch if name not in {"apiVersion", "kind", "metadata"}}
    return rest | ({"metadata": metadata} if metadata else {})
