"""Names of the user's own Secrets that meet those of ours."""

import pytest

from hooks.desired import Context
from hooks.desired.children import PASSES
from hooks.desired.passes.retain_templates import OF_THE_RESOURCE
from hooks.kube.objects import Obj, describe
from tests.support.hook import answer, children, conditions, stored
from tests.support.resources import agent, secret

MEETING = [
    ("instana-agent-config", {}),
    ("instana-agent-tls", {"tls": {"certificate": "YQ==", "key": "YQ=="}}),
    ("instana-agent-containers-instana-io", {"image": {"name": "containers.instana.io/agent"}}),
]


@pytest.mark.parametrize(("name", "spec"), MEETING)
def test_keys_secret_is_never_written_over(name: str, spec: dict[str, object]) -> None:
    parent = agent({"agent": {"key": None, "keysSecret": name, **spec}})
    answered = answer(parent, secret(name, key="the-key"))

    assert children(answered) == {}
    assert conditions(answered)["Valid"]["message"] == (
        "spec.agent.keysSecret: is the name of a Secret that is made from this resource: "
        "choose another one (rule object-overwritten)"
    )


def test_certificates_of_a_sensor_that_is_off_are_not_missed() -> None:
    sensor = {"deployment": {"enabled": False}, "etcd": {"ca": {"secretName": "etcd-certificate"}}}
    answered = answer(agent({"k8s_sensor": sensor}))

    assert conditions(answered)["ReferencesResolved"]["status"] == "True"


def test_no_child_depends_on_a_status(monkeypatch: pytest.MonkeyPatch) -> None:
    observed = stored(answer(agent()))
    seen: list[Obj] = []

    def builder(context: Context) -> list[Obj]:
        seen.extend(context.children)
        return []

    monkeypatch.setattr("hooks.desired.children.CHILDREN", (builder,))
    answer(agent(), observed=observed)

    assert any("status" in child for child in observed)
    assert [describe(child) for child in seen] == sorted(map(describe, observed))
    assert not any("status" in child for child in seen)


def test_templates_of_the_resource_alone_are_made_by_the_first_passes() -> None:
    assert PASSES[: len(OF_THE_RESOURCE)] == OF_THE_RESOURCE
