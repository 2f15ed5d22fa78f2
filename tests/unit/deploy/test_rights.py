"""Rights: what the recorded answers need of Metacontroller, and not one more."""

from collections.abc import Iterable, Iterator

import pytest

from tests.cluster.api import PLURALS
from tests.cluster.cases import CASES, rendered
from tests.recorded import FACTS, recorded_requests
from tests.unit.deploy.manifests import Obj, base, controllers

Right = tuple[str, str, str, str]
"""Group, resource, name of the object (empty: all), verb."""

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "patch", "update")
RBAC = "rbac.authorization.k8s.io"
BOUND = ("instana-io-agent", "instana-io-k8sensor")
OWN_KINDS = ("compositecontrollers", "controllerrevisions", "decoratorcontrollers")
FINE_GRAINED = {"nodes/healthz", "nodes/metrics", "nodes/pods", "nodes/stats"}


def rights_of(role: Obj) -> Iterator[Right]:
    for rule in role["rules"]:
        for resource in rule.get("resources", []):
            for name in rule.get("resourceNames", [""]):
                for verb in rule["verbs"]:
                    yield from ((group, resource, name, verb) for group in rule["apiGroups"])


def rights(resource: tuple[str, str], verbs: Iterable[str], *names: str) -> set[Right]:
    return {(*resource, name, verb) for name in names or ("",) for verb in verbs}


def answers(hook: str, key: str) -> Iterator[Obj]:
    for each in recorded_requests():
        if each.hook == hook and each.facts == FACTS:
            yield from each.expected[key]


def by_kind(obj: Obj) -> tuple[str, str]:
    return _group(obj["apiVersion"]), PLURALS[obj["kind"]]


def by_rule(rule: Obj) -> tuple[str, str]:
    return _group(rule["apiVersion"]), rule["resource"]


def _group(version: str) -> str:
    return version.rpartition("/")[0]


def children() -> set[tuple[str, str]]:
    golden = (child for case in CASES for child in rendered(case).children)
    return {by_kind(child) for child in [*answers("sync", "children"), *golden]}


def attachments() -> set[tuple[str, str]]:
    golden = (each for case in CASES for each in rendered(case).attachments)
    return {by_kind(each) for each in [*answers("cluster-rbac-sync", "attachments"), *golden]}


def related() -> set[tuple[str, str]]:
    asked = [answers(hook, "relatedResources") for hook in ("customize", "cluster-rbac-customize")]
    return {by_rule(rule) for rules in asked for rule in rules}


def parents() -> set[tuple[str, str]]:
    composite, decorator = (each["spec"] for each in controllers())
    return {by_rule(rule) for rule in [composite["parentResource"], *decorator["resources"]]}


def test_metacontroller_may_do_what_the_answers_need_and_no_more() -> None:
    read = {
        *parents(),
        *children(),
        *attachments(),
        *related(),
        *(("metacontroller.k8s.io", kind) for kind in OWN_KINDS),
        ("apiextensions.k8s.io", "customresourcedefinitions"),
        ("", "namespaces"),
    }
    needed = [
        *(rights(resource, READ) for resource in read),
        *(rights(resource, WRITE) for resource in attachments()),
        rights((RBAC, "clusterroles"), ("bind",), *BOUND),
        rights((RBAC, "clusterroles/finalizers"), ("update",), *BOUND),
        rights(("", "events"), ("create", "patch")),
    ]

    assert set(rights_of(base("ClusterRole", "instana-metacontroller"))) == set().union(*needed)


def test_metacontroller_may_write_children_where_agents_are() -> None:
    needed = [
        *(rights(resource, WRITE) for resource in children()),
        rights(("instana.io", "agents/finalizers"), ("update",)),
        rights(("instana.io", "agents/status"), ("update",)),
    ]

    role = base("ClusterRole", "instana-metacontroller-children")
    assert set(rights_of(role)) == set().union(*needed)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ClusterRoleBinding", "instana-metacontroller"),
        ("RoleBinding", "instana-metacontroller-children"),
    ],
)
def test_rights_are_given_to_metacontroller(kind: str, name: str) -> None:
    binding = base(kind, name)

    assert binding["roleRef"] == {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "metacontroller", "namespace": "metacontroller"}
    ]


def test_roles_that_may_be_bound_are_those_of_the_attachments() -> None:
    named = {each["roleRef"]["name"] for each in answers("cluster-rbac-sync", "attachments")}

    assert named == set(BOUND)


@pytest.mark.parametrize("name", BOUND)
def test_agents_and_sensors_read_and_never_reach_into_containers(name: str) -> None:
    given = set(rights_of(base("ClusterRole", name)))
    subresources = {right[1] for right in given if right[1].startswith("nodes/")}

    assert {right[3] for right in given} <= set(READ)
    assert subresources == FINE_GRAINED
    assert not {right for right in given if right[1] in FINE_GRAINED and right[3] != "get"}
    assert not {right for right in given if right[1] == "secrets" or "*" in right[:2]}
