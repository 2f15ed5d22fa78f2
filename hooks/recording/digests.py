"""Digests in requests and responses: they follow from values, so they cannot stay.

The service compares digests that it observes with new ones. So a digest becomes the one that the
service computes from the stand-ins, which is found by asking it again; what it does not compute any
more becomes a number.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from hooks.desired.passes.checksums import CHECKSUM, FORMER_CHECKSUM
from hooks.desired.passes.hold_changes import APPROVE
from hooks.desired.passes.pause import PAUSE
from hooks.desired.passes.retain_templates import FOR, INSTEAD_OF, KEPT, PODS_MADE_FOR
from hooks.kube.objects import Obj, as_object
from hooks.labels import GENERATION_LABEL

ANNOTATIONS: Final = frozenset(
    {CHECKSUM, FORMER_CHECKSUM, APPROVE, INSTEAD_OF, FOR, KEPT, PODS_MADE_FOR}
)
OF_WORKLOADS: Final = frozenset({CHECKSUM, INSTEAD_OF, FOR, KEPT})
LAST_APPLIED: Final = "last-applied-configuration"
LABELS: Final = frozenset({"pod-template-hash", "controller-revision-hash"})
"""Labels that Kubernetes makes from a pod template."""
OF_ROLLOUT: Final = frozenset({"template", "checksum", "approval", "name"})
DIGEST: Final = re.compile(r"\b[0-9a-f]{16,64}\b")

NUMBER: Final = re.compile(r"0{4,}[0-9]{1,6}")
"""What stands for a digest that the service does not compute."""


def digests_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield each digest in a request or a response, after the path at which it is."""
    yield from _digests_in(value, "", "")


def paired(original: Any, masked: Any) -> dict[str, str]:
    """Return what each digest of a response became in that to the masked request.

    Not what was only handed on from the request, and has a number there.
    """
    after = {path: digest for path, digest in digests_in(masked) if not NUMBER.fullmatch(digest)}
    return {digest: after[path] for path, digest in digests_in(original) if path in after}


def numbered(digests: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return what stands for each digest: the known one, else a number that is as long."""
    found: dict[str, str] = {}
    for digest in digests:
        if digest not in found:
            found[digest] = known.get(digest) or f"{len(found) + 1:0{len(digest)}}"
    return found


def without_marks(request: Obj) -> Obj:
    """Return a request whose retained templates have no digest to be compared with.

    The response has those that the service would note: nothing is paused or held, either.
    """
    parent = as_object(request.get("parent"))
    generation = str(as_object(parent.get("metadata")).get("generation", ""))
    children = as_object(request.get("children"))
    bare = {
        kind: {key: _without_marks(obj, generation) for key, obj in as_object(found).items()}
        for kind, found in children.items()
    }
    return request | {"parent": going_on(parent), "children": bare}


def going_on(parent: Obj) -> Obj:
    """Return a resource that is neither paused nor holds changes."""
    metadata, spec = as_object(parent.get("metadata")), as_object(parent.get("spec"))
    annotations = as_object(metadata.get("annotations"))
    others = {name: text for name, text in annotations.items() if name != PAUSE}
    rest = {name: part for name, part in spec.items() if name != "rollout"}
    return parent | {"metadata": metadata | {"annotations": others}, "spec": rest}


def _without_marks(child: Any, generation: str) -> Any:
    metadata = as_object(as_object(child).get("metadata"))
    labels, annotations = (as_object(metadata.get(name)) for name in ("labels", "annotations"))
    if GENERATION_LABEL not in labels:
        return child
    bare = {name: text for name, text in annotations.items() if name not in OF_WORKLOADS}
    of_now = labels | {GENERATION_LABEL: generation}
    return child | {"metadata": metadata | {"annotations": bare, "labels": of_now}}


def _digests_in(value: Any, name: str, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _digests_in(item, name, f"{path}[{index}]")
    elif isinstance(value, dict):
        for field, part in value.items():
            yield from _of_field(field, part, name, f"{path}.{field}")


def _of_field(field: str, value: Any, within: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield the digests in a field, for the object that it is in."""
    if not isinstance(value, str):
        # All below the rollout of a status is looked at, whatever it is called there.
        yield from _digests_in(value, within if within == "rollout" else field, path)
    elif within == "annotations" and field.endswith(LAST_APPLIED):
        yield from _in_json(value, path)
    elif (within == "annotations" and field in ANNOTATIONS) or (
        within == "rollout" and field in OF_ROLLOUT
    ):
        found = enumerate(DIGEST.findall(value))
        yield from ((f"{path}#{number}", digest) for number, digest in found)
    elif within == "labels" and field in LABELS:
        yield path, value


def _in_json(text: str, path: str) -> Iterator[tuple[str, str]]:
    try:
        yield from _digests_in(orjson.loads(text), "", path)
    except orjson.JSONDecodeError:
        return
