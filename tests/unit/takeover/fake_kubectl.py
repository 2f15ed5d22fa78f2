"""A `kubectl` over objects in a file: FAKE_CLUSTER names it, FAKE_FAILURES what is refused.

Every call is appended to the file FAKE_CALLS: its arguments and what came by standard input.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

Obj = dict[str, Any]

PLURALS = {
    "agents": "InstanaAgent",
    "agentsremote": "InstanaAgentRemote",
    "clusterrolebindings": "ClusterRoleBinding",
    "compositecontrollers": "CompositeController",
    "clusterroles": "ClusterRole",
    "configmaps": "ConfigMap",
    "customresourcedefinitions": "CustomResourceDefinition",
    "daemonsets": "DaemonSet",
    "decoratorcontrollers": "DecoratorController",
    "deployments": "Deployment",
    "namespaces": "Namespace",
    "pods": "Pod",
    "poddisruptionbudgets": "PodDisruptionBudget",
    "rolebindings": "RoleBinding",
    "roles": "Role",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "services": "Service",
}


def main(arguments: list[str], standard_input: TextIO, out: TextIO, errors: TextIO) -> int:
    """Carry out one command; returns its exit code."""
    given = list(arguments)
    while arguments[0].startswith("--"):
        arguments = arguments[1:]
    verb, kinds, *rest = arguments if arguments[0] != "create" else ["create", "", *arguments[1:]]
    names = [each for each in rest if not each.startswith("--")]
    options = dict(each[2:].partition("=")[::2] for each in rest if each.startswith("--"))
    stdin = standard_input.read() if verb in ("patch", "create") else ""
    with Path(os.environ["FAKE_CALLS"]).open("a") as calls:
        calls.write(json.dumps([given, stdin]) + "\n")
    if refusal := _refusal(f"{verb} {kinds} {' '.join(names)}".strip()):
        errors.write(f"Warning: a word of warning\n{refusal}\n")
        return 1
    store = Path(os.environ["FAKE_CLUSTER"])
    objects: list[Obj] = json.loads(store.read_text())
    found = [each for each in objects if _is_meant(each, kinds, names, options)]
    if verb == "get":
        return _show(found, options, out)
    if verb == "create":
        found, objects = [], [*objects, _created(json.loads(stdin))]
    for each in found:
        if verb == "delete":
            objects.remove(each)
        elif not _patch(each, json.loads(stdin)):
            errors.write("Error from server (Conflict): the object has been modified\n")
            return 1
    store.write_text(json.dumps(objects))
    return 0


def _refusal(call: str) -> str:
    """Return why the call is refused; each refusal counts as often as its number says."""
    file = Path(os.environ["FAKE_FAILURES"])
    failures: dict[str, list[Any]] = json.loads(file.read_text())
    for wanted, failure in failures.items():
        if call.startswith(wanted) and failure[1] > 0:
            failure[1] -= 1
            file.write_text(json.dumps(failures))
            return str(failure[0])
    return ""


def _is_meant(obj: Obj, kinds: str, names: list[str], options: dict[str, str]) -> bool:
    """Tell whether a command is about the object: of kinds, or each name with its kind."""
    metadata = obj["metadata"]
    if "/" in kinds:
        pairs = [each.partition("/") for each in (kinds, *names)]
        return any(_is_meant(obj, kind, [name], options) for kind, _, name in pairs)
    wanted = [
        PLURALS.get(kind.partition(".")[0], kind.partition(".")[0]) for kind in kinds.split(",")
    ]
    if obj["kind"] not in wanted or (names and metadata["name"] not in names):
        return False
    if (
        metadata.get("namespace")
        and options.get("namespace", metadata["namespace"]) != metadata["namespace"]
    ):
        return False
    if (
        options.get("field-selector", f"metadata.name={metadata['name']}")
        != f"metadata.name={metadata['name']}"
    ):
        return False
    return _is_selected(metadata.get("labels") or {}, options.get("selector", ""))


def _is_selected(labels: dict[str, str], selector: str) -> bool:
    if " in (" in selector:
        name, _, values = selector.rstrip(")").partition(" in (")
        return labels.get(name) in values.split(",")
    for part in filter(None, selector.split(",")):
        name, equals, value = part.partition("=")
        if name.startswith("!"):
            if name[1:] in labels:
                return False
            continue
        if name not in labels or (equals and labels[name] != value):
            return False
    return True


def _show(found: list[Obj], options: dict[str, str], out: TextIO) -> int:
    if options["output"] == "name":
        out.writelines(f"{each['kind'].lower()}/{each['metadata']['name']}\n" for each in found)
    elif not found and "ignore-not-found" in options:
        pass
    elif len(found) == 1:
        out.write(json.dumps(found[0]))
    else:
        out.write(json.dumps({"kind": "List", "items": found}))
    return 0


def _created(obj: Obj) -> Obj:
    """Return the object as it is stored, with a UID of its own."""
    return obj | {"metadata": {"resourceVersion": "1", "uid": "created"} | obj["metadata"]}


def _patch(obj: Obj, patch: Obj) -> bool:
    version = patch.get("metadata", {}).get("resourceVersion")
    if version not in (None, obj["metadata"]["resourceVersion"]):
        return False
    _merge(obj, patch)
    if obj["metadata"].get("managedFields") == [{}]:
        del obj["metadata"]["managedFields"]
    obj["metadata"]["resourceVersion"] = str(int(obj["metadata"]["resourceVersion"]) + 1)
    if obj["kind"] == "Deployment":
        obj["status"] = {"observedGeneration": obj["metadata"]["generation"]}
    return True


def _merge(target: Obj, patch: Obj) -> None:
    for name, value in patch.items():
        if isinstance(value, dict):
            _merge(target.setdefault(name, {}), value)
        elif value is None:
            target.pop(name, None)
        else:
            target[name] = value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout, sys.stderr))
