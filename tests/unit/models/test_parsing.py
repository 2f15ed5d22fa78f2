import pytest

from hooks.errors import MOST_PROBLEMS, InvalidResource
from hooks.kube.objects import Obj
from hooks.rules import parse_agent, read_agent
from tests.support.resources import agent, problems

SENTINEL = "s3ntinel"
DIGEST = f"sha256:{64 * 'a'}"


def test_the_smallest_resource_is_valid() -> None:
    assert problems({}) == []


@pytest.mark.parametrize("absent", [None, ""])
def test_an_empty_field_has_its_default(absent: str | None) -> None:
    parent = agent()
    parent["spec"]["agent"] |= {"endpointPort": absent, "image": {"tag": absent}}
    spec = parse_agent(parent).spec

    assert spec.agent.endpoint_port == "443"
    assert spec.agent.image.tag == "latest"


@pytest.mark.parametrize(
    ("missing", "problem"),
    [
        ("spec", "spec: is required (rule required-field)"),
        ("metadata", "metadata: is required (rule required-field)"),
    ],
)
def test_a_part_that_is_missing_is_named(missing: str, problem: str) -> None:
    parent = agent()
    del parent[missing]

    with pytest.raises(InvalidResource) as caught:
        read_agent(parent)

    assert str(caught.value) == problem


def test_a_resource_that_is_no_object_is_invalid() -> None:
    with pytest.raises(InvalidResource, match=r"^the resource: "):
        read_agent("no object")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"agent": {"pod": {"tolerations": [SENTINEL]}}}, "spec.agent.pod.tolerations[0]: "),
        ({"agent": {"env": {"A": [SENTINEL]}}}, "spec.agent.env.A: "),
        ({"agent": {"minReadySeconds": SENTINEL}}, "spec.agent.minReadySeconds: "),
        ({"agent": {"proxyUseDNS": SENTINEL}}, "spec.agent.proxyUseDNS: "),
        ({"k8s_sensor": {"etcd": SENTINEL}}, "spec.k8s_sensor.etcd: "),
        ({"agent": {"additionalBackends": [{"key": SENTINEL}]}}, "spec.agent.additionalBackends["),
        ({"zones": [{"mode": SENTINEL}]}, "spec.zones[0].name: "),
        ({"useSecretMounts": SENTINEL}, "spec.useSecretMounts: "),
        ({"agent": {"key": f"{SENTINEL}\n"}}, "spec.agent.key: "),
        ({"k8s_sensor": {"pollrate": SENTINEL}}, "spec.k8s_sensor.pollrate: "),
        ({"zones": [{"name": f"_{SENTINEL}"}]}, "spec.zones[0].name: "),
    ],
)
def test_a_problem_names_its_path_and_no_value(spec: Obj, path: str) -> None:
    found = problems(spec)

    assert [problem[: len(path)] for problem in found] == [path]
    assert SENTINEL not in "".join(found)


def test_every_problem_is_told_at_once() -> None:
    assert problems(
        {"agent": {"key": None}, "k8s_sensor": {"pollrate": "1m"}, "cluster": None}
    ) == [
        (
            "spec.cluster.name: is required unless spec.zone.name is set: set the name that the "
            "cluster has in Instana (rule cluster-name)"
        ),
        (
            "spec.agent: an agent needs an agent key to report: name an entry of a Secret in "
            "keySecretKeyRef, or a Secret with an entry `key` in keysSecret, or set "
            "key (rule key-source)"
        ),
        "spec.k8s_sensor.pollrate: must be a duration in seconds, such as 10s (rule pollrate)",
    ]


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({}, "instana-agent"),
        ({"serviceAccount": {"name": "mine"}}, "mine"),
        ({"serviceAccount": {"create": False}}, "default"),
        ({"serviceAccount": {"create": False, "name": "mine"}}, "mine"),
    ],
)
def test_the_service_account_has_a_name(spec: Obj, name: str) -> None:
    assert parse_agent(agent(spec)).service_account_name == name


def test_a_digest_wins_over_a_tag() -> None:
    image = parse_agent(agent({"agent": {"image": {"tag": "1", "digest": DIGEST}}})).spec
    other = parse_agent(agent({"agent": {"image": {"name": "agent", "tag": "1"}}})).spec

    assert image.agent.image.reference == f"icr.io/instana/agent@{DIGEST}"
    assert other.agent.image.reference == "agent:1"


def test_of_very_many_fields_of_another_type_the_first_ones_are_found() -> None:
    zones = [{"name": f"z{index}", "tolerations": [1] * 250} for index in range(10)]

    with pytest.raises(InvalidResource) as refused:
        parse_agent(agent({"zones": zones}))

    assert len(refused.value.problems) == MOST_PROBLEMS
