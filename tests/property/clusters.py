"""What a resource finds in its cluster: referenced objects, Namespaces, etcd, older children."""

import json
import random
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import strategies as st

from hooks.contract import RELATED_KINDS
from hooks.desired import build_context
from hooks.desired.child_names import child_names
from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.errors import InvalidResource
from hooks.facts import Facts, TakeOver
from hooks.kube.node_affinity import LINUX, OS
from hooks.kube.objects import Obj, describe, identity
from hooks.kube.selectors import matches
from hooks.models.references import references
from hooks.observed import ObservedObjects
from hooks.rules import read_agent
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.property import applying, specs
from tests.property.applying import Apply, Children
from tests.support.files import documents_in
from tests.support.hook import CONTROLLER, related_rules
from tests.support.pods import (
    crashing,
    cut_off,
    ended,
    healthy,
    pull_failure,
    starting,
    unschedulable,
)

Objects: TypeAlias = dict[str, dict[str, Obj]]

NOW = "2026-02-01T00:00:00Z"
LATER = "2026-03-01T00:00:00Z"
FIXTURES = Path("tests/fixtures/go-operator")
CASES = sorted(path.parent.name for path in FIXTURES.glob("*/expected.json"))
APPLIES: tuple[Apply, ...] = (applying.dynamically, applying.by_server)
CAPABLE = Facts(node_zones=True, kubernetes_version="1.36")
"""Of an installation that can do all that a spec may ask for."""

FACTS = st.sampled_from(
    [
        CAPABLE,
        replace(CAPABLE, openshift=True, operator_version="v0.0.1-dev"),
        replace(CAPABLE, agent_namespaces=("elsewhere",), operator_version="main"),
        replace(CAPABLE, namespace_details=("elsewhere",)),
        replace(CAPABLE, agent_namespaces=("*",), take_over=TakeOver.UPDATE, pod_status=True),
    ]
)


@dataclass(frozen=True, repr=False)
class Situation:
    """A resource and all that Metacontroller observes for it."""

    parent: Obj
    facts: Facts = field(default_factory=Facts)
    world: Objects = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    children: Children = field(default_factory=dict)

    def __repr__(self) -> str:
        objects = [obj for of_kind in self.world.values() for obj in of_kind.values()]
        world = {describe(each): each.get("data") for each in objects}
        children = [describe(each) for each in all_of(self.children)]
        return f"{self.parent}, {self.facts}, {world}, unknown {set(self.unknown)}, {children}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001
        printer.text(repr(self))

    @cached_property
    def related(self) -> Objects:
        """Return the related objects: what customize asks for, without the kinds unknown yet."""
        found: Objects = {}
        for rule in related_rules(self.parent, self.facts):
            kind = RELATED_KINDS[rule["resource"]]
            there = self.world.get(kind, {}) | self.children.get(kind, {})
            objects = {key: obj for key, obj in there.items() if _is_asked(obj, rule)}
            found.setdefault(kind, {}).update(objects)
        return {kind: objects for kind, objects in found.items() if kind not in self.unknown}

    @cached_property
    def request(self) -> Obj:
        """Return the sync request."""
        children = {kind: self.children.get(kind, {}) for kind in applying.CHILD_KINDS}
        return {
            "controller": CONTROLLER,
            "parent": self.parent,
            "children": children,
            "related": self.related,
            "finalizing": False,
        }

    def answer(self, now: str = NOW) -> Obj:
        """Return the answer, by way of bytes."""
        return decode(self.answer_bytes(now))

    def answer_bytes(self, now: str = NOW) -> bytes:
        """Return the answer as it goes over the wire."""
        return self._answer_now if now == NOW else answered(self.request, self.facts, now)

    @cached_property
    def _answer_now(self) -> bytes:
        return answered(self.request, self.facts)

    def after(self, apply: Apply, *, healthy: bool = True) -> "Situation":
        """Return the situation when the answer has been carried out."""
        children = applying.carried_out(self.answer(), self.children, apply)
        return replace(self, children=applying.run(children, healthy=healthy))

    def with_(self, **changes: Any) -> "Situation":
        """Return the situation with something else in it."""
        return replace(self, **changes)


def answered(request: Obj, facts: Facts, now: str = NOW) -> bytes:
    """Return the answer's bytes to a request that came as bytes."""
    return encode(sync(decode(encode(request)), facts, now))


def is_valid(answer: Obj) -> bool:
    """Tell whether the status says that the spec can be carried out."""
    conditions = {each["type"]: each["status"] for each in answer["status"]["conditions"]}
    return bool(conditions["Valid"] == "True")


def identities(objects: list[Obj]) -> set[tuple[str, str, str, str]]:
    """Return what the objects are, without what is in them."""
    return {identity(each) for each in objects}


def all_of(children: Children) -> list[Obj]:
    """Return all children in one list."""
    return [obj for objects in children.values() for obj in objects.values()]


def _is_asked(obj: Obj, rule: Obj) -> bool:
    metadata = obj["metadata"]
    if "namespace" in rule and rule["namespace"] != metadata.get("namespace"):
        return False
    if "names" in rule and metadata["name"] not in rule["names"]:
        return False
    return matches(rule.get("labelSelector", {}), metadata.get("labels", {}))


# The world around the resource.

STORE_ENTRIES = (
    "downloadKey", "httpsProxy", "key", "key-1", "key-2", "mirrorReleaseRepoPassword",
    "mirrorReleaseRepoUsername", "mirrorSharedRepoPassword", "mirrorSharedRepoUsername",
    "proxyPassword", "proxyUser",
)  # fmt: skip
KEYS = ("key", "key-1", "key-2")
GARBAGE = ("%%%", "//79", "YQo=\n", 5, None, "", b64encode(b"two\nlines").decode())


def store(entries: set[str]) -> dict[str, Any]:
    """Return the data of a keys Secret with these entries."""
    return {
        entry: b64encode(f"{specs.secret(f'store-{entry}')}\n".encode()).decode()
        for entry in sorted(entries)
    }


def own_names(name: str, entries: Iterable[str]) -> dict[str, Any]:
    """Return the data of a Secret of which the resource names these entries."""
    return {
        entry: b64encode(specs.secret(f"{name}-{entry.replace('.', '-')}").encode()).decode()
        for entry in entries
    }


@st.composite
def worlds(draw: st.DrawFn, parent: Obj, facts: Facts, *, complete: bool) -> Objects:
    """Draw what is there of what customize asks for; in a complete one nothing is missing."""
    world: Objects = {}
    for rule in related_rules(parent, facts):
        resource = rule["resource"]
        if resource in NAMED:
            for name in _of_user(parent, facts, rule["names"]):
                is_there = complete and name != "etcd-ca"
                if is_there or draw(st.booleans()):
                    data = draw(_data(name, complete=complete))
                    _add(world, _named(RELATED_KINDS[resource], name, data))
        elif rule.get("namespace") != specs.NAMESPACE or resource in {"pods", "daemonsets"}:
            for each in draw(OTHERS[resource]):
                _add(world, each)
    return world


def _of_user(parent: Obj, facts: Facts, asked_for: list[str]) -> list[str]:
    """Return the names that are not asked for because a child could have them."""
    try:
        agent = read_agent(parent)
    except InvalidResource:
        return asked_for
    nothing = ObservedObjects({})
    places = child_names(build_context(agent, nothing, nothing, facts)).values()
    of_user = {each.name for each in references(agent)}
    return [name for name in asked_for if name in of_user or not any(name in at for at in places)]


def _data(name: str, *, complete: bool) -> st.SearchStrategy[Obj]:
    if name in specs.OWN_NAMES:
        return _own_data(name, complete=complete)
    if name != specs.KEYS_SECRET:
        return st.just({"ca.crt": "YQ==", "a": "YQ=="})
    entries = st.sets(st.sampled_from(STORE_ENTRIES), max_size=6)
    if complete:
        return entries.map(lambda found: store(found.union(KEYS)))
    garbage = st.dictionaries(st.sampled_from(STORE_ENTRIES), st.sampled_from(GARBAGE), max_size=2)
    return st.tuples(entries.map(store), garbage).map(lambda parts: {**parts[0], **parts[1]})


def _own_data(name: str, *, complete: bool) -> st.SearchStrategy[Obj]:
    data = own_names(name, specs.OWN_NAMES[name])
    if complete:
        return st.just(data)
    spoilt = st.dictionaries(st.sampled_from(sorted(data)), st.sampled_from(GARBAGE), max_size=2)
    lacking = st.sets(st.sampled_from(sorted(data)), max_size=2)
    return st.tuples(spoilt, lacking).map(
        lambda parts: {
            entry: value for entry, value in {**data, **parts[0]}.items() if entry not in parts[1]
        }
    )


def _named(kind: str, name: str, data: Obj) -> Obj:
    is_claim = kind == RELATED_KINDS["persistentvolumeclaims"]
    content = {"spec": {"accessModes": ["ReadWriteMany"]}} if is_claim else {"data": data}
    return {
        "apiVersion": "v1",
        "kind": kind.partition(".")[0],
        "metadata": {"name": name, "namespace": specs.NAMESPACE},
        **content,
    }


def _add(world: Objects, obj: Obj) -> None:
    world.setdefault(applying.kind_of(obj), {})[applying.key_of(obj)] = obj


def _namespace(name: str, label: str) -> Obj:
    labels = {"instana-workload-monitoring": label}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


NAMESPACES = st.lists(
    st.builds(
        _namespace,
        st.sampled_from(["shop", "true", "1e3", "0x1", "null", "a-b"]),
        st.sampled_from(["true", "", "a: b", '"quoted"']),
    ),
    max_size=3,
)


HELM_ERA = {"app.kubernetes.io/name": "instana-agent", "app.kubernetes.io/instance": "release"}


def _other_daemonset(name: str, labels: dict[str, str]) -> Obj:
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": specs.NAMESPACE, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": []}},
        },
    }


OTHER_DAEMONSETS = st.lists(
    st.builds(
        _other_daemonset,
        st.sampled_from([*specs.NAMES, "fluentd"]),
        st.sampled_from([HELM_ERA, {"app": "other"}]),
    ),
    max_size=1,
)


def _etcd_service(name: str, port: int, scheme: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": "kube-system",
            "labels": {"component": "etcd"},
            "annotations": {"instana.io/etcd-scheme": scheme},
        },
        "spec": {"ports": [{"name": "metrics", "port": port}]},
    }


def _etcd_slice(service: str, addresses: list[str], ready: object) -> Obj:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service}-x",
            "namespace": "kube-system",
            "labels": {"kubernetes.io/service-name": service},
        },
        "endpoints": [{"addresses": addresses, "conditions": {"ready": ready}}],
        "ports": [{"name": "metrics", "port": 2381}],
    }


ETCD = st.lists(
    st.one_of(
        st.builds(
            _etcd_service,
            st.sampled_from(["etcd", "etcd-metrics", "etcd-k8s"]),
            st.sampled_from([2379, 2381]),
            st.sampled_from(["http", "https", "ftp"]),
        ),
        st.builds(
            _etcd_slice,
            st.sampled_from(["etcd", "etcd-metrics"]),
            st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::3"]), max_size=3),
            st.sampled_from([True, False, None]),
        ),
    ),
    max_size=4,
)


def _node(name: str, zone: str | None) -> Obj:
    labels = {OS: LINUX} | ({} if zone is None else {TOPOLOGY_ZONE: zone})
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


ZONES_OF_NODES = st.sampled_from(["eu-1", "EU_2", "a.b", "", None])
NODES = st.lists(st.builds(_node, st.sampled_from(["n1", "n2", "n3"]), ZONES_OF_NODES), max_size=4)
PODS = st.lists(
    st.builds(
        lambda make, name, node: make(name, node),
        st.sampled_from([healthy, starting, crashing, pull_failure, unschedulable, cut_off, ended]),
        st.sampled_from(["p1", "p2", "p3"]),
        st.sampled_from(["n1", "n2", "n3"]),
    ),
    max_size=4,
)

NAMED = frozenset({"configmaps", "persistentvolumeclaims", "secrets"})
OTHERS: dict[str, st.SearchStrategy[list[Obj]]] = {
    "daemonsets": OTHER_DAEMONSETS,
    "endpointslices": st.just([]),  # ETCD has them too
    "namespaces": NAMESPACES,
    "nodes": NODES,
    "pods": PODS,
    "services": ETCD,
}


# What was there before.


@st.composite
def fresh(
    draw: st.DrawFn, spec: st.SearchStrategy[Any] | None = None, *, complete: bool = True
) -> Situation:
    """Draw a resource that has no children yet."""
    parent = specs.resource(
        draw(specs.valid_specs() if spec is None else spec), draw(st.sampled_from(specs.NAMES))
    )
    facts = draw(FACTS)
    world = draw(worlds(parent, facts, complete=complete))
    unknown = frozenset() if complete else frozenset(draw(UNKNOWN))
    return Situation(parent, facts, world, unknown)


KINDS: list[str] = sorted({*RELATED_KINDS.values()} - {"ServiceAccount.v1"})
"""Kinds that may not have been asked for: without accounts, no place of a child was."""

NONE_UNKNOWN: set[str] = set()
UNKNOWN = st.just(NONE_UNKNOWN) | st.sets(st.sampled_from(KINDS))


@st.composite
def running(
    draw: st.DrawFn, spec: st.SearchStrategy[Any] | None = None, *, complete: bool = True
) -> Situation:
    """Draw a resource with children: from the same spec, another one, or the Go operator's."""
    before = draw(st.sampled_from(["same spec", "other spec", "Go operator"]))
    if before == "Go operator":
        return draw(taken_over(spec, complete=complete))
    situation = draw(fresh(spec, complete=complete))
    start = situation
    if before == "other spec" or spec is not None:  # The server may refuse a broken one's children.
        start = draw(fresh()).with_(facts=situation.facts)
        start = start.with_(parent=specs.resource(start.parent["spec"], name_of(situation)))
    children = draw(_carried_out(start))
    if draw(st.booleans()):
        children = with_foreign_parts(children)
    return situation.with_(children=children)


@st.composite
def _carried_out(draw: st.DrawFn, start: Situation) -> Children:
    answer = start.answer()
    older = draw(st.sampled_from([None, with_older_selector, with_selector_of_helm_era]))
    if older:
        answer["children"] = [older(each) for each in answer["children"]]
    children = applying.carried_out(answer, {}, draw(st.sampled_from(APPLIES)))
    return applying.run(children, healthy=draw(st.booleans()))


@st.composite
def taken_over(
    draw: st.DrawFn, spec: st.SearchStrategy[Any] | None = None, *, complete: bool = True
) -> Situation:
    """Draw a resource whose children are those of the Go operator, for this or another spec."""
    case = draw(st.sampled_from(CASES))
    parent = input_of(case)
    if spec is not None or draw(st.booleans()):
        parent = specs.resource(
            draw(specs.valid_specs() if spec is None else spec), parent["metadata"]["name"]
        )
    facts = draw(FACTS)
    world = draw(worlds(parent, facts, complete=complete))
    unknown = frozenset() if complete else frozenset(draw(UNKNOWN))
    children = go_children(case, healthy=draw(st.booleans()), foreign=draw(st.booleans()))
    return Situation(parent, facts, world, unknown, children)


def name_of(situation: Situation) -> str:
    """Return the resource's name."""
    name: str = situation.parent["metadata"]["name"]
    return name


def input_of(case: str) -> Obj:
    """Return the InstanaAgent of a recorded case, of the generation that its children are of."""
    resource = specs.resource(*_input(case))
    resource["metadata"]["generation"] = 1
    return resource


@cache
def _input(case: str) -> tuple[Any, str]:
    documents = documents_in(FIXTURES / case / "input.yaml")
    agent = next(each for each in documents if each["kind"] == "InstanaAgent")
    return agent["spec"], agent["metadata"]["name"]


def go_children(case: str, *, healthy: bool, foreign: bool) -> Children:
    """Return the children that the Go operator made in a recorded case."""
    return decode(_go_children(case, healthy, foreign))


@cache
def _go_children(case: str, healthy: bool, foreign: bool) -> bytes:  # noqa: FBT001
    expected = json.loads((FIXTURES / case / "expected.json").read_text())["children"]
    children: Children = {kind: {} for kind in applying.CHILD_KINDS}
    for child in expected.values():
        kind = applying.kind_of(child)
        if kind in children:
            child["metadata"]["namespace"] = specs.NAMESPACE
            stored = applying.applied_as(applying.GO_OPERATOR, None, child)
            children[kind][applying.key_of(child)] = stored
    children = applying.run(children, healthy=healthy)
    return encode(with_foreign_parts(children) if foreign else children)


def with_older_selector(child: Obj) -> Obj:
    """Return a workload as an older installation made it, with a selector of its own."""
    if "template" not in child.get("spec", {}):
        return child
    own = {
        "app": "older",
        "instana/agent-mode": "OLDER",
        "io.instana/zone": "older",
        "release": "one",
    }
    expressions = [
        {"key": "release", "operator": "In", "values": ["one", "two"]},
        {"key": "tier", "operator": "Exists"},
    ]
    older: Obj = applying.copied(child)
    older["spec"]["selector"] = {"matchLabels": own, "matchExpressions": expressions}
    older["spec"]["template"]["metadata"]["labels"] |= own | {"tier": "back"}
    return older


def with_selector_of_helm_era(child: Obj) -> Obj:
    """Return a DaemonSet as a Helm release made it and as it was adopted, others as they are."""
    if child["kind"] != "DaemonSet":
        return child
    older: Obj = applying.copied(child)
    older["spec"]["selector"] = {"matchLabels": HELM_ERA}
    labels = older["spec"]["template"]["metadata"]["labels"]
    older["spec"]["template"]["metadata"]["labels"] = labels | HELM_ERA
    return older


def with_foreign_parts(children: Children) -> Children:
    """Return the children with what others have added to them."""
    children = applying.copied(children)
    for child in all_of(children):
        metadata = child["metadata"]
        metadata.setdefault("annotations", {})["example.com/foreign"] = "x"
        metadata["labels"]["example.com/foreign"] = "x"
        template = child.get("spec", {}).get("template")
        if template:
            annotations = template["metadata"].setdefault("annotations", {})
            annotations["kubectl.kubernetes.io/restartedAt"] = "now"
            pod = template["spec"]
            pod.setdefault("volumes", []).append({"name": "injected", "emptyDir": {}})
            pod["containers"][0].setdefault("env", []).append({"name": "ZZ", "value": "1"})
            sidecar = {"name": "sidecar", "image": "example.com/sidecar"}
            pod["containers"].append(sidecar | applying.CONTAINER_DEFAULTS)
    return children


def shuffled(value: Any, seed: int) -> Any:
    """Return the value with the fields of all objects in it in another order."""
    return _shuffled(value, random.Random(seed))


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled(each, chance) for each in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    chance.shuffle(names)
    return {name: _shuffled(value[name], chance) for name in names}
