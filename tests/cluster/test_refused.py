"""A child that the API server refuses is in the status within a minute, by kind and name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.guards import written_over
from tests.cluster.loop import remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.support.resources import merged

pytestmark = pytest.mark.loop

MINUTE = 60.0
NAME = "refused"
TAG = "not-allowed"
AGENT = merged(resource("minimal"), {"metadata": {"name": NAME}})
DAEMONSET, SENSOR = f"DaemonSet/{NAME}", f"Deployment/{NAME}-k8sensor"


@pytest.fixture(params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder
        remove(api, AGENT, [])


@pytest.mark.usefixtures("loop")
def test_a_child_that_cannot_be_created(api: Api) -> None:
    with _refusing(api, "Deployment", f"object.metadata.name != '{NAME}-k8sensor'", _sensor()):
        api.apply(AGENT)
        wait_for(lambda: _reason(api) == "ChildrenNotApplied", "it is missed", MINUTE)
        assert f" s: {SENSOR} does not exist; " in _applied(api)["message"]
        assert _conditions(api)["Ready"]["reason"] == "ChildrenNotApplied"
        assert _conditions(api)["SensorsAvailable"]["message"].startswith(f"{SENSOR} is not as ")
        settled(api, AGENT)

    wait_for(lambda: _reason(api) == "AllChildrenApplied", "it is there", 2 * MINUTE)


@pytest.mark.usefixtures("loop")
def test_a_child_that_cannot_be_changed(api: Api) -> None:
    images = "object.spec.template.spec.containers.all(c, !c.image.endsWith(':" + TAG + "'))"
    api.apply(AGENT)
    wait_for(lambda: _reason(api) == "AllChildrenApplied", "all are there", MINUTE)

    with _refusing(api, "DaemonSet", images, _daemonset(TAG)):
        api.merge(AGENT, {"spec": {"agent": {"image": {"tag": TAG}}}})
        wait_for(lambda: _reason(api) == "ChildrenNotApplied", "it is missed", MINUTE)
        assert f" s: {DAEMONSET} differs; " in _applied(api)["message"]
        assert _conditions(api)["AgentsAvailable"]["message"].startswith(f"{DAEMONSET} is not as ")
        settled(api, AGENT)

        api.merge(AGENT, {"spec": {"agent": {"image": {"tag": "2"}}}})
        wait_for(lambda: _reason(api) == "AllChildrenApplied", "another change is taken", MINUTE)


@contextmanager
def _refusing(api: Api, kind: str, expression: str, refused: Obj) -> Iterator[None]:
    """Have the API server take only workloads of a kind for which the expression holds."""
    resources = [f"{kind.lower()}s"]
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": resources}
    policy: Obj = _of_admission("ValidatingAdmissionPolicy") | {
        "spec": {
            "matchConstraints": {"resourceRules": [rule | {"operations": ["CREATE", "UPDATE"]}]},
            "validations": [{"expression": expression, "message": "not in this test"}],
        }
    }
    binding: Obj = _of_admission("ValidatingAdmissionPolicyBinding") | {
        "spec": {"policyName": NAME, "validationActions": ["Deny"]}
    }
    api.apply_all([policy, binding])
    wait_for(lambda: not written_over(api, refused, dryRun="All").ok, "it is in force")
    try:
        yield
    finally:
        api.delete(binding)
        api.delete(policy)
        wait_for(lambda: written_over(api, refused, dryRun="All").ok, "it is gone")


def _of_admission(kind: str) -> Obj:
    version = "admissionregistration.k8s.io/v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": NAME}}


def _sensor() -> Obj:
    return _workload("Deployment", f"{NAME}-k8sensor", "1")


def _daemonset(tag: str) -> Obj:
    return _workload("DaemonSet", "another", tag)


def _workload(kind: str, name: str, tag: str) -> Obj:
    labels = {"app": "probe"}
    container = {"name": "probe", "image": f"example.com/probe:{tag}"}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def _conditions(api: Api) -> dict[str, Obj]:
    status = (api.get(AGENT) or {}).get("status") or {}
    return {each["type"]: each for each in status.get("conditions", [])}


def _applied(api: Api) -> Obj:
    return _conditions(api).get("ChildrenApplied", {})


def _reason(api: Api) -> str:
    return str(_applied(api).get("reason"))
