"""What the agent's pods see of their nodes and of the children, as complete lists."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, pod
from tests.support.resources import agent

AGENT = "DaemonSet/instana-agent"
CREATED = "DirectoryOrCreate"
OF_BOSH = {
    "var-run-kubo": ("/var/vcap/sys/run/docker", CREATED),
    "var-run-containerd": ("/var/vcap/sys/run/containerd", CREATED),
    "var-containerd-config": ("/var/vcap/jobs/containerd/config", CREATED),
}
ELSEWHERE = {
    "dev": ("/dev", None),
    "run": ("/run", None),
    "var-run": ("/var/run", None),
    "sys": ("/sys", None),
    "var-log": ("/var/log", None),
    "var-lib-instana": ("/var/lib/instana", CREATED),
    "var-data": ("/var/data", CREATED),
}
FILES = {
    "tls": {"secretName": "certificate"},
    "host": {"repository": "/opt/repository"},
}
GROUP_READABLE, OWNER_READABLE = 0o440, 0o400
VOLUMES: list[Obj] = [
    {"name": "machine-id", "hostPath": {"path": "/etc/machine-id"}},
    {
        "name": "config",
        "secret": {"defaultMode": GROUP_READABLE, "secretName": "instana-agent-config"},
    },
    {
        "name": "instana-agent-tls",
        "secret": {"defaultMode": GROUP_READABLE, "secretName": "certificate"},
    },
    {"name": "repo", "hostPath": {"path": "/opt/repository"}},
    {
        "name": "namespaces-details",
        "configMap": {"defaultMode": GROUP_READABLE, "name": "instana-agent-namespaces"},
    },
    {
        "name": "instana-secrets",
        "secret": {
            "defaultMode": OWNER_READABLE,
            "items": [{"key": "INSTANA_AGENT_KEY", "path": "INSTANA_AGENT_KEY"}],
            "secretName": "instana-agent",
        },
    },
]
ETC = "/opt/instana/agent/etc"
MOUNTS: list[Obj] = [
    {"mountPath": "/etc/machine-id", "name": "machine-id"},
    {"mountPath": f"{ETC}/instana-config-yml", "name": "config"},
    {"mountPath": f"{ETC}/certs", "name": "instana-agent-tls", "readOnly": True},
    {"mountPath": "/opt/instana/agent/data/repo", "name": "repo"},
    {"mountPath": f"{ETC}/namespaces", "name": "namespaces-details"},
    {"mountPath": f"{ETC}/instana/secrets", "name": "instana-secrets", "readOnly": True},
]


@pytest.mark.parametrize(
    ("spec", "directories"),
    [
        ({}, ELSEWHERE | OF_BOSH),
        ({"openshift": True}, ELSEWHERE),
        ({"platform": "GKE"}, ELSEWHERE),
    ],
    ids=["anywhere", "openshift", "known platform"],
)
def test_an_agent_sees_these_directories_of_its_node(
    spec: Obj, directories: dict[str, tuple[str, str | None]]
) -> None:
    made = pod(answer(agent(spec)), AGENT)
    paths = {
        each["name"]: (each["hostPath"]["path"], each["hostPath"].get("type"))
        for each in made["volumes"]
        if "hostPath" in each and each["name"] != "machine-id"
    }
    mounts = [each for each in made["containers"][0]["volumeMounts"] if each["name"] in paths]

    assert paths == directories
    assert {each["name"]: each["mountPath"] for each in mounts} == {
        name: path for name, (path, _) in directories.items()
    }
    assert {each["mountPropagation"] for each in mounts} == {"HostToContainer"}


def test_an_agent_has_these_files_besides() -> None:
    made = pod(answer(agent({"agent": FILES})), AGENT)
    further = {each["name"] for each in VOLUMES}
    mounts = made["containers"][0]["volumeMounts"]

    assert [each for each in made["volumes"] if each["name"] in further] == VOLUMES
    assert [each for each in mounts if each["name"] in further] == MOUNTS
    assert len(made["volumes"]) == len(mounts) == len(VOLUMES) + len(ELSEWHERE | OF_BOSH)
