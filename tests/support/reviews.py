"""AdmissionReviews as the API server sends them, and a look at the answers."""

from base64 import b64decode
from typing import Any

import orjson

from hooks.admission import default
from hooks.kube.objects import Obj
from hooks.rules import rules_named_in

UID = "705ab4f5-6393-11e8-b7cc-42010a800002"


def review(new: Any, old: Any = None, **request: Any) -> Obj:
    """Return a review of an object: its creation, or its update where there was one before."""
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": UID,
            "kind": {"group": "instana.io", "version": "v1", "kind": "InstanaAgent"},
            "resource": {"group": "instana.io", "version": "v1", "resource": "agents"},
            "name": "instana-agent",
            "namespace": "instana-agent",
            "operation": "UPDATE" if old else "CREATE",
            "userInfo": {"username": "admin"},
            "object": new,
            "oldObject": old,
            "dryRun": False,
            **request,
        },
    }


def refused_by(answer: Obj) -> set[str]:
    """Return the rules by which an answer denies."""
    response = answer["response"]
    if response["allowed"]:
        return set()
    named = rules_named_in(response["status"]["message"])
    assert named, response
    return set(named)


def warned_by(answer: Obj) -> set[str]:
    """Return the rules that an answer warns by."""
    texts = answer["response"].get("warnings", [])
    return {rule for text in texts for rule in rules_named_in(text)}


def patch_of(answer: Obj) -> list[Obj]:
    """Return the operations of an answer's patch."""
    response = answer["response"]
    if "patch" not in response:
        return []
    assert response["patchType"] == "JSONPatch"
    operations: list[Obj] = orjson.loads(b64decode(response["patch"]))
    return operations


def defaulted(resource: Obj) -> Obj:
    """Return a new object with what the defaulting webhook adds to it."""
    return with_patch(resource, patch_of(default(review(resource))))


def with_patch(resource: Obj, operations: list[Obj]) -> Obj:
    """Return the object as the operations change it; they only ever add."""
    changed: Obj = orjson.loads(orjson.dumps(resource))
    for operation in operations:
        assert operation["op"] == "add"
        steps = operation["path"].removeprefix("/").split("/")
        *way, last = (step.replace("~1", "/").replace("~0", "~") for step in steps)
        place: Any = changed
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = operation["value"]
    return changed
