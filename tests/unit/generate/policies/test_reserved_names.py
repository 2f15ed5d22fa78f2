"""Names of the installation: no child, no account and no Secret of an InstanaAgent beside it."""

import re
from collections.abc import Iterator

import pytest

from hooks.generate.policies.reserved_names import ACCOUNT, ENDINGS, RESERVED, secret_places
from hooks.kube.objects import Obj
from hooks.models.instana_agent import InstanaAgent
from hooks.models.references import references
from hooks.rules import read_agent
from hooks.rules.reserved import NAMES, is_reserved
from tests.cluster.cases import CASES, rendered, resource
from tests.support.guards import GUARDS, named_at, refused
from tests.support.kustomize import find
from tests.support.resources import agent, merged
from tests.unit.deploy.manifests import base

POLICY = find(GUARDS, "ValidatingAdmissionPolicy", RESERVED)
PLACES = (ACCOUNT, *secret_places())
OF_THE_INSTALLATION = (*NAMES, "instana-agent-hooks-ca", "instana-agent-hooks-authority")
INDEX = re.compile(r"\[\d+\]")
ISSUED = {"spec.agent.tls.certManager", "spec.agent.tls.openshiftServingCert"}
"""Named by the resource itself."""


def names_refused(new: Obj, old: Obj | None = None) -> set[str]:
    """Return the paths that the policy blames."""
    return {each.path for each in refused(new, old)}


@pytest.mark.parametrize("place", PLACES)
def test_reserved_name_is_refused_wherever_it_stands(place: str) -> None:
    for name in OF_THE_INSTALLATION:
        assert names_refused(named_at(place, name)) == {place}, name
    for name in ("", "instana-agent", "my-instana-agent-hooks", "instana-agent-hooksmith"):
        assert names_refused(named_at(place, name)) == set(), name


@pytest.mark.parametrize("place", PLACES)
def test_what_is_stored_may_stay(place: str) -> None:
    stored = named_at(place, "instana-agent-hooks-tls")
    changed = merged(stored, {"spec": {"podStatus": "Enabled"}})

    assert names_refused(changed, stored) == set()
    assert names_refused(changed, agent()) == {place}
    assert names_refused(named_at(place, "instana-agent-hooks-token"), stored) == {place}


@pytest.mark.parametrize("name", ["instana-agent-hooks", "instana-agent-hooks-east"])
def test_a_resource_is_not_called_like_the_installation(name: str) -> None:
    named = agent(name=name)

    assert names_refused(named) == {"metadata.name"}
    assert names_refused(merged(named, {"spec": {"podStatus": "Enabled"}}), named) == set()
    assert names_refused(agent(name="instana-agent")) == set()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_childs_name_counts_like_the_resources(ending: str) -> None:
    other = merged(POLICY, {})
    other["spec"]["variables"][0]["expression"] = f"['prod{ending}']"
    policies = [other if each == POLICY else each for each in GUARDS]

    assert {each.path for each in refused(agent(name="prod"), policies=policies)} == {
        "metadata.name"
    }
    assert refused(agent(name="pro"), policies=policies) == []


def test_all_names_of_children_are_the_resources_with_an_ending() -> None:
    made = {
        (child["kind"], child["metadata"]["name"].removeprefix(resource(case)["metadata"]["name"]))
        for case in CASES
        for child in rendered(case).children
    }
    made = {each for each in made if each[0] not in ("DaemonSet", "Deployment")}

    unknown = {ending for _, ending in made if re.sub(r"-\d+$", "", ending) not in ENDINGS}
    assert unknown == {"instana-irsa"}  # an account of the user's choice
    assert len(made) > len(ENDINGS) / 2


def test_every_secret_that_the_service_looks_for_is_asked_about() -> None:
    found = {
        INDEX.sub("[]", path)
        for place in secret_places()
        for path in _paths(read_agent(named_at(place, "mine")))
    }
    known = {place.removesuffix(".name") for place in PLACES} | {*PLACES}
    known |= {f"{place.removesuffix('.secretName')}" for place in PLACES}

    assert {re.sub(r"\.name$", "", path) for path in found} <= known
    assert len(found) > len(secret_places()) / 2


def _paths(typed: InstanaAgent) -> Iterator[str]:
    yield from (
        each.path for each in references(typed) if each.kind == "Secret" and each.path not in ISSUED
    )


def test_the_installations_objects_have_reserved_names() -> None:
    own = {
        base(kind)["metadata"]["name"]
        for kind in ("Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service")
    }
    volumes = base("Deployment")["spec"]["template"]["spec"]["volumes"]
    own |= {each["secret"]["secretName"] for each in volumes if "secret" in each}
    own.add(base("Deployment")["spec"]["template"]["spec"]["serviceAccountName"])

    assert own == {each for each in own if is_reserved(each)}
    assert not is_reserved("instana-agent")
    assert is_reserved("mine", ("mine",))


def test_only_resources_beside_the_installation_are_asked() -> None:
    constraints = POLICY["spec"]["matchConstraints"]
    namespace = base("Deployment")["metadata"]["namespace"]

    assert constraints["namespaceSelector"] == {
        "matchLabels": {"kubernetes.io/metadata.name": namespace}
    }
    (rule,) = constraints["resourceRules"]
    assert (rule["operations"], rule["resources"]) == (["CREATE", "UPDATE"], ["agents"])
