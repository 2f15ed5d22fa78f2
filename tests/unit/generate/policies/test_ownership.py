"""Who gets an InstanaAgent as owner: what is new or ours, and nobody else's object."""

from pathlib import Path

import pytest
import yaml

from hooks.generate.policies.ownership import OWNERSHIP
from hooks.kube.objects import Obj
from tests.support.guards import (
    GUARDS,
    OBJECTS,
    OURS,
    THE_INSTALLATIONS,
    owner,
    refused,
    with_metadata,
)
from tests.support.kustomize import find
from tests.support.resources import obj
from tests.unit.deploy.manifests import COMPOSITE, documents

COMPONENT = Path("metacontroller/components/certificates/kustomization.yaml")
POLICY = find(GUARDS, "ValidatingAdmissionPolicy", OWNERSHIP)
STRANGERS = obj("Secret", "instana-agent", metadata={"resourceVersion": "1"})
OURS_ALREADY = with_metadata(STRANGERS, labels=OURS)
AGENTS = [owner()]
SOMEBODY_ELSES: Obj = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "name": "other",
    "uid": "uid-other",
}


def by_kind(each: Obj) -> str:
    kind: str = each["kind"]
    return kind


@pytest.mark.parametrize("strangers", OBJECTS, ids=by_kind)
def test_an_object_without_the_label_gets_no_agent_as_owner(strangers: Obj) -> None:
    (verdict,) = refused(with_metadata(strangers, labels=OURS, ownerReferences=AGENTS), strangers)

    assert verdict.actions == ("Deny",)
    assert "is not changed" in verdict.message
    for part in (
        "app.kubernetes.io/managed-by=instana-agent-operator",
        "app.kubernetes.io/component=instana-agent (or k8sensor",
        "app.kubernetes.io/instance=<name of the InstanaAgent>",
        "rename or delete it",
    ):
        assert part in verdict.message


@pytest.mark.parametrize("strangers", OBJECTS, ids=by_kind)
def test_a_labelled_object_may_be_adopted(strangers: Obj) -> None:
    labelled = with_metadata(strangers, labels=OURS)

    assert not refused(with_metadata(labelled, ownerReferences=AGENTS), labelled)


@pytest.mark.parametrize(
    ("before", "after", "is_refused"),
    [
        ({}, {"labels": {"a": "b"}}, False),
        ({}, {"ownerReferences": [SOMEBODY_ELSES]}, False),
        ({}, {"ownerReferences": [owner(kind="InstanaAgentRemote")]}, False),
        ({}, {"ownerReferences": [owner(apiVersion="instana.example/v1")]}, False),
        ({}, {"ownerReferences": [owner(apiVersion="instana.io/v2")]}, True),
        ({}, {"ownerReferences": [owner(controller=False)]}, True),
        (
            {"ownerReferences": [SOMEBODY_ELSES]},
            {"ownerReferences": [SOMEBODY_ELSES, owner()]},
            True,
        ),
        ({"ownerReferences": AGENTS}, {"ownerReferences": AGENTS, "labels": {"a": "b"}}, False),
        ({"ownerReferences": AGENTS}, {"ownerReferences": [owner(uid="uid-next")]}, True),
        ({"ownerReferences": AGENTS}, {"ownerReferences": None}, False),
        ({"labels": OURS | {"a": "b"}}, {"labels": None, "ownerReferences": AGENTS}, False),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, {"ownerReferences": AGENTS}, True),
    ],
)
def test_only_a_new_owner_is_asked_about(
    before: Obj,
    after: Obj,
    is_refused: bool,  # noqa: FBT001
) -> None:
    old = with_metadata(STRANGERS, **before)

    assert bool(refused(with_metadata(old, **after), old)) is is_refused


@pytest.mark.parametrize("field", ["name", "labels", "ownerReferences"])
@pytest.mark.parametrize("missing_in", ["old", "new", "both"])
def test_every_verdict_stands_without_a_field_of_the_metadata(field: str, missing_in: str) -> None:
    whole = {"name": "a", "labels": {"a": "b"}, "ownerReferences": AGENTS}
    old = obj("ServiceAccount", "a", metadata=whole | {"ownerReferences": [SOMEBODY_ELSES]})
    new = obj("ServiceAccount", "a", metadata=whole)
    for name, each in (("old", old), ("new", new)):
        if missing_in in (name, "both"):
            del each["metadata"][field]

    is_owned_anew = "ownerReferences" in new["metadata"]
    assert bool(refused(new, old)) is is_owned_anew


@pytest.mark.parametrize("field", ["apiVersion", "kind", "uid", "controller"])
def test_every_verdict_stands_without_a_field_of_an_owner(field: str) -> None:
    less = {name: value for name, value in owner().items() if name != field}
    old = obj("ServiceAccount", "instana-agent", metadata={"ownerReferences": [less]})
    new = with_metadata(old, ownerReferences=[less])
    more = with_metadata(old, ownerReferences=[less, owner(uid="uid-next")])

    assert not refused(new, STRANGERS) or field == "controller"
    assert bool(refused(more, old)) is (field != "controller")


@pytest.mark.parametrize("strangers", OBJECTS, ids=by_kind)
def test_a_child_of_another_resource_does_not_change_hands(strangers: Obj) -> None:
    """Metacontroller's forced apply names the new owner alone: the former one would be gone."""
    child = with_metadata(strangers, labels=OURS, ownerReferences=AGENTS)
    (verdict,) = refused(with_metadata(child, ownerReferences=[owner(uid="uid-next")]), child)

    assert verdict.actions == ("Deny",)
    assert "it has another controller" in verdict.message
    assert not refused(with_metadata(child, data={"more": "data"}), child)
    assert not refused(with_metadata(child, ownerReferences=None), child)


@pytest.mark.parametrize("name", ["instana-agent", "instana-agent-k8sensor"])
def test_accounts_of_the_air_gap_guide_are_taken_while_nobody_controls_them(name: str) -> None:
    account = obj("ServiceAccount", name)
    controlled = with_metadata(account, ownerReferences=[SOMEBODY_ELSES | {"controller": True}])
    secret = obj("Secret", name)
    other = obj("ServiceAccount", f"{name}-2")

    def is_refused(old: Obj) -> bool:
        return bool(refused(with_metadata(old, ownerReferences=AGENTS), old))

    assert not is_refused(account)
    assert not is_refused(with_metadata(account, ownerReferences=[SOMEBODY_ELSES]))
    assert [is_refused(each) for each in (controlled, secret, other)] == [True] * 3


@pytest.mark.parametrize("strangers", [OURS_ALREADY, obj("ServiceAccount", "instana-agent")])
def test_the_installation_keeps_its_own_objects_whatever_labels_they_have(strangers: Obj) -> None:
    own = with_metadata(strangers, labels=THE_INSTALLATIONS)
    (verdict,) = refused(with_metadata(own, ownerReferences=AGENTS), own)

    assert "of the installation itself is not changed" in verdict.message


def test_it_is_asked_about_updates_of_all_kinds_of_children_and_of_nothing_else() -> None:
    rules = POLICY["spec"]["matchConstraints"]["resourceRules"]
    asked = {
        (group, version, resource)
        for rule in rules
        for group in rule["apiGroups"]
        for version in rule["apiVersions"]
        for resource in rule["resources"]
    }
    (composite,) = documents(COMPOSITE)
    component = yaml.safe_load(COMPONENT.read_text())["patches"][0]["patch"]
    children = [
        *composite["spec"]["childResources"],
        *(operation["value"] for operation in yaml.safe_load(component)),
    ]

    assert asked == {
        (*each["apiVersion"].rpartition("/")[::2], each["resource"]) for each in children
    }
    assert {operation for rule in rules for operation in rule["operations"]} == {"UPDATE"}


def test_it_refuses_even_where_it_could_not_be_evaluated() -> None:
    binding = find(GUARDS, "ValidatingAdmissionPolicyBinding", OWNERSHIP)

    assert POLICY["spec"]["failurePolicy"] == "Fail"
    assert binding["spec"] == {"policyName": OWNERSHIP, "validationActions": ["Deny"]}
