"""The service's own objects: what they may, and that they fit together and the code."""

import re
from pathlib import Path

import pytest

from hooks import __version__
from hooks.server.settings import POD_NAMESPACE, READERS
from tests.unit.deploy.manifests import BASE, Obj, base, documents

NAME = "app.kubernetes.io/name"
OWN = [
    each
    for path in sorted(BASE.glob("*.yaml"))
    for each in documents(path)
    if each["kind"] not in ("Kustomization", "Namespace") and path.stem != "cluster-roles"
]


def pod() -> Obj:
    spec: Obj = base("Deployment")["spec"]["template"]["spec"]
    return spec


def container() -> Obj:
    (only,) = pod()["containers"]
    found: Obj = only
    return found


@pytest.mark.parametrize("obj", OWN, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_own_objects_are_never_taken_for_children(obj: Obj) -> None:
    labels = obj["metadata"]["labels"]

    assert labels[NAME] == "instana-agent-hooks"
    assert labels["app.kubernetes.io/part-of"] == "instana"
    assert "app.kubernetes.io/managed-by" not in labels


def test_everything_finds_the_pods() -> None:
    labels = base("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        base("Deployment")["spec"]["selector"]["matchLabels"],
        base("Service")["spec"]["selector"],
        base("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        base("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        *(each["labelSelector"]["matchLabels"] for each in pod()["topologySpreadConstraints"]),
    ]

    assert [each for each in selectors if not each or not each.items() <= labels.items()] == []


def test_everything_finds_the_port() -> None:
    (port,) = container()["ports"]
    rules = base("NetworkPolicy")["spec"]["ingress"]
    probes = [
        container()[f"{each}Probe"]["httpGet"] for each in ("startup", "readiness", "liveness")
    ]

    assert env()["PORT"] == str(port["containerPort"])
    assert base("Service")["spec"]["ports"][0]["targetPort"] == port["name"]
    assert {each["port"] for rule in rules for each in rule["ports"]} == {port["name"]}
    assert {(each["port"], each["scheme"]) for each in probes} == {(port["name"], "HTTPS")}
    assert [each["path"] for each in probes] == ["/readyz", "/readyz", "/healthz"]


def env() -> dict[str, str]:
    return {each["name"]: each.get("value", "") for each in container()["env"]}


def test_variables_are_settings() -> None:
    assert set(env()) <= {*READERS, POD_NAMESPACE}


def test_files_that_settings_name_are_mounted() -> None:
    mounts = {each["mountPath"]: each["name"] for each in container()["volumeMounts"]}
    secrets = {each["name"]: each.get("secret") for each in pod()["volumes"]}

    for name in ("TLS_CERT_FILE", "TLS_KEY_FILE", "TOKENS_FILE"):
        folder, _, file = env()[name].rpartition("/")
        assert file in {item["path"] for item in secrets[mounts[folder]]["items"]}


def test_pod_has_no_token_and_the_service_account_no_rights() -> None:
    bound = [
        subject["name"]
        for path in BASE.glob("*.yaml")
        for each in documents(path)
        for subject in each.get("subjects", [])
    ]

    assert pod()["automountServiceAccountToken"] is False
    assert base("ServiceAccount")["automountServiceAccountToken"] is False
    assert set(bound) == {"metacontroller"}


def test_user_is_that_of_the_image() -> None:
    user = re.search(r"^USER (\d+):(\d+)$", Path("Dockerfile").read_text(), re.MULTILINE)
    assert user
    context = pod()["securityContext"]

    assert (context["runAsUser"], context["runAsGroup"]) == (int(user[1]), int(user[2]))
    assert context["runAsNonRoot"] is True


def test_container_may_write_nothing_but_its_scratch_space() -> None:
    writable = {each["name"] for each in container()["volumeMounts"] if not each.get("readOnly")}
    kinds = {each["name"]: set(each) - {"name"} for each in pod()["volumes"]}

    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {frozenset(kinds[name]) for name in writable} == {frozenset({"emptyDir"})}


def test_image_is_of_this_version() -> None:
    (image,) = documents(BASE / "kustomization.yaml")[0]["images"]

    assert image == {"name": container()["image"], "newTag": __version__}


def test_a_stop_has_time() -> None:
    # gunicorn's `graceful_timeout`; the module that has it refuses to be imported in tests.
    config = Path("hooks/server/gunicorn_conf.py").read_text()
    (graceful,) = re.findall(r"^graceful_timeout = (\d+)$", config, re.MULTILINE)
    before = container()["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert before + int(graceful) < pod()["terminationGracePeriodSeconds"]


def test_there_is_always_one_replica() -> None:
    spec = base("Deployment")["spec"]

    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert base("PodDisruptionBudget")["spec"]["minAvailable"] == 1
    assert {each["topologyKey"] for each in pod()["topologySpreadConstraints"]} == {
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    }


def test_only_metacontroller_and_chosen_namespaces_come_in_and_nothing_goes_out() -> None:
    spec = base("NetworkPolicy")["spec"]
    hooks, metrics = spec["ingress"]

    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in spec
    assert hooks["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "metacontroller"}},
            "podSelector": {"matchLabels": {NAME: "metacontroller"}},
        }
    ]
    assert metrics["from"] == [
        {"namespaceSelector": {"matchLabels": {"instana.io/scrapes-hooks": "true"}}}
    ]


def test_namespace_takes_the_agents_pods() -> None:
    labels = base("Namespace", "instana-agent")["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
