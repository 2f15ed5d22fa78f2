"""What a resource becomes when a file is applied to it: the metadata of one, the spec of both."""

from typing import Any, Final

from hooks.errors import InvalidResource
from hooks.kube.objects import Obj, as_object
from hooks.rules import read_agent

MERGED: Final = ("annotations", "labels")


def applied(stored: Obj, given: Obj) -> Obj:
    """Return the stored resource with the spec, labels and annotations of a given one.

    The generation counts a changed spec, as the API server does. Metadata that the given one does
    not have stays, as with `kubectl apply`, and so does the selector, which has a default.
    """
    if "spec" in given:
        given = given | {"spec": _with_selector(given["spec"], stored)}
    metadata = as_object(given.get("metadata"))
    before = stored["metadata"]
    merged = {
        name: as_object(before.get(name)) | as_object(metadata.get(name))
        for name in MERGED
        if name in before or name in metadata
    }
    both = {**metadata, **before, **merged}
    if isinstance(before.get("generation"), int) and _spec(stored) != _spec(given):
        both["generation"] = before["generation"] + 1
    return {**stored, **given, "metadata": both, "status": stored.get("status", {})}


def _with_selector(spec: Any, stored: Obj) -> Any:
    """Return the spec with the stored selector if it has none and the resource is a cluster's."""
    selector = as_object(stored.get("spec")).get("selector")
    is_of_cluster = "uid" in stored["metadata"]
    if not isinstance(spec, dict) or "selector" in spec or selector is None or not is_of_cluster:
        return spec
    return spec | {"selector": selector}


def _spec(resource: Obj) -> Any:
    """Return the spec with its defaults, or as it is if it cannot be read."""
    try:
        return read_agent(resource | {"metadata": {"name": "any", "namespace": "any"}}).spec
    except InvalidResource:
        return resource.get("spec")
