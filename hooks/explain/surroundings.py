"""What children are made from besides the fields of the resource."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import Any, Final, TypeAlias

from hooks.explain.children import Situation
from hooks.explain.inputs import Input, Inputs, Source, Ways
from hooks.explain.values import WORD
from hooks.facts import ALL_NAMESPACES, PARSERS, Facts
from hooks.kube.objects import Obj, annotations_of, as_object, describe
from hooks.kube.places import path_of_field
from hooks.observed import ObservedObjects
from hooks.wire import SyncRequest

MOST_OF_KIND: Final = 30
MOST_ENTRIES: Final = 30
DECISIONS: Final = frozenset({"fieldManager", "release"})
"""Facts that say whose the observed children and the decisions are, not what is decided."""

OURS: Final = "instana"
"""Part of the names of all annotations of a resource that mean something."""

Objects: TypeAlias = Mapping[str, Mapping[str, Obj]]


def surroundings_of(situation: Situation) -> Inputs:
    """Return the objects that are observed, the facts, and what the resource is called."""
    request = situation.request
    found = [
        *_objects(Source.OBSERVED, request.children.by_kind, _without_child),
        *_objects(Source.RELATED, request.related.by_kind, _without_related),
        *_all_entries(request.related.by_kind),
        *(_fact(situation.facts, name) for name in PARSERS if name not in DECISIONS),
        *_of_resource(request.parent),
    ]
    kinds = (*request.children.by_kind.items(), *request.related.by_kind.items())
    return Inputs(tuple(found), tuple(_all(kind) for kind, of in kinds if len(of) > MOST_OF_KIND))


def _all(kind: str) -> str:
    return f"every {kind.partition('.')[0]}"


def _objects(source: Source, by_kind: Objects, take_out: Any) -> Iterator[Input]:
    for kind, objects in sorted(by_kind.items()):
        groups = [[key] for key in sorted(objects)]
        if len(objects) > MOST_OF_KIND:
            groups = [[*objects]]
        for keys in groups:
            name = describe(objects[keys[0]]) if len(keys) == 1 else _all(kind)
            yield Input(source, name, (partial(take_out, kind, frozenset(keys)),))


def _without_child(kind: str, keys: frozenset[str], situation: Situation) -> Iterator[Situation]:
    objects = _without(situation.request.children, kind, keys)
    yield replace(situation, request=replace(situation.request, children=objects))


def _without_related(kind: str, keys: frozenset[str], situation: Situation) -> Iterator[Situation]:
    yield _with_related(situation, _without(situation.request.related, kind, keys))


def _with_related(situation: Situation, objects: ObservedObjects) -> Situation:
    return replace(situation, request=replace(situation.request, related=objects))


def _without(objects: ObservedObjects, kind: str, keys: frozenset[str]) -> ObservedObjects:
    of_kind = objects.by_kind[kind]
    left = {key: obj for key, obj in of_kind.items() if key not in keys}
    return ObservedObjects({**objects.by_kind, kind: left})


def _all_entries(by_kind: Objects) -> Iterator[Input]:
    """Yield the entries of Secrets and ConfigMaps."""
    for kind, objects in sorted(by_kind.items()):
        if len(objects) > MOST_OF_KIND:
            continue
        for key, obj in sorted(objects.items()):
            yield from _entries(kind, key, obj)


def _entries(kind: str, key: str, obj: Obj) -> Iterator[Input]:
    entries = sorted(as_object(obj.get("data")))
    groups = [[*entries]] if len(entries) > MOST_ENTRIES else [[entry] for entry in entries]
    for names in groups:
        what = f"entry {names[0]}" if len(names) == 1 else "every entry"
        yield Input(Source.RELATED, f"{describe(obj)} {what}", (_other_entries(kind, key, names),))


def _other_entries(kind: str, key: str, names: list[str]) -> Ways:
    """Return the ways to another value of some entries, and at last to none."""

    def ways(situation: Situation) -> Iterator[Situation]:
        objects = situation.request.related
        obj = objects.by_kind[kind][key]
        for value in _values(obj["kind"]):
            data = obj["data"] | dict.fromkeys(names, value)
            yield _with_related(situation, _with_object(objects, kind, key, obj | {"data": data}))
        data = {name: value for name, value in obj["data"].items() if name not in names}
        yield _with_related(situation, _with_object(objects, kind, key, obj | {"data": data}))

    return ways


def _values(kind: str) -> tuple[str, str]:
    texts = (WORD, f"{WORD}-again")
    if kind != "Secret":
        return texts
    first, second = (b64encode(text.encode()).decode() for text in texts)
    return first, second


def _with_object(objects: ObservedObjects, kind: str, key: str, obj: Obj) -> ObservedObjects:
    return ObservedObjects({**objects.by_kind, kind: {**objects.by_kind[kind], key: obj}})


def _fact(facts: Facts, name: str) -> Input:
    field, _ = PARSERS[name]
    value = getattr(facts, field)
    shown = value.value if isinstance(value, Enum) else value

    def ways(situation: Situation) -> Iterator[Situation]:
        for other in _other_facts(value):
            changed = replace(situation.facts, **{field: other})
            yield replace(situation, facts=changed)

    return Input(Source.FACT, name, (ways,), [*shown] if isinstance(shown, tuple) else shown)


def _other_facts(value: Any) -> tuple[Any, ...]:
    match value:
        case bool():
            return (not value,)
        case Enum():
            return tuple(member for member in type(value) if member is not value)
        case tuple():
            return ((), (ALL_NAMESPACES,), (WORD,))
    return tuple(text for text in ("1.30", "1.99", WORD) if text != value)


def _of_resource(parent: Obj) -> Iterator[Input]:
    metadata = parent["metadata"]
    for name in ("name", "namespace", "uid"):
        if metadata.get(name):
            ways = (partial(_called, name),)
            yield Input(Source.RESOURCE, f"metadata.{name}", ways, metadata[name], anew=True)
    for name, value in sorted(annotations_of(parent).items()):
        if OURS in name:
            path = path_of_field("metadata.annotations", name)
            yield Input(Source.FIELD, path, (partial(_without_annotation, name),), value)


def _without_annotation(name: str, situation: Situation) -> Iterator[Situation]:
    parent = situation.request.parent
    kept = {other: text for other, text in annotations_of(parent).items() if other != name}
    yield _with_metadata(situation, {"annotations": kept})


def _called(field: str, situation: Situation) -> Iterator[Situation]:
    """Yield the situation with another name, namespace or uid of the resource."""
    before = situation.request.parent["metadata"][field]
    changed = _with_metadata(situation, {field: WORD})
    if field == "namespace":
        changed = replace(changed, request=_moved(changed.request, before))
    yield changed


def _with_metadata(situation: Situation, more: Obj) -> Situation:
    parent = situation.request.parent
    changed = parent | {"metadata": parent["metadata"] | more}
    return replace(situation, request=replace(situation.request, parent=changed))


def _moved(request: SyncRequest, before: str) -> SyncRequest:
    """Return the request with the related objects in the namespace of the resource."""
    by_kind = {
        kind: dict(_moved_object(key, obj, before) for key, obj in objects.items())
        for kind, objects in request.related.by_kind.items()
    }
    return replace(request, related=ObservedObjects(by_kind))


def _moved_object(key: str, obj: Obj, before: str) -> tuple[str, Obj]:
    metadata = obj["metadata"]
    if metadata.get("namespace") != before:
        return key, obj
    moved = obj | {"metadata": metadata | {"namespace": WORD}}
    return f"{WORD}/{metadata['name']}", moved
