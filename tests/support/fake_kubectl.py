"""A cluster of given objects that answers `kubectl get` as `hooks.cli.cluster.kubectl` calls it."""

import json
import re
from collections.abc import Callable, Iterator

from hooks.cli.cluster.kubectl import CallFailed, Kubectl
from hooks.contract import RELATED_KINDS
from hooks.kube.objects import Obj, kind_of, labels_of
from hooks.kube.selectors import matches

KINDS = {
    **RELATED_KINDS,
    "agents": "InstanaAgent.instana.io/v1",
    "clusterroles": "ClusterRole.rbac.authorization.k8s.io/v1",
    "customresourcedefinitions": "CustomResourceDefinition.apiextensions.k8s.io/v1",
}
REQUIREMENT = re.compile(r"(?P<key>[^,=!]+?) (?P<operator>in|notin) \((?P<values>[^)]*)\)|[^,]+")
OPERATORS = {"in": "In", "notin": "NotIn"}


def kubectl_of(
    *objects: Obj, forbidden: tuple[str, ...] = ()
) -> tuple[Callable[..., str], list[tuple[str, ...]]]:
    """Return what replaces `Kubectl._run`, and the calls that it gets."""
    calls: list[tuple[str, ...]] = []

    def run(kubectl: Kubectl, *arguments: str, stdin: str | None = None) -> str:
        assert stdin is None
        calls.append((*kubectl.options, *arguments))
        found = list(_found(objects, arguments, forbidden))
        return json.dumps({"kind": "List", "items": found}) if found else ""

    return run, calls


def _found(
    objects: tuple[Obj, ...], arguments: tuple[str, ...], forbidden: tuple[str, ...]
) -> Iterator[Obj]:
    verb, resources, *rest = arguments
    assert verb == "get"
    names = [word for word in rest if not word.startswith("--")]
    options = dict(word[2:].split("=", 1) for word in rest if "=" in word)
    for resource in resources.split(","):
        if resource.partition(".")[0] in forbidden:
            msg = f"{resource} is forbidden"
            raise CallFailed(msg)
        kind = KINDS[resource.partition(".")[0]]
        assert resource == _resource(resource.partition(".")[0], kind)
        yield from (each for each in objects if kind_of(each) == kind and _is(each, names, options))
    missing = {*names} - {each["metadata"]["name"] for each in objects}
    if missing and "--ignore-not-found" not in rest:
        msg = f"{resources} {missing} not found"
        raise CallFailed(msg)


def _resource(name: str, kind: str) -> str:
    group, slash, version = kind.partition(".")[2].rpartition("/")
    in_full = f"{name}.{version}.{group}"
    return in_full if slash else name


def _is(obj: Obj, names: list[str], options: dict[str, str]) -> bool:
    metadata = obj["metadata"]
    return (
        (not names or metadata["name"] in names)
        and options.get("namespace") in (None, metadata.get("namespace"))
        and matches(_selector(options.get("selector", "")), labels_of(obj))
    )


def _selector(text: str) -> Obj:
    expressions = []
    for found in REQUIREMENT.finditer(text):
        requirement = found[0]
        if found["operator"]:
            operator, values = OPERATORS[found["operator"]], found["values"].split(",")
            expressions.append({"key": found["key"], "operator": operator, "values": values})
        elif "=" in requirement:
            key, value = requirement.split("=")
            expressions.append({"key": key, "operator": "In", "values": [value]})
        else:
            expressions.append({"key": requirement, "operator": "Exists"})
    return {"matchExpressions": expressions}
