"""Where values of children come from, in recorded requests and in small resources."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from hooks.errors import InternalError, InvalidResource
from hooks.explain import Explained, Origin, Situation, Source, explain
from hooks.explain.children import children_in_spite_of_rules, children_of
from hooks.explain.fields import MOST_GIVEN
from hooks.explain.inputs import Input
from hooks.explain.surroundings import MOST_OF_KIND
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rendering import read
from tests.recorded import Recorded, recorded_requests
from tests.support.explaining import leaves_in, made_by_hook, situation_of
from tests.support.files import documents_in
from tests.support.hook import answer, request, stored
from tests.support.profiles import PROFILE
from tests.support.resources import agent, etcd_service, etcd_slice, namespace, obj, secret

CASES = sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml"))
SYNCS = [each for each in recorded_requests() if each.hook == "sync" and "invalid" not in each.case]
POD = "spec.template.spec"
CONTAINER = f"{POD}.containers[instana-agent]"
AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"


def of_files(case: Path) -> Situation:
    documents = [*documents_in(case), *documents_in(case.with_name("cluster.yaml"))]
    given = read(documents, Facts())
    return Situation(given.request, given.facts)


def of_resource(parent: Obj, *related: Obj, observed: tuple[Obj, ...] = ()) -> Situation:
    return situation_of(request(parent, *related, observed=observed), Facts())


def leaf(situation: Situation, child: str, path: str, *names: str) -> Explained:
    """Return what is known of a leaf when only some inputs are changed, by the ends of names."""

    leaves = explain(situation, _only(*names)).leaves
    (found,) = (each for each in leaves if (each.child, each.path) == (child, path))
    return found


def _only(*names: str) -> Callable[[list[Input]], list[Input]]:
    return lambda inputs: [each for each in inputs if each.name.endswith(names)]


def first(situation: Situation, child: str, path: str, *names: str) -> Origin:
    return leaf(situation, child, path, *names).origins[0]


EACH = 20 if PROFILE == "quick" else 1
"""Of so many inputs one is changed: of each case other ones, and in a search all of them."""


def assert_all_have_origins(situation: Situation, number: int) -> None:
    found = explain(situation, lambda inputs: inputs[number % EACH :: EACH])
    leaves = leaves_in(made_by_hook(situation) or [])

    assert leaves
    assert {(each.child, each.path) for each in found.leaves} == leaves.keys()
    assert all(each.origins for each in found.leaves)
    assert not found.together


@pytest.mark.hypothesis  # A search, too: hundreds of times the children are made.
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.parent.name))
def test_every_leaf_of_a_case_of_the_go_operator_has_an_origin(case: Path) -> None:
    assert_all_have_origins(of_files(case), CASES.index(case))


@pytest.mark.hypothesis
@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_every_leaf_of_a_recorded_request_has_an_origin(recorded: Recorded) -> None:
    given = situation_of(recorded.request, recorded.facts)
    assert_all_have_origins(given, SYNCS.index(recorded))


@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_the_children_are_those_of_the_hook(recorded: Recorded) -> None:
    situation = situation_of(recorded.request, recorded.facts)

    assert children_of(situation) == made_by_hook(situation)


def test_an_invalid_resource_has_no_explanation() -> None:
    with pytest.raises(InvalidResource):
        explain(of_resource(agent({"k8s_sensor": {"pollrate": "often"}})))


def test_a_given_field_comes_with_its_value() -> None:
    given = of_resource(agent({"agent": {"image": {"tag": "1.2.3"}}}))
    image = leaf(given, AGENT, f"{CONTAINER}.image", "agent.image.tag", "agent.image.name")

    assert image.value == "icr.io/instana/agent:1.2.3"
    assert image.origins == (
        Origin(Source.FIELD, "spec.agent.image.tag", "1.2.3"),
        Origin(Source.DEFAULT, "spec.agent.image.name", "icr.io/instana/agent"),
    )


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("imagePullPolicy", "spec.agent.image.pullPolicy", "Always"),
        ("resources.requests.cpu", "spec.agent.pod.requests.cpu", None),
        ("livenessProbe.periodSeconds", "spec.agent.pod.livenessProbe.periodSeconds", None),
        ("ports[otlp-grpc].containerPort", "spec.opentelemetry.grpc.port", None),
        ("ports[otlp-grpc].protocol", "spec.opentelemetry.grpc.enabled", None),
        ("resources.limits.memory", "spec.agent.pod.limits.memory", None),
    ],
)
def test_a_field_that_is_not_given_is_a_default(path: str, field: str, value: Any) -> None:
    assert first(of_resource(agent()), AGENT, f"{CONTAINER}.{path}", field) == Origin(
        Source.DEFAULT, field, value
    )


def test_the_rest_of_amounts_of_which_one_is_given_are_defaults() -> None:
    given = of_resource(agent({"agent": {"pod": {"requests": {"cpu": "1"}}}}))
    memory = leaf(given, AGENT, f"{CONTAINER}.resources.requests.memory", "requests.memory", ".cpu")

    assert memory.origins[0] == Origin(Source.DEFAULT, "spec.agent.pod.requests.memory")


def test_an_empty_list_is_another_value_than_none() -> None:
    image = {"name": "containers.instana.io/instana/agent"}
    given = of_resource(agent({"agent": {"image": image}}))
    path = f"{POD}.imagePullSecrets[instana-agent-containers-instana-io].name"

    assert first(given, AGENT, path, "image.pullSecrets") == Origin(
        Source.DEFAULT, "spec.agent.image.pullSecrets"
    )


def test_a_patch_comes_before_the_field_that_it_wins_over() -> None:
    patch = {"spec": {"template": {"spec": {"priorityClassName": "high"}}}}
    spec = {"agent": {"pod": {"priorityClassName": "low"}}, "overrides": {"agentDaemonSet": patch}}
    found = leaf(of_resource(agent(spec)), AGENT, f"{POD}.priorityClassName", "priorityClassName")

    assert found.origins[0] == Origin(
        Source.OVERRIDE,
        "spec.overrides.agentDaemonSet.spec.template.spec.priorityClassName",
        "high",
    )


def test_an_entry_of_a_secret_is_named_without_its_value() -> None:
    parent = agent({"agent": {"key": None, "keysSecret": "keys"}})
    situation = of_resource(parent, secret("keys", key="s3ntinel"))
    path = 'data["com.instana.agent.main.sender.Backend-1.cfg"]'
    found = leaf(situation, "Secret/instana-agent-config", path, "entry key", "endpointHost")

    assert found.value is None
    assert found.origins == (
        Origin(Source.RELATED, "Secret/keys entry key"),
        Origin(Source.FIELD, "spec.agent.endpointHost"),
    )


def test_an_object_is_named_by_kind_and_name() -> None:
    situation = of_resource(agent(), namespace("shop", "true"))
    path = 'data["namespaces.yaml"]'
    found = first(situation, "ConfigMap/instana-agent-namespaces", path, "/shop")

    assert found == Origin(Source.RELATED, "Namespace/shop")


def test_a_selector_of_an_older_installation_is_retained() -> None:
    (daemonset,) = (each for each in stored(answer(agent())) if each["kind"] == "DaemonSet")
    daemonset["spec"]["selector"]["matchLabels"] = {"app.kubernetes.io/name": "older"}
    situation = of_resource(agent(), observed=(daemonset,))
    path = 'spec.selector.matchLabels["app.kubernetes.io/name"]'

    assert first(situation, AGENT, path, AGENT) == Origin(Source.OBSERVED, AGENT)


def test_a_selector_that_is_the_same_by_chance_is_retained_too() -> None:
    situation = of_resource(agent(), observed=tuple(stored(answer(agent()))))
    path = 'spec.selector.matchLabels["app.kubernetes.io/name"]'

    assert first(situation, AGENT, path, AGENT) == Origin(Source.OBSERVED, AGENT)


def test_all_of_a_paused_resource_is_retained() -> None:
    observed = tuple(stored(answer(agent())))
    paused = agent()
    paused["metadata"]["annotations"] = {"instana.io/paused": "true"}

    situation = of_resource(paused, observed=observed)
    image = first(situation, AGENT, f"{CONTAINER}.image", AGENT, "image.tag")
    assert image == Origin(Source.OBSERVED, AGENT)


def test_the_endpoints_of_etcd_are_origins() -> None:
    situation = of_resource(agent(), etcd_service(), etcd_slice("10.0.0.1"))
    found = leaf(situation, SENSOR, f"{CONTAINER}.env[ETCD_TARGETS].value", "/etcd-1", "/etcd")

    assert found.origins == (
        Origin(Source.RELATED, "EndpointSlice/etcd-1"),
        Origin(Source.RELATED, "Service/etcd"),
    )


def test_a_fact_and_the_name_of_the_resource_are_origins() -> None:
    situation = of_resource(agent())

    path = 'metadata.labels["app.kubernetes.io/version"]'
    assert first(situation, AGENT, path, "operatorVersion") == Origin(
        Source.FACT, "operatorVersion", Facts().operator_version
    )
    assert first(situation, AGENT, "metadata.name", "metadata.name") == Origin(
        Source.RESOURCE, "metadata.name", "instana-agent"
    )
    assert first(situation, AGENT, "metadata.namespace", "metadata.namespace") == Origin(
        Source.RESOURCE, "metadata.namespace", "instana-agent"
    )


def test_a_zone_is_an_origin_of_the_name_of_its_workload() -> None:
    situation = of_resource(agent({"zones": [{"name": "eu"}, {"name": "us"}]}))

    assert first(situation, f"{AGENT}-eu", "metadata.name", "zones[0].name") == Origin(
        Source.FIELD, "spec.zones[0].name", "eu"
    )


def test_what_nothing_changes_is_built_in() -> None:
    found = leaf(of_resource(agent()), SENSOR, f"{CONTAINER}.command[0]", "pollrate")

    assert found.origins == (Origin(Source.BUILT_IN, value="/ko-app/k8sensor"),)


def test_what_a_child_depends_on_is_apart_from_its_values() -> None:
    found = leaf(of_resource(agent()), SENSOR, "kind", "deployment.enabled")

    assert found.origins == (Origin(Source.BUILT_IN, value="Deployment"),)
    assert found.needs == (
        Origin(Source.DEFAULT, "spec.k8s_sensor.deployment.enabled", value=True),
    )


def test_no_credential_is_shown_though_it_is_in_a_leaf_by_chance() -> None:
    spec = {"agent": {"key": "Linux", "proxyHost": "h", "proxyUser": "kubernetes"}}
    spec["agent"]["proxyPassword"] = "linux"
    origins = [each for leaf in explain(of_resource(agent(spec))).leaves for each in leaf.origins]
    names = {f"spec.agent.{field}" for field in ("key", "proxyUser", "proxyPassword")}

    assert {each.name for each in origins} >= names
    assert {each.value for each in origins if each.name in names} == {None}


def test_no_credential_of_a_variable_is_in_the_explanation() -> None:
    env = {
        "MY_PASSWORD": "s3ntinel-1",
        "URL": "https://me:s3ntinel-2@host.example",
        "PLAIN": "text",
    }
    container = {"name": "instana-agent", "args": ["--token=s3ntinel-3"]}
    template = {"spec": {"containers": [container]}}
    override = {"agentDaemonSet": {"spec": {"template": template}}}
    found = explain(of_resource(agent({"agent": {"env": env}, "overrides": override})))
    values = {
        origin.name: origin.value
        for leaf in found.leaves
        for origin in leaf.origins
        if origin.value
    }

    assert "s3ntinel" not in str(asdict(found))
    assert values["spec.agent.env.PLAIN"] == "text"


def test_no_secret_is_in_the_explanation() -> None:
    fields = ("key", "downloadKey", "proxyUser", "proxyPassword", "agentReleaseRepoMirrorPassword")
    spec: Obj = {"agent": {field: f"s3ntinel-{field}" for field in fields} | {"proxyHost": "proxy"}}
    spec["agent"] |= {"keysSecret": "keys", "configuration": {"password": "s3ntinel-own"}}
    related = secret("keys", key="s3ntinel-of-secret", proxyUser="s3ntinel-of-secret")
    for facts in ({}, {"useSecretMounts": False}):
        found = explain(of_resource(agent(spec | facts), related))

        assert "s3ntinel" not in str(asdict(found))


def test_a_large_resource_costs_no_more_changes_than_the_bound() -> None:
    variables = {f"NAME_{number}": "value" for number in range(2 * MOST_GIVEN)}
    asked: list[Input] = []

    def few(inputs: list[Input]) -> list[Input]:
        asked.extend(inputs)
        return [each for each in inputs if each.name == "spec.agent.env"]

    found = explain(of_resource(agent({"agent": {"env": variables}})), few)

    assert found.together == ("spec.agent.env",)
    assert sum(each.source is Source.FIELD for each in asked) <= MOST_GIVEN
    assert any(
        each.path == f"{CONTAINER}.env[NAME_7].value"
        and each.origins == (Origin(Source.FIELD, "spec.agent.env"),)
        for each in found.leaves
    )


def test_many_objects_of_a_kind_are_changed_together() -> None:
    labelled = [namespace(f"shop-{number}", "true") for number in range(50)]
    situation = of_resource(agent(), *labelled)
    found = explain(situation, lambda inputs: [each for each in inputs if "every" in each.name])
    (names,) = (each for each in found.leaves if each.path == 'data["namespaces.yaml"]')

    assert found.together == ("every Namespace",)
    assert names.origins == (Origin(Source.RELATED, "every Namespace"),)


def test_many_entries_of_an_object_are_changed_together() -> None:
    entries = {f"key_{number}": "k" for number in range(50)} | {"key": "k"}
    parent = agent({"agent": {"key": None, "keysSecret": "keys"}})
    situation = of_resource(parent, secret("keys", **entries))
    found = explain(situation, lambda inputs: [each for each in inputs if "every" in each.name])

    assert any(
        origin.name == "Secret/keys every entry" for each in found.leaves for origin in each.origins
    )


def test_many_children_of_a_kind_are_changed_together() -> None:
    zones = [{"name": f"zone-{number}"} for number in range(MOST_OF_KIND + 1)]
    parent = agent({"zones": zones})
    situation = of_resource(parent, observed=tuple(stored(answer(parent))))
    found = explain(situation, _only("every DaemonSet"))

    assert found.together == ("every DaemonSet",)
    assert found.untried == ()


def test_an_entry_of_a_configmap_is_changed_as_text() -> None:
    reference = {"configMapKeyRef": {"name": "settings", "key": "a"}}
    variables = [{"name": "A", "valueFrom": reference}]
    settings = obj("ConfigMap", "settings", data={"a": "b", "unused": "c"})
    situation = of_resource(agent({"agent": {"pod": {"env": variables}}}), settings)
    found = explain(situation, _only("entry a", "entry unused"))

    assert found.untried == ()
    assert {
        origin.name
        for each in found.leaves
        for origin in each.origins
        if origin.source is Source.RELATED
    } <= {"ConfigMap/settings entry a"}


def test_an_approval_of_a_held_change_is_an_origin() -> None:
    (held,) = (each for each in SYNCS if each.case == "roll-out-held")
    request = held.request
    status = request["parent"].get("status") or held.expected["status"]
    names = ",".join(each["approval"] for each in status["rollout"]["held"])
    request["parent"]["metadata"]["annotations"] = {"instana.io/approve": names}
    found = first(
        situation_of(request, held.facts), AGENT, f"{CONTAINER}.image", '"instana.io/approve"]'
    )

    assert found == Origin(Source.FIELD, 'metadata.annotations["instana.io/approve"]')


def test_another_release_retains_all() -> None:
    given = of_resource(agent(), observed=tuple(stored(answer(agent()))))
    facts = Facts(release="b")
    left = Situation(replace(given.request, release="a"), facts)

    assert children_of(left) == made_by_hook(left)
    assert first(left, AGENT, f"{CONTAINER}.image", AGENT) == Origin(Source.OBSERVED, AGENT)


def test_a_failure_with_other_values_is_none_of_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: Obj) -> None:
        raise ValueError

    monkeypatch.setattr("hooks.explain.children.read_agent", fail)
    with pytest.raises(InternalError, match="a ValueError"):
        children_in_spite_of_rules(of_resource(agent()))


def test_a_situation_without_children_may_be_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(situation: Situation) -> list[Obj]:
        if not any(situation.request.children):
            raise InvalidResource(())
        return children_of(situation)

    monkeypatch.setattr("hooks.explain.trying.children_of", make)
    situation = of_resource(agent(), observed=tuple(stored(answer(agent()))))

    assert first(situation, AGENT, "kind", "metadata.uid").source is Source.BUILT_IN


def test_children_that_cannot_be_made_retain_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Situation) -> list[Obj]:
        raise InvalidResource(())

    monkeypatch.setattr("hooks.explain.retained.children_of", fail)
    situation = of_resource(agent(), observed=tuple(stored(answer(agent()))))
    path = 'spec.selector.matchLabels["app.kubernetes.io/name"]'

    assert first(situation, AGENT, path, AGENT).source is Source.BUILT_IN


def test_what_can_have_no_other_value_is_told() -> None:
    stuck = Input(Source.FIELD, "spec.stuck", (lambda _: iter(()),))

    assert explain(of_resource(agent()), lambda _: [stuck]).untried == ("spec.stuck",)
