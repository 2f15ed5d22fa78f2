"""ConfigMap `<name>-namespaces`: the Namespaces that are labelled for workload monitoring."""

import json
import re

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.entries import Entries, settled_entries
from hooks.desired.inputs.metadata import metadata
from hooks.desired.inputs.unresolved import Unresolved
from hooks.kube.objects import Obj, as_object, labels_of
from hooks.labels import AGENT

MONITORING_LABEL = "instana-workload-monitoring"
DOCUMENT_VERSION = 1
HEAD, LINES = 2, 3
"""Lines of the document before its entries, and of an entry."""
NOT_OBSERVED = Unresolved("metadata.namespace", "the Namespaces", is_missing=False)
PLAIN_NAME = re.compile(r"[a-z][-a-z0-9]*")
YAML_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def namespaces_configmap(context: Context) -> list[Obj]:
    """Return the ConfigMap; while Namespaces are not observed yet, its file is retained, if any."""
    name, file = names.namespaces_configmap(context.agent.name), names.NAMESPACES_FILE
    entries = Entries(
        {file: _document(_to_learn_of(context))},
        frozenset({file}),
        () if context.related.knows(contract.NAMESPACE) else (NOT_OBSERVED,),
    )
    data = settled_entries(context.observed(contract.CONFIG_MAP, name), entries)
    if not data:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(context, name, AGENT),
            "data": data,
        }
    ]


def unlisted(context: Context) -> list[Obj]:
    """Return the labelled Namespaces that the observed ConfigMap does not list as they are."""
    observed = context.observed(contract.CONFIG_MAP, names.namespaces_configmap(context.agent.name))
    text = as_object((observed or {}).get("data")).get(names.NAMESPACES_FILE)
    lines = text.splitlines(keepends=True)[HEAD:] if isinstance(text, str) else []
    listed = {"".join(lines[at : at + LINES]) for at in range(0, len(lines), LINES)}
    labelled = _labelled(_to_learn_of(context))
    return [obj for obj in labelled if _entry(obj) not in listed]


def _to_learn_of(context: Context) -> list[Obj]:
    """Return the Namespaces that the installation lets agents of this one know of."""
    namespaces, own = context.related.all_of(contract.NAMESPACE), context.agent.namespace
    if context.facts.may_learn_namespaces(own):
        return namespaces
    return [namespace for namespace in namespaces if namespace["metadata"]["name"] == own]


def _document(namespaces: list[Obj]) -> str:
    entries = "".join(map(_entry, _labelled(namespaces)))
    if not entries:
        return f"version: {DOCUMENT_VERSION}\nnamespaces: {{}}\n"
    return f"version: {DOCUMENT_VERSION}\nnamespaces:\n{entries}"


def _labelled(namespaces: list[Obj]) -> list[Obj]:
    return [namespace for namespace in namespaces if MONITORING_LABEL in labels_of(namespace)]


def _entry(namespace: Obj) -> str:
    name, value = namespace["metadata"]["name"], labels_of(namespace)[MONITORING_LABEL]
    return (
        f"    {_key(name)}:\n        labels:\n            {MONITORING_LABEL}: {json.dumps(value)}\n"
    )


def _key(name: str) -> str:
    """Return a Namespace's name as a YAML key; one that reads as another type is quoted."""
    is_plain = PLAIN_NAME.fullmatch(name) and name not in YAML_WORDS
    return name if is_plain else json.dumps(name)
