"""Fields that are for named groups of users only."""

import pytest

from hooks.generate.policies import restricted_fields
from hooks.generate.policies.restricted import GROUPS, IMAGES, RESTRICTIONS
from hooks.kube.objects import Obj
from hooks.models.agent import AGENT_IMAGE
from hooks.models.k8s_sensor import SENSOR_IMAGE
from hooks.models.workloads import CACHE_DIRECTORY
from tests.support.cel import context, holds, judged_by_policies, validations_in
from tests.support.resources import agent, merged

POLICY = restricted_fields()
VOLUME: Obj = {"name": "mine", "hostPath": {"path": "/mine"}}
IMAGE_VOLUME: Obj = {"name": "mine", "image": {"reference": "registry.example/mine:1"}}
BAD: dict[str, Obj] = {
    "spec.overrides": {"overrides": {"agentDaemonSet": {"spec": {"minReadySeconds": 1}}}},
    "spec.agent.pod.volumes[].hostPath": {"agent": {"pod": {"volumes": [VOLUME]}}},
    "spec.k8s_sensor.deployment.pod.volumes[].hostPath": {
        "k8s_sensor": {"deployment": {"pod": {"volumes": [VOLUME]}}}
    },
    "spec.agent.host.repository": {"agent": {"host": {"repository": "/mine"}}},
    "spec.agent.packageCache.path": {"agent": {"packageCache": {"path": "/mine"}}},
    "spec.serviceAccount.name": {"serviceAccount": {"name": "mine"}},
    "spec.agent.image.name": {"agent": {"image": {"name": "registry.example/agent"}}},
    "spec.k8s_sensor.image.name": {"k8s_sensor": {"image": {"name": "icr.io/instana-other/it"}}},
    "spec.agent.pod.volumes[].image.reference": {"agent": {"pod": {"volumes": [IMAGE_VOLUME]}}},
    "spec.k8s_sensor.deployment.pod.volumes[].image.reference": {
        "k8s_sensor": {"deployment": {"pod": {"volumes": [IMAGE_VOLUME]}}}
    },
}
ELSEWHERE: Obj = {"spec": {"podStatus": "Enabled"}}
TENANTS = ("system:authenticated", "tenants")
GOOD: tuple[Obj, ...] = (
    {},
    {"agent": {"pod": {"volumes": [{"name": "mine", "emptyDir": {}}]}}},
    {"agent": {"host": {"repository": ""}, "packageCache": {"path": CACHE_DIRECTORY}}},
    {"agent": {"packageCache": {"type": "HostPath"}}, "serviceAccount": {"name": ""}},
    {"agent": {"image": {"name": AGENT_IMAGE}}, "k8s_sensor": {"image": {"name": SENSOR_IMAGE}}},
    {"agent": {"image": {"name": "containers.instana.io/instana/release/agent/static"}}},
    {"agent": {"image": {"name": "", "tag": "1.300"}}},
)


def refused(new: Obj, old: Obj | None = None, groups: tuple[str, ...] = TENANTS) -> set[str]:
    return {each.path for each in judged_by_policies(POLICY, new, old, groups) if not each.holds}


def test_there_is_an_example_of_each() -> None:
    assert BAD.keys() == {each.place for each in RESTRICTIONS}
    assert GROUPS == ("system:masters",)


@pytest.mark.parametrize("place", BAD)
def test_field_is_for_the_groups_only(place: str) -> None:
    wrong = agent(BAD[place])

    assert refused(wrong) == {place}
    assert refused(wrong, groups=()) == {place}
    assert refused(wrong, groups=(*TENANTS, *GROUPS)) == set()


@pytest.mark.parametrize("place", BAD)
def test_what_is_stored_may_stay_and_go(place: str) -> None:
    stored = agent(BAD[place])

    assert refused(merged(stored, ELSEWHERE), stored) == set()
    assert refused(agent(), stored) == set()
    assert refused(stored, agent()) == {place}
    assert refused(stored, merged(stored, {"spec": None})) == {place}


@pytest.mark.parametrize("spec", GOOD, ids=str)
def test_everybody_may_write_the_rest(spec: Obj) -> None:
    assert refused(agent(spec)) == set()


def test_a_user_without_any_group_gets_a_verdict() -> None:
    request = {"operation": "CREATE", "userInfo": {"username": "somebody"}}
    seen = context(
        object=agent(BAD["spec.overrides"]),
        oldObject=None,
        request=request,
        variables={"groups": [*GROUPS], "images": [*IMAGES]},
    )

    verdicts = [holds(name, each["expression"], seen) for name, each in validations_in(POLICY)]
    assert verdicts == [False] + [True] * (len(RESTRICTIONS) - 1)


@pytest.mark.parametrize("image", IMAGES)
def test_entries_of_images_end_with_a_slash(image: str) -> None:
    assert image.endswith("/")
