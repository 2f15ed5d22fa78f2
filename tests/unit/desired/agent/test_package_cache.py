"""Where agents keep what they download, and the claim for it."""

from copy import deepcopy
from typing import Any

import pytest

from hooks.customize import customize
from hooks.kube.objects import Obj
from hooks.sync import sync
from tests.support.hook import (
    FACTS,
    NOW,
    answer,
    child,
    children,
    conditions,
    pod,
    request,
    stored,
    volumes,
)
from tests.support.resources import agent, merged, obj

AGENT = "DaemonSet/instana-agent"
CLAIM = "PersistentVolumeClaim/instana-agent-package-cache"
DIRECTORY = "/opt/instana/agent/data/repo"
MADE = {"type": "PersistentVolumeClaim", "size": "10240Mi"}
CLAIM_SPEC = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "10Gi"}}}
CLAIMS = "PersistentVolumeClaim.v1"


def cached(**cache: object) -> Obj:
    return agent({"agent": {"packageCache": cache}})


def mount(answered: Obj, which: str = AGENT) -> Obj | None:
    found = pod(answered, which)["containers"][0]["volumeMounts"]
    return next((each for each in found if each["name"] == "package-cache"), None)


def volume(answered: Obj) -> Obj | None:
    return volumes(answered, AGENT).get("package-cache")


def with_claim(answered: Obj, phase: str = "Bound", **spec: Any) -> list[Obj]:
    """Return the children as they are observed, the claim in a phase and with a spec."""
    observed = deepcopy(stored(answered))
    for each in observed:
        if each["kind"] == "PersistentVolumeClaim":
            each["status"] = {"phase": phase}
            each["spec"] |= {"volumeMode": "Filesystem", "volumeName": "pv-1"} | spec
    return observed


def users_claim(*modes: str) -> Obj:
    return obj("PersistentVolumeClaim", "mine", spec={"accessModes": [*modes]})


@pytest.mark.parametrize("cache", [{}, {"type": "None"}, {"type": ""}])
def test_there_is_none_by_default(cache: Obj) -> None:
    result = answer(cached(**cache))

    assert (volume(result), mount(result)) == (None, None)
    assert "PackageCacheReady" not in conditions(result)


@pytest.mark.parametrize(
    ("cache", "source"),
    [
        (
            {"type": "HostPath"},
            {"hostPath": {"path": "/var/lib/instana/packages", "type": "DirectoryOrCreate"}},
        ),
        (
            {"type": "HostPath", "path": "/cache"},
            {"hostPath": {"path": "/cache", "type": "DirectoryOrCreate"}},
        ),
        ({"type": "EmptyDir"}, {"emptyDir": {}}),
        ({"type": "EmptyDir", "size": "2048Mi"}, {"emptyDir": {"sizeLimit": "2Gi"}}),
        (
            {"type": "Ephemeral", "size": "2Gi", "storageClassName": "fast"},
            {
                "ephemeral": {
                    "volumeClaimTemplate": {
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "2Gi"}},
                            "storageClassName": "fast",
                        }
                    }
                }
            },
        ),
    ],
)
def test_it_is_mounted_where_the_agent_keeps_downloads(cache: Obj, source: Obj) -> None:
    result = answer(cached(**cache))

    assert volume(result) == {"name": "package-cache", **source}
    assert mount(result) == {"mountPath": DIRECTORY, "name": "package-cache"}
    assert CLAIM not in children(result)


def test_every_zone_has_it() -> None:
    result = answer(merged(cached(type="HostPath"), {"spec": {"zones": [{"name": "a"}]}}))

    assert mount(result, f"{AGENT}-a")


def test_a_claim_is_made_that_all_nodes_write_to_each_in_a_directory_of_its_own() -> None:
    result = answer(cached(**MADE, storageClassName="shared"))

    assert child(result, CLAIM)["spec"] == {**CLAIM_SPEC, "storageClassName": "shared"}
    assert volume(result) == {
        "name": "package-cache",
        "persistentVolumeClaim": {"claimName": "instana-agent-package-cache"},
    }
    assert mount(result) == {
        "mountPath": DIRECTORY,
        "name": "package-cache",
        "subPathExpr": "$(NODE_NAME)",
    }


@pytest.mark.parametrize("phase", ["Pending", "Lost"])
def test_a_claim_that_is_not_bound_is_told(phase: str) -> None:
    parent = cached(**MADE)
    told = conditions(answer(parent, observed=with_claim(answer(parent), phase)))

    assert (told["PackageCacheReady"]["status"], told["PackageCacheReady"]["reason"]) == (
        "False",
        "ClaimNotBound",
    )
    message = told["PackageCacheReady"]["message"]
    assert message.startswith(f"claim instana-agent-package-cache is {phase}: ")
    assert (
        "kubectl -n instana-agent describe persistentvolumeclaim instana-agent-package-cache"
    ) in message


def test_a_claim_that_is_to_be_made_is_not_there_yet_and_agents_say_whether_they_wait() -> None:
    parent = cached(**MADE)
    told = conditions(answer(parent, observed=stored(answer(agent()))))["PackageCacheReady"]
    running = [each for each in stored(answer(parent)) if each["kind"] != "PersistentVolumeClaim"]

    assert told["message"].startswith("claim instana-agent-package-cache is missing: ")
    assert conditions(answer(parent, observed=running))["Ready"]["status"] == "True"


def test_a_claim_that_is_bound_is_well() -> None:
    parent = cached(**MADE)
    told = conditions(answer(parent, observed=with_claim(answer(parent))))

    assert told["PackageCacheReady"]["status"] == told["Ready"]["status"] == "True"
    assert told["PackageCacheReady"]["reason"] == "ClaimBound"
    assert told["PackageCacheReady"]["message"] == "claim instana-agent-package-cache is bound"


@pytest.mark.parametrize(
    ("cache", "what"),
    [
        ({"size": "20Gi"}, "size"),
        ({"size": "5Gi"}, "size"),
        ({"size": "10Gi", "storageClassName": "other"}, "storage class"),
    ],
)
def test_a_claim_that_is_there_stays_as_it_is_and_that_is_told(cache: Obj, what: str) -> None:
    before = with_claim(answer(cached(**MADE)))
    result = answer(cached(**(MADE | cache)), observed=before)

    assert child(result, CLAIM)["spec"] == CLAIM_SPEC
    told = conditions(result)
    assert told["PackageCacheReady"]["reason"] == "ClaimKept"
    assert told["PackageCacheReady"]["status"] == "False"
    claim = "claim instana-agent-package-cache"
    assert told["PackageCacheReady"]["message"].startswith(f"{claim} keeps its {what}: ")
    assert told["Ready"]["status"] == "True"


def test_all_that_a_claim_keeps_is_named() -> None:
    before = with_claim(answer(cached(**MADE)), accessModes=["ReadWriteOnce"])
    cache = {"size": "20Gi", "storageClassName": "other"}
    message = conditions(answer(cached(**(MADE | cache)), observed=before))["PackageCacheReady"]

    assert "keeps its size and storage class and access mode: " in message["message"]
    assert "docs/workloads.md" in message["message"]


def test_a_claim_whose_size_is_no_quantity_is_another_one() -> None:
    odd: Obj = {"resources": {"requests": {"storage": "big"}}}
    result = answer(cached(**MADE), observed=with_claim(answer(cached(**MADE)), **odd))

    assert "keeps its size: " in conditions(result)["PackageCacheReady"]["message"]


def test_a_claim_that_was_enlarged_by_hand_stays_so() -> None:
    larger: Obj = {"resources": {"requests": {"storage": "20Gi"}}}
    observed = with_claim(answer(cached(**MADE)), "Bound", **larger)
    result = answer(cached(type="PersistentVolumeClaim", size="20Gi"), observed=observed)

    assert child(result, CLAIM)["spec"]["resources"] == larger["resources"]
    assert conditions(result)["PackageCacheReady"]["status"] == "True"


def test_a_claim_of_another_kind_under_its_name_stays_too() -> None:
    observed = with_claim(answer(cached(**MADE)), accessModes=["ReadWriteOnce"])
    result = answer(cached(**MADE), observed=observed)

    assert child(result, CLAIM)["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert "access mode" in conditions(result)["PackageCacheReady"]["message"]


@pytest.mark.parametrize("after", [{"type": "None"}, {"type": "HostPath"}])
def test_a_claim_stays_while_pods_name_it(after: Obj) -> None:
    before = with_claim(answer(cached(**MADE)))
    result = answer(cached(**after), observed=before)
    settled = with_claim(result)

    assert CLAIM in children(result)
    assert CLAIM not in children(answer(cached(**after), observed=settled))


def test_without_a_rule_for_claims_none_is_made_and_agents_run_on() -> None:
    running = stored(answer(cached(type="HostPath")))
    result = without_rule(cached(**MADE), running)

    assert CLAIM not in children(result)
    assert volume(result) == volume(answer(cached(type="HostPath")))
    told = conditions(result)["PackageCacheReady"]
    assert (told["status"], told["reason"]) == ("False", "RuleMissing")
    assert conditions(result)["Ready"]["status"] == "False"


def without_rule(parent: Obj, observed: list[Obj]) -> Obj:
    asked = request(parent, observed=observed)
    del asked["children"][CLAIMS]
    return sync(asked, FACTS, NOW)


FOR_ONE_NODE = "PersistentVolumeClaim mine is for one node: it must have access mode ReadWriteMany"
USERS = cached(type="PersistentVolumeClaim", claimName="mine")


def test_a_claim_of_the_users_is_used_and_none_is_made() -> None:
    result = answer(USERS, users_claim("ReadWriteMany"))

    assert volume(result) == {
        "name": "package-cache",
        "persistentVolumeClaim": {"claimName": "mine"},
    }
    assert CLAIM not in children(result)
    assert conditions(result)["ReferencesResolved"]["status"] == "True"


@pytest.mark.parametrize(
    ("related", "message"),
    [
        ([], "PersistentVolumeClaim mine is missing"),
        ([users_claim("ReadWriteOnce")], FOR_ONE_NODE),
        ([users_claim()], FOR_ONE_NODE),
        ([obj("PersistentVolumeClaim", "mine")], FOR_ONE_NODE),
    ],
)
def test_agents_that_run_wait_for_a_claim_that_they_can_use(
    related: list[Obj], message: str
) -> None:
    result = answer(USERS, *related, observed=stored(answer(agent())))

    told = conditions(result)["ReferencesResolved"]
    assert (told["status"], volume(result)) == ("False", None)
    assert "spec.agent.packageCache.claimName" in told["message"]
    assert f"spec.agent.packageCache.claimName: {message}" in told["message"]


def test_agents_run_on_while_nothing_is_known_of_claims() -> None:
    result = answer(USERS, observed=stored(answer(agent())), unknown=[CLAIMS])

    assert (conditions(result)["ReferencesResolved"]["status"], volume(result)) == ("Unknown", None)


def test_a_claim_of_the_users_is_asked_for_by_name() -> None:
    rules = customize({"parent": USERS}, FACTS)

    assert {
        "apiVersion": "v1",
        "resource": "persistentvolumeclaims",
        "namespace": "instana-agent",
        "names": ["mine"],
    } in rules["relatedResources"]


@pytest.mark.parametrize("parent", [agent(), cached(**MADE), cached(type="HostPath")])
def test_no_other_claim_is_asked_for(parent: Obj) -> None:
    rules = customize({"parent": parent}, FACTS)

    assert "persistentvolumeclaims" not in {each["resource"] for each in rules["relatedResources"]}


def test_what_is_no_quantity_is_told() -> None:
    told = conditions(answer(cached(type="EmptyDir", size="big")))["Valid"]

    assert told["message"].startswith("spec.agent.packageCache.size: is not a Kubernetes quantity")
