"""Secrets, ConfigMaps, Services and ServiceAccounts."""

import json

import pytest
import yaml

from hooks.desired import Context, build_context, desired_children
from hooks.desired import children as children_module
from hooks.errors import InternalError, InvalidResource
from hooks.kube.objects import Obj, describe, identity
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from tests.support.hook import FACTS, answer, child, children, conditions, env, pod, stored, texts
from tests.support.resources import agent, namespace, obj, secret

AGENT = "DaemonSet/instana-agent"
OWN = "Secret/instana-agent"
CONFIG = "Secret/instana-agent-config"
PULL = "Secret/instana-agent-containers-instana-io"
SERVICE = "Service/instana-agent"
NAMESPACES = "ConfigMap/instana-agent-namespaces"
OURS = {"image": {"name": "containers.instana.io/instana/release/agent/static"}}
MAIN = "com.instana.agent.main.sender.Backend-1.cfg"


def namespaces(*objects: Obj) -> str:
    text: str = child(answer(agent(), *objects), NAMESPACES)["data"]["namespaces.yaml"]
    return text


def context(spec: Obj | None = None) -> Context:
    nothing = ObservedObjects({})
    return build_context(parse_agent(agent(spec)), nothing, nothing, FACTS)


@pytest.mark.parametrize("name", ["true", "null", "on", "no", "y", "123", "1e3", "0x1f", "a-1"])
@pytest.mark.parametrize("value", ["true", "1", 'a"b', "no"])
def test_names_and_values_stay_texts_in_the_document(name: str, value: str) -> None:
    document = yaml.safe_load(namespaces(namespace(name, value)))

    assert document["namespaces"] == {name: {"labels": {"instana-workload-monitoring": value}}}


def test_no_labelled_namespace_is_a_fact() -> None:
    assert namespaces() == "version: 1\nnamespaces: {}\n"


@pytest.mark.parametrize(
    ("spec", "credential"),
    [
        ({"agent": OURS}, "agent-key"),
        ({"agent": OURS | {"downloadKey": "download"}}, "download"),
        ({"agent": OURS | {"keysSecret": "keys"}}, "stored"),
        ({"agent": OURS | {"keysSecret": "keys", "downloadKey": "download"}}, "download"),
    ],
)
def test_a_pull_secret_is_made_for_instanas_registry(spec: Obj, credential: str) -> None:
    result = answer(agent(spec), secret("keys", key="stored"))
    document = json.loads(texts(result, PULL)[".dockerconfigjson"])
    auth = document["auths"]["containers.instana.io"]["auth"]

    assert child(result, PULL)["type"] == "kubernetes.io/dockerconfigjson"
    assert auth == secret("any", auth=f"_:{credential}")["data"]["auth"]
    assert pod(result, AGENT)["imagePullSecrets"] == [
        {"name": "instana-agent-containers-instana-io"}
    ]


def test_the_download_key_of_the_keys_secret_is_the_first_choice() -> None:
    parent = agent({"agent": OURS | {"keysSecret": "keys"}})
    result = answer(parent, secret("keys", key="stored", downloadKey="first"))
    document = json.loads(texts(result, PULL)[".dockerconfigjson"])

    assert (
        document["auths"]["containers.instana.io"]["auth"]
        == (secret("any", auth="_:first")["data"]["auth"])
    )


@pytest.mark.parametrize("image", [{}, OURS["image"] | {"pullSecrets": []}])
def test_no_pull_secret_is_made_else(image: Obj) -> None:
    result = answer(agent({"agent": {"image": image}}))

    assert PULL not in children(result)
    assert "imagePullSecrets" not in pod(result, AGENT)


def test_pull_secrets_of_the_user_are_for_all_pods() -> None:
    image = OURS["image"] | {"pullSecrets": [{"name": "mine"}]}
    result = answer(agent({"agent": {"image": image}}), secret("mine", x="y"))

    assert PULL not in children(result)
    for workload in (AGENT, "Deployment/instana-agent-k8sensor"):
        assert pod(result, workload)["imagePullSecrets"] == [{"name": "mine"}]


@pytest.mark.parametrize(
    ("mounted", "entries"),
    [
        (
            True,
            {
                "INSTANA_AGENT_KEY": "agent-key",
                "INSTANA_DOWNLOAD_KEY": "d",
                "key": "agent-key",
                "downloadKey": "d",
            },
        ),
        (False, {"key": "agent-key", "downloadKey": "d"}),
    ],
)
def test_inline_credentials_lie_in_a_secret_of_ours(mounted: bool, entries: Obj) -> None:  # noqa: FBT001
    parent = agent({"useSecretMounts": mounted, "agent": {"downloadKey": "d"}})

    assert texts(answer(parent), OWN) == entries


def named_like_ours(**more: object) -> Obj:
    """Return a resource whose keys Secret has the name of the Secret that the hook would make."""
    return agent({"agent": {"key": None, "keysSecret": "instana-agent", **more}})


@pytest.mark.parametrize("unknown", [(), ("Secret.v1",)])
@pytest.mark.parametrize("present", [True, False])
def test_a_keys_secret_of_the_name_of_ours_is_not_written_over(
    present: bool,  # noqa: FBT001
    unknown: tuple[str, ...],
) -> None:
    cluster = [secret("instana-agent", key="stored")] if present and not unknown else []
    result = answer(named_like_ours(), *cluster, unknown=unknown)

    assert OWN not in children(result)
    assert conditions(result)["Valid"]["status"] == "True"


def test_beside_a_keys_secret_of_the_name_of_ours_is_one_with_another_name() -> None:
    result = answer(named_like_ours(proxyHost="proxy"), secret("instana-agent", key="stored"))

    assert OWN not in children(result)
    assert texts(result, "Secret/instana-agent-credentials") == {"HTTPS_PROXY": "http://proxy:80"}


def test_a_keys_secret_that_was_ours_stays() -> None:
    before = answer(agent())
    ours = next(each for each in stored(before) if describe(each) == OWN)
    after = answer(named_like_ours(), ours, observed=stored(before))

    assert child(after, OWN) == child(before, OWN)


@pytest.mark.parametrize(
    ("of_agent", "lines"),
    [
        ({}, []),
        (
            {"proxyHost": "p"},
            ["proxy.type=HTTP", "proxy.host=p", "proxy.port=80"],
        ),
        (
            {
                "proxyHost": "p",
                "proxyPort": "1",
                "proxyProtocol": "socks5",
                "proxyUseDNS": True,
                "proxyUser": "u",
                "proxyPassword": "w",
            },
            [
                "proxy.type=socks5",
                "proxy.host=p",
                "proxy.port=1",
                "proxy.dns=true",
                "proxy.user=u",
                "proxy.password=w",
            ],
        ),
        (
            {"proxyHost": "p", "proxyUser": "u"},
            ["proxy.type=HTTP", "proxy.host=p", "proxy.port=80"],
        ),
    ],
)
def test_the_file_of_a_backend_says_how_to_reach_it(of_agent: Obj, lines: list[str]) -> None:
    result = answer(agent({"agent": of_agent}))

    assert texts(result, CONFIG)[MAIN].splitlines() == [
        "host=backend.example",
        "port=443",
        "protocol=HTTP/2",
        "key=agent-key",
        *lines,
    ]


@pytest.mark.parametrize(
    ("spec", "file", "content"),
    [
        ({}, "cluster_name", "cluster"),
        ({"agent": {"configuration_yaml": "a: b\n"}}, "configuration.yaml", "a: b\n"),
        (
            {"prometheus": {"remoteWrite": {"enabled": True}}},
            "configuration-prometheus-remote-write.yaml",
            "com.instana.plugin.prometheus:\n    remote_write:\n        enabled: true\n",
        ),
        (
            {"opentelemetry": {"grpc": {"enabled": False}, "http": {"port": 1}}},
            "configuration-opentelemetry.yaml",
            (
                "com.instana.plugin.opentelemetry:\n    enabled: true\n    grpc:\n"
                "        enabled: false\n    http:\n        enabled: true\n        port: 1\n"
            ),
        ),
    ],
)
def test_the_configuration_follows_the_resource(spec: Obj, file: str, content: str) -> None:
    assert texts(answer(agent(spec)), CONFIG)[file] == content


def test_configuration_that_is_not_given_is_left_out() -> None:
    files = texts(answer(agent({"cluster": None, "zone": {"name": "z"}})), CONFIG)

    assert sorted(files) == [
        MAIN,
        "configuration-disable-kubernetes-sensor.yaml",
        "configuration-opentelemetry.yaml",
    ]


@pytest.mark.parametrize(
    ("spec", "made"),
    [
        ({}, True),
        ({"service": {"create": False}}, True),
        ({"opentelemetry": {"enabled": False}}, True),
        ({"service": {"create": False}, "opentelemetry": {"enabled": False}}, False),
        (
            {
                "service": {"create": False},
                "opentelemetry": {"enabled": False},
                "prometheus": {"remoteWrite": {"enabled": True}},
            },
            True,
        ),
    ],
)
def test_the_service_is_made_where_something_needs_it(spec: Obj, made: bool) -> None:  # noqa: FBT001
    result = children(answer(agent(spec)))

    assert (SERVICE in result) == made
    assert f"{SERVICE}-headless" in result


def test_the_service_leads_to_the_agent_on_the_callers_node() -> None:
    spec = child(answer(agent({"opentelemetry": {"enabled": False}})), SERVICE)["spec"]

    assert spec == {
        "internalTrafficPolicy": "Local",
        "ports": [{"name": "agent-apis", "port": 42699, "protocol": "TCP", "targetPort": 42699}],
        "publishNotReadyAddresses": True,
        "selector": {
            "app.kubernetes.io/name": "instana-agent",
            "app.kubernetes.io/instance": "instana-agent",
            "app.kubernetes.io/component": "instana-agent",
        },
    }


@pytest.mark.parametrize(
    ("account", "name"),
    [
        ({}, "instana-agent"),
        ({"name": "mine"}, "mine"),
        ({"create": False}, ""),
        ({"create": False, "name": "mine"}, ""),
    ],
)
def test_the_agents_account_is_made_unless_one_is_there(account: Obj, name: str) -> None:
    result = answer(agent({"serviceAccount": account}))
    made = {each.partition("/")[2] for each in children(result) if each.startswith("ServiceAcc")}

    assert made == {"instana-agent-k8sensor", *([name] if name else [])}


def test_annotations_are_on_the_agents_account_only() -> None:
    result = answer(agent({"serviceAccount": {"annotations": {"a": "b"}}}))

    assert child(result, "ServiceAccount/instana-agent")["metadata"]["annotations"] == {"a": "b"}
    assert "annotations" not in child(result, "ServiceAccount/instana-agent-k8sensor")["metadata"]


def test_every_child_has_the_labels_that_the_parent_selects_by() -> None:
    labels = [each["metadata"]["labels"] for each in answer(agent())["children"]]

    assert {each["app.kubernetes.io/managed-by"] for each in labels} == {"instana-agent-operator"}
    assert {each["app.kubernetes.io/component"] for each in labels} == {"instana-agent", "k8sensor"}
    assert {each["app.kubernetes.io/instance"] for each in labels} == {"instana-agent"}


def test_children_are_in_order_and_distinct() -> None:
    found = [identity(each) for each in answer(agent())["children"]]

    assert found == sorted(set(found))


def test_two_children_of_one_name_are_refused() -> None:
    result = answer(agent({"serviceAccount": {"name": "instana-agent-k8sensor"}}))

    assert result["children"] == []
    assert conditions(result)["Valid"]["message"] == (
        "spec.serviceAccount.name: would create ServiceAccount/instana-agent-k8sensor twice: "
        "choose another name (rule child-repeated)"
    )


def test_a_mistake_of_a_builder_says_which_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_children(_: Context) -> list[Obj]:
        raise KeyError

    monkeypatch.setattr(children_module, "CHILDREN", (broken_children,))

    with pytest.raises(InternalError) as caught:
        desired_children(context())

    assert str(caught.value) == "broken_children: a KeyError while building"


def test_a_value_that_kubernetes_cannot_hold_says_which_child() -> None:
    scratch = {"name": "scratch", "emptyDir": {"sizeLimit": "much"}}
    with pytest.raises(InvalidResource) as caught:
        desired_children(context({"agent": {"pod": {"volumes": [scratch]}}}))

    assert caught.value.where.child == "agent_daemonsets"


def test_a_child_that_the_parent_would_not_select_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(children_module, "CHILDREN", (lambda _: obj("Secret", "stray"),))

    with pytest.raises(InternalError) as caught:
        desired_children(context())

    assert str(caught.value) == (
        "Secret/stray: a child lacks the labels that the resource selects by"
    )


def test_mirrors_of_repositories_reach_the_agent() -> None:
    result = answer(agent({"agent": {"agentReleaseRepoMirrorUrl": "https://mirror"}}))

    assert env(result, AGENT)["AGENT_RELEASE_REPOSITORY_MIRROR_URL"] == "https://mirror"
