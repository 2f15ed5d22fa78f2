"""ClusterRoleBindings with the controller's mark: to two ClusterRoles, of accounts, its own."""

import pytest

from hooks.desired.cluster_rbac import BOUND
from hooks.generate.policies.bindings import BINDINGS, CONTROLLER, MARK
from hooks.kube.objects import Obj
from tests.cluster.cases import CASES, rendered
from tests.recorded import recorded_requests
from tests.support.guards import GUARDS, refused, with_metadata
from tests.support.kustomize import find
from tests.unit.deploy.manifests import DECORATOR, base, documents

MARKED = {MARK: CONTROLLER}
OF_AGENT = next(
    each for case in CASES for each in rendered(case).attachments if "agent" in str(each["roleRef"])
)
OURS: Obj = with_metadata(OF_AGENT, annotations=MARKED)
STRANGERS: Obj = with_metadata(OF_AGENT, labels=None)
USERS: Obj = {"kind": "Group", "name": "everyone", "apiGroup": "rbac.authorization.k8s.io"}


def blamed(new: Obj, old: Obj | None = None) -> list[str]:
    return [each.message.partition(":")[0] for each in refused(new, old)]


def test_recorded_bindings_pass() -> None:
    recorded = [
        each
        for request in recorded_requests()
        if request.hook == "cluster-rbac-sync"
        for kind in request.request["attachments"].values()
        for each in kind.values()
    ]

    assert {each["metadata"]["annotations"][MARK] for each in recorded} == {CONTROLLER}
    assert [each for each in recorded if blamed(each) or blamed(each, each)] == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"roleRef": OURS["roleRef"] | {"name": "cluster-admin"}}, "roleRef"),
        ({"roleRef": OURS["roleRef"] | {"name": "instana-metacontroller"}}, "roleRef"),
        ({"roleRef": OURS["roleRef"] | {"kind": "Role"}}, "roleRef"),
        ({"subjects": [*OURS["subjects"], USERS]}, "subjects"),
    ],
)
def test_nothing_else_is_bound_and_nobody_else(change: Obj, part: str) -> None:
    assert blamed(OURS | change) == [part]
    assert blamed(OURS | change, OURS) == [part]
    assert blamed(STRANGERS | change) == []


def test_a_binding_without_subjects_or_annotations_has_a_verdict() -> None:
    less = {name: value for name, value in OURS.items() if name != "subjects"}

    assert blamed(less) == []
    assert blamed(OURS, with_metadata(OURS, annotations=None)) != []


@pytest.mark.parametrize("annotations", [None, {}, {"a": "b"}, {MARK: "another-controller"}])
def test_a_strangers_binding_is_not_taken_over(annotations: Obj | None) -> None:
    strangers = with_metadata(STRANGERS, annotations=annotations)
    (verdict,) = refused(OURS, strangers)

    assert "is not changed" in verdict.message
    assert verdict.actions == ("Deny",)
    assert blamed(with_metadata(strangers, labels={"a": "b"}), strangers) == []


def test_names_are_those_of_the_installation() -> None:
    (decorator,) = documents(DECORATOR)
    policy = find(GUARDS, "ValidatingAdmissionPolicy", BINDINGS)
    roles = [base("ClusterRole", f"instana-io-{name}")["metadata"]["name"] for name in BOUND]

    assert decorator["metadata"]["name"] == CONTROLLER
    assert str(roles) in policy["spec"]["validations"][0]["expression"]
    assert policy["spec"]["failurePolicy"] == "Fail"
