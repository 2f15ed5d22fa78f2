import pytest

from hooks.desired.pod.resources import resources as made
from hooks.errors import InvalidResource
from hooks.kube.objects import Obj
from hooks.models.base import Resources
from tests.support.hook import answer, conditions, pod
from tests.support.resources import agent

REQUESTS = {"cpu": "500m", "memory": "768Mi"}
LIMITS = {"cpu": "1500m", "memory": "768Mi"}


def resources(given: Obj, workload: str = "DaemonSet/instana-agent") -> Obj:
    parent = agent({"agent": {"pod": given}, "k8s_sensor": {"deployment": {"pod": given}}})
    found: Obj = pod(answer(parent), workload)["containers"][0]["resources"]
    return found


@pytest.mark.parametrize(
    ("given", "requests", "limits"),
    [
        ({}, REQUESTS, LIMITS),
        ({"requests": {"memory": "1Gi"}}, {"memory": "1Gi"}, {"memory": "1Gi"}),
        ({"requests": {"memory": "1Mi"}}, {"memory": "1Mi"}, {}),
        ({"limits": {"memory": "512Mi"}}, {"memory": "512Mi"}, {"memory": "512Mi"}),
        ({"limits": {"memory": "1Gi"}}, {}, {"memory": "1Gi"}),
        ({"requests": {"cpu": 2}}, {"cpu": "2"}, {"cpu": "2"}),
        ({"limits": {"cpu": "0.1"}}, {"cpu": "100m"}, {"cpu": "100m"}),
        ({"requests": {"cpu": "100u"}}, {"cpu": "1m"}, {}),
        (
            {"requests": {"memory": "1024Mi"}, "limits": {"memory": "2048Mi"}},
            {"memory": "1Gi"},
            {"memory": "2Gi"},
        ),
        (
            {"limits": {"ephemeral-storage": "1Gi"}},
            {},
            {"ephemeral-storage": "1Gi"},
        ),
    ],
)
def test_defaults_give_way(given: Obj, requests: Obj, limits: Obj) -> None:
    assert resources(given) == {
        "requests": REQUESTS | requests,
        "limits": LIMITS | limits,
    }


@pytest.mark.parametrize(
    ("given", "requests", "limits"),
    [
        ({"requests": {"memory": "4Gi"}}, {"memory": "4Gi"}, {"memory": "4Gi"}),
        ({"limits": {"memory": "64Mi"}}, {"memory": "64Mi"}, {"memory": "64Mi"}),
        ({"limits": {"cpu": 2}}, {}, {"cpu": "2"}),
    ],
)
def test_defaults_of_a_new_sensor_give_way(given: Obj, requests: Obj, limits: Obj) -> None:
    assert resources(given, "Deployment/instana-agent-k8sensor") == {
        "requests": {"cpu": "120m", "memory": "128Mi"} | requests,
        "limits": {"cpu": "500m", "memory": "2Gi"} | limits,
    }


def test_claims_that_cannot_be_met_are_refused() -> None:
    answered = answer(agent({"agent": {"pod": {"claims": [{"name": "gpu"}]}}}))

    assert "(rule resource-claim)" in conditions(answered)["Valid"]["message"]


@pytest.mark.parametrize("field", ["requests", "limits"])
def test_what_is_no_quantity_names_its_place(field: str) -> None:
    given = Resources.model_validate({field: {"cpu": "much"}})

    with pytest.raises(InvalidResource) as caught:
        made(given, "spec.somewhere")

    assert str(caught.value).startswith(f"spec.somewhere.{field}.cpu: ")
