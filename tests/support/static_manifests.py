"""Installations by `kubectl apply -f instana-agent.yaml`: no release, and no label of Helm."""

from pathlib import Path

from hooks.kube.objects import Obj
from tests.support.files import documents_in
from tests.support.helm_era import STATES, recorded_state

FOLDER = Path("tests/fixtures/static-manifests")
OF_HELM = ("app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "helm.sh/chart")
WRITTEN = ("few-objects", "app-label")
"""The one of a report from the field, and one of before the labels of Kubernetes were known."""

INSTALLATIONS = (*WRITTEN, *STATES)


def manifests(name: str) -> list[Obj]:
    """Return the objects of an installation as they are applied.

    Those of the chart are what it rendered for users without Helm: the same, but for some labels.
    """
    if name in STATES:
        return [_without_helm(each) for each in recorded_state(name)]
    return documents_in(FOLDER / f"{name}.yaml")


def _without_helm(recorded: Obj) -> Obj:
    metadata = {name: part for name, part in recorded["metadata"].items() if name != "annotations"}
    obj = recorded | {"metadata": _unlabelled(metadata)}
    obj.pop("status", None)
    spec = obj.get("spec", {})
    if "template" in spec:
        template = spec["template"] | {"metadata": _unlabelled(spec["template"]["metadata"])}
        selector = {"matchLabels": _unlabelled_map(spec["selector"]["matchLabels"])}
        obj["spec"] = spec | {"template": template, "selector": selector}
    elif "selector" in spec:
        obj["spec"] = spec | {"selector": _unlabelled_map(spec["selector"])}
    return obj


def _unlabelled(metadata: Obj) -> Obj:
    return metadata | {"labels": _unlabelled_map(metadata["labels"])}


def _unlabelled_map(labels: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name not in OF_HELM}
