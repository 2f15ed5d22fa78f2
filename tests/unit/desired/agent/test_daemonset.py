import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.kube.selectors import matches
from tests.support.hook import answer, child, children, conditions, env, mounts, pod, stored
from tests.support.resources import agent, secret

AGENT = "DaemonSet/instana-agent"
HOST_ID = ("INSTANA_PERSIST_HOST_UNIQUE_ID", "INSTANA_AGENT_ID_FILE_PATH")


def of_pod(**fields: object) -> Obj:
    return agent({"agent": {"pod": fields}})


def container(answered: Obj, which: str = AGENT) -> Obj:
    found: Obj = pod(answered, which)["containers"][0]
    return found


def labels(answered: Obj, which: str = AGENT) -> dict[str, str]:
    found: dict[str, str] = child(answered, which)["spec"]["template"]["metadata"]["labels"]
    return found


def without_host_id(daemonset: Obj) -> Obj:
    """Return the observed DaemonSet as an older installation left it."""
    first = daemonset["spec"]["template"]["spec"]["containers"][0]
    first["env"] = [each for each in first["env"] if each["name"] not in HOST_ID]
    return daemonset


def test_without_zones_there_is_one_daemonset() -> None:
    assert [name for name in children(answer(agent())) if name.startswith("DaemonSet")] == [AGENT]


def test_an_agent_sees_its_whole_node() -> None:
    made = pod(answer(agent()), AGENT)

    assert (made["hostNetwork"], made["hostPID"]) == (True, True)
    assert made["dnsPolicy"] == "ClusterFirstWithHostNet"
    assert made["serviceAccountName"] == "instana-agent"
    assert made["containers"][0]["securityContext"] == {"privileged": True}


def test_each_zone_has_a_daemonset() -> None:
    result = answer(agent({"zones": [{"name": "b"}, {"name": "a"}]}))
    found = [name for name in children(result) if name.startswith("DaemonSet")]

    assert found == [f"{AGENT}-a", f"{AGENT}-b"]
    assert env(result, f"{AGENT}-a")["INSTANA_ZONE"] == "a"
    assert labels(result, f"{AGENT}-a")["io.instana/zone"] == "a"
    assert child(result, f"{AGENT}-a")["spec"]["selector"]["matchLabels"]["io.instana/zone"] == "a"


@pytest.mark.parametrize(
    ("zone", "expected"), [({}, "agent"), ({"affinity": {}}, ""), ({"tolerations": []}, "agent")]
)
def test_the_affinity_of_a_zone_replaces_that_of_the_agent(zone: Obj, expected: str) -> None:
    term = {"topologyKey": "kubernetes.io/hostname"}
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    parent = agent({"agent": {"pod": {"affinity": apart}}, "zones": [{"name": "a", **zone}]})
    found = pod(answer(parent), f"{AGENT}-a")["affinity"]

    assert found.get("podAntiAffinity") == (apart["podAntiAffinity"] if expected else None)


def test_the_tolerations_of_a_zone_replace_those_of_the_agent() -> None:
    zones = [{"name": "a", "tolerations": [{"key": "zone", "operator": "Exists"}]}]
    parent = agent(
        {"agent": {"pod": {"tolerations": [{"key": "x", "operator": "Exists"}]}}, "zones": zones}
    )

    assert pod(answer(parent), f"{AGENT}-a")["tolerations"] == zones[0]["tolerations"]


@pytest.mark.parametrize(("mode", "label", "variable"), [("", "APM", None), ("AWS", "AWS", "AWS")])
def test_the_mode_is_a_label_and_a_variable(mode: str, label: str, variable: str | None) -> None:
    result = answer(agent({"agent": {"mode": mode}}))

    assert labels(result)["instana/agent-mode"] == label
    assert env(result, AGENT).get("INSTANA_AGENT_MODE") == variable


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"rollingUpdate": {"maxUnavailable": 1}, "type": "RollingUpdate"}),
        (
            {"rollingUpdate": {"maxUnavailable": "10%"}},
            {"rollingUpdate": {"maxUnavailable": "10%"}, "type": "RollingUpdate"},
        ),
        (
            {"rollingUpdate": {"maxSurge": "10%"}},
            {"rollingUpdate": {"maxSurge": "10%", "maxUnavailable": 0}, "type": "RollingUpdate"},
        ),
        (
            {"rollingUpdate": {"maxSurge": 0}},
            {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}, "type": "RollingUpdate"},
        ),
        (
            {"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}},
            {"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}, "type": "RollingUpdate"},
        ),
        ({"type": "OnDelete"}, {"rollingUpdate": {"maxUnavailable": 1}, "type": "OnDelete"}),
    ],
)
def test_one_agent_at_a_time_is_unavailable_unless_the_user_says_otherwise(
    given: Obj, expected: Obj
) -> None:
    result = answer(agent({"agent": {"updateStrategy": given}}))

    assert child(result, AGENT)["spec"]["updateStrategy"] == expected


def test_the_time_to_be_ready_is_left_out_where_it_is_nothing() -> None:
    assert "minReadySeconds" not in child(answer(agent()), AGENT)["spec"]
    assert (
        child(answer(agent({"agent": {"minReadySeconds": 5}})), AGENT)["spec"]["minReadySeconds"]
        == 5
    )


def test_the_settings_of_the_pod_reach_it() -> None:
    result = answer(
        of_pod(
            annotations={"a": "b"},
            labels={"c": "d", "app.kubernetes.io/name": "mine"},
            nodeSelector={"e": "f"},
            priorityClassName="high",
            volumes=[{"name": "v", "emptyDir": {}}],
            volumeMounts=[{"name": "v", "mountPath": "/v"}],
        )
    )
    template = child(result, AGENT)["spec"]["template"]

    assert template["metadata"]["annotations"].keys() == {"a", "instana.io/secrets-checksum"}
    assert labels(result)["c"] == "d"
    assert labels(result)["app.kubernetes.io/name"] == "instana-agent"
    assert template["spec"]["nodeSelector"] == {"e": "f"}
    assert template["spec"]["priorityClassName"] == "high"
    assert template["spec"]["volumes"][-1] == {"name": "v", "emptyDir": {}}
    assert container(result)["volumeMounts"][-1] == {"name": "v", "mountPath": "/v"}


@pytest.mark.parametrize(
    ("of_agent", "of_pod_env", "expected"),
    [
        ({"A": "1"}, [], "1"),
        ({"A": "1"}, [{"name": "A", "value": "2"}], "2"),
        ({"A": ""}, [], ""),
        ({}, [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}], "2"),
    ],
)
def test_the_variables_of_the_pod_win_over_those_of_the_agent(
    of_agent: dict[str, str], of_pod_env: list[Obj], expected: str
) -> None:
    result = answer(agent({"agent": {"env": of_agent, "pod": {"env": of_pod_env}}}))

    assert env(result, AGENT)["A"] == expected


def test_built_in_variables_win_over_those_of_the_agent_but_not_of_the_pod() -> None:
    parent = agent(
        {
            "agent": {
                "env": {"INSTANA_AGENT_ENDPOINT": "mine", "POD_IP": "mine"},
                "pod": {"env": [{"name": "POD_IP", "value": "pods"}]},
            }
        }
    )
    result = answer(parent)

    assert env(result, AGENT)["INSTANA_AGENT_ENDPOINT"] == "backend.example"
    assert env(result, AGENT)["POD_IP"] == "pods"


def test_variables_are_in_order() -> None:
    names = [
        each["name"] for each in container(answer(agent({"agent": {"env": {"B": "1"}}})))["env"]
    ]

    assert names == sorted(names)


@pytest.mark.parametrize("name", HOST_ID)
def test_a_new_agent_keeps_its_identity_on_the_node(name: str) -> None:
    assert name in env(answer(agent()), AGENT)


def test_an_agent_that_keeps_its_identity_goes_on() -> None:
    result = answer(agent(), observed=stored(answer(agent())))

    assert {*HOST_ID} <= {*env(result, AGENT)}


def test_an_agent_of_an_older_installation_keeps_its_other_identity() -> None:
    observed = stored(answer(agent()))
    daemonset = without_host_id(next(each for each in observed if each["kind"] == "DaemonSet"))

    assert not {*HOST_ID} & {*env(answer(agent(), observed=[daemonset]), AGENT)}


def test_an_agent_of_an_older_installation_can_be_told_to() -> None:
    observed = stored(answer(agent()))
    daemonset = without_host_id(next(each for each in observed if each["kind"] == "DaemonSet"))
    wanted = of_pod(env=[{"name": HOST_ID[0], "value": "true"}])

    assert {*HOST_ID} <= {*env(answer(wanted, observed=[daemonset]), AGENT)}


def foreign_daemonset() -> Obj:
    """Return a DaemonSet of an older installation, which selects by labels of its own."""
    daemonset: Obj = next(each for each in stored(answer(agent())) if each["kind"] == "DaemonSet")
    daemonset["spec"]["selector"] = {
        "matchLabels": {"app": "instana", "release": "r"},
        "matchExpressions": [{"key": "tier", "operator": "Exists"}],
    }
    daemonset["spec"]["template"]["metadata"]["labels"] = {
        "app": "instana",
        "release": "r",
        "tier": "x",
        "chart": "1",
    }
    return daemonset


def test_the_selector_of_an_observed_daemonset_stays() -> None:
    observed = foreign_daemonset()
    result = answer(agent(), observed=[observed])

    assert child(result, AGENT)["spec"]["selector"] == observed["spec"]["selector"]


def test_pods_go_on_carrying_the_labels_that_are_selected_by() -> None:
    observed = foreign_daemonset()
    result = answer(of_pod(labels={"release": "mine"}), observed=[observed])

    assert matches(observed["spec"]["selector"], labels(result))
    assert "chart" not in labels(result)


@pytest.mark.parametrize("broken", [{}, {"spec": None}, {"spec": {"selector": {}}}])
def test_an_observed_daemonset_without_a_selector_gets_ours(broken: Obj) -> None:
    observed = foreign_daemonset() | broken
    result = answer(agent(), observed=[observed])

    assert child(result, AGENT)["spec"]["selector"]


@pytest.mark.parametrize("openshift", [True, False])
def test_directories_of_cloud_foundry_are_mounted_off_openshift(openshift: bool) -> None:  # noqa: FBT001
    result = answer(agent({"openshift": openshift}), facts=Facts(openshift=not openshift))

    assert ("var-run-kubo" in mounts(result, AGENT)) != openshift


def test_a_repository_on_the_node_is_mounted() -> None:
    result = answer(agent({"agent": {"host": {"repository": "/repo"}}}))

    assert mounts(result, AGENT)["repo"] == "/opt/instana/agent/data/repo"
    assert {"name": "repo", "hostPath": {"path": "/repo"}} in pod(result, AGENT)["volumes"]


def test_an_inline_certificate_is_mounted() -> None:
    result = answer(agent({"agent": {"tls": {"certificate": "eA==", "key": "eQ=="}}}))

    assert child(result, "Secret/instana-agent-tls")["data"] == {
        "tls.crt": "eA==",
        "tls.key": "eQ==",
    }
    assert mounts(result, AGENT)["instana-agent-tls"] == "/opt/instana/agent/etc/certs"


@pytest.mark.parametrize("requests", [{"cpu": "much"}, {"cpu": True}, {"memory": [1]}])
def test_what_is_no_quantity_is_said(requests: Obj) -> None:
    message = conditions(answer(of_pod(requests=requests)))["Valid"]["message"]

    assert message.startswith(
        f"spec.agent.pod.requests[{next(iter(requests))}]: is not a Kubernetes"
    )


def test_the_download_key_is_read_if_it_is_there_where_secrets_are_variables() -> None:
    result = answer(agent({"useSecretMounts": False}))

    assert env(result, AGENT)["INSTANA_DOWNLOAD_KEY"] == {
        "secretKeyRef": {"key": "downloadKey", "name": "instana-agent", "optional": True}
    }


def test_variables_come_from_the_secret_that_has_them() -> None:
    parent = agent(
        {
            "useSecretMounts": False,
            "agent": {
                "key": None,
                "keysSecret": "keys",
                "downloadKey": "inline",
                "proxyHost": "proxy",
                "proxyUser": "inline",
                "proxyPassword": "inline",
            },
        }
    )
    found = env(answer(parent, secret("keys", key="k", proxyUser="u")), AGENT)

    assert {
        name: value["secretKeyRef"]["name"]
        for name, value in found.items()
        if isinstance(value, dict) and "secretKeyRef" in value
    } == {
        "INSTANA_AGENT_KEY": "keys",
        "INSTANA_DOWNLOAD_KEY": "instana-agent",
        "INSTANA_AGENT_PROXY_USER": "keys",
        "INSTANA_AGENT_PROXY_PASSWORD": "instana-agent",
    }
