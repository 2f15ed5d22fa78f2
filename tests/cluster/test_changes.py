"""Each group of fields changes on a running resource: its children follow, nothing old is left."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Identity, Obj, identity
from hooks.rendering import render
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import is_followed, remove, running_loop, settled, versions
from tests.cluster.metacontroller import STRATEGIES, Recorder

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
NOW = "2026-01-01T00:00:00Z"
NODE_NAME = {"fieldRef": {"fieldPath": "spec.nodeName"}}
HELD = {("v1", "Secret", NAMESPACE, name) for name in ("instana-agent", "instana-agent-tls")}
"""Stay as long as a roll-out is under way, which never ends where no pod runs."""

CERTIFICATE = {"certificate": "Y2VydA==", "key": "a2V5"}

SECRETS: list[Obj] = [
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "data": dict.fromkeys(entries, encoded),
    }
    for name, entries, encoded in (
        ("mine", ("key", "second", "download", "tls.crt", "tls.key"), "bWluZQ=="),
        ("theirs", ("user", "password", "url"), "dGhlaXJz"),
    )
]


def _entry(name: str, key: str) -> Obj:
    return {"name": name, "key": key}


REFERENCES: Obj = {
    "keySecretKeyRef": _entry("mine", "key"),
    "downloadKeySecretKeyRef": _entry("mine", "download"),
    "proxyUserSecretKeyRef": _entry("theirs", "user"),
    "proxyPasswordSecretKeyRef": _entry("theirs", "password"),
    "agentReleaseRepoMirrorUsernameSecretKeyRef": _entry("theirs", "user"),
    "agentReleaseRepoMirrorPasswordSecretKeyRef": _entry("theirs", "password"),
    "instanaSharedRepoMirrorUsernameSecretKeyRef": _entry("theirs", "user"),
    "instanaSharedRepoMirrorPasswordSecretKeyRef": _entry("theirs", "password"),
}
BACKEND = {"endpointHost": "two", "endpointPort": "443"}

CHANGES: dict[str, Obj] = {
    "image": {"agent": {"image": {"name": "example.com/agent", "tag": "1.2"}}},
    "digest": {"agent": {"image": {"digest": f"sha256:{'0' * 64}"}}},
    "resources": {"agent": {"pod": {"requests": {"cpu": 1}, "limits": {"memory": "1024Mi"}}}},
    "variables": {"agent": {"env": {"A": "1"}, "pod": {"env": [{"name": "B", "value": "2"}]}}},
    "variables by reference": {
        "agent": {
            "env": None,
            "pod": {"env": [{"name": "B", "valueFrom": NODE_NAME}]},
        }
    },
    "volumes": {
        "agent": {
            "pod": {
                "volumes": [{"name": "v", "emptyDir": {}}],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}],
            }
        }
    },
    "another source of a volume": {
        "agent": {"pod": {"volumes": [{"name": "v", "hostPath": {"path": "/v"}}]}}
    },
    "no volumes": {"agent": {"pod": {"volumes": None, "volumeMounts": None, "env": None}}},
    "probe by command": {"agent": {"pod": {"livenessProbe": {"exec": {"command": ["true"]}}}}},
    "probe by default": {"agent": {"pod": {"livenessProbe": None}}},
    "scheduling": {
        "agent": {
            "pod": {
                "tolerations": [{"operator": "Exists"}],
                "nodeSelector": {"a": "b"},
                "annotations": {"example.com/a": "b"},
                "labels": {"example.com/c": "d"},
            }
        }
    },
    "roll-out": {"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "20%"}}}},
    "on delete": {"agent": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": None}}},
    "proxy": {"agent": {"proxyHost": "proxy", "proxyUser": "u", "proxyPassword": "p"}},
    "secrets as variables": {"useSecretMounts": False},
    "secrets as files": {"useSecretMounts": True},
    "backends": {
        "agent": {
            "additionalBackends": [
                {"endpointHost": "one", "endpointPort": "443", "key": "k1"},
                {"endpointHost": "two", "endpointPort": "443", "key": "k2"},
            ]
        }
    },
    "one backend less": {
        "agent": {
            "additionalBackends": [{"endpointHost": "two", "endpointPort": "443", "key": "k2"}]
        }
    },
    "certificate": {"agent": {"tls": CERTIFICATE}},
    "no certificate": {"agent": {"tls": None}},
    "mirrors": {
        "agent": {
            "agentReleaseRepoMirrorUsername": "u",
            "agentReleaseRepoMirrorPassword": "p",
            "instanaSharedRepoMirrorUsername": "u",
            "instanaSharedRepoMirrorPassword": "p",
        }
    },
    "entries of Secrets": {"agent": REFERENCES},
    "entry for a backend": {
        "agent": {"additionalBackends": [BACKEND | {"keySecretKeyRef": _entry("mine", "second")}]}
    },
    "entries for a certificate": {
        "agent": {
            "tls": {
                "certificateSecretKeyRef": _entry("mine", "tls.crt"),
                "keySecretKeyRef": _entry("mine", "tls.key"),
            }
        }
    },
    "entries as variables": {"useSecretMounts": False},
    "other entries": {
        "agent": {
            "keySecretKeyRef": {"key": "second"},
            "instanaSharedRepoMirrorUsernameSecretKeyRef": _entry("mine", "download"),
        }
    },
    "entries as files": {"useSecretMounts": True},
    "entry with the proxy's address": {
        "agent": {"httpsProxySecretKeyRef": _entry("theirs", "url")}
    },
    "values instead of some entries": {
        "agent": {
            "downloadKeySecretKeyRef": None,
            "proxyPasswordSecretKeyRef": None,
            "httpsProxySecretKeyRef": None,
        }
    },
    "no entries": {
        "agent": {
            **dict.fromkeys(REFERENCES),
            "additionalBackends": [BACKEND | {"key": "k2"}],
            "tls": None,
        }
    },
    "telemetry": {"opentelemetry": {"grpc": {"port": 5000}, "http": {"enabled": False}}},
    "no service": {"opentelemetry": {"enabled": False}, "service": {"create": False}},
    "remote write": {"prometheus": {"remoteWrite": {"enabled": True}}},
    "k8sensor": {
        "k8s_sensor": {
            "deployment": {"replicas": 2, "pod": {"limits": {"cpu": "2e3"}}},
            "podDisruptionBudget": {"enabled": True},
            "pollrate": "5s",
        }
    },
    "overrides": {
        "overrides": {
            "agentDaemonSet": {
                "metadata": {"annotations": {"a": "b"}},
                "spec": {
                    "template": {
                        "spec": {
                            "containers": [
                                {"name": "instana-agent", "env": [{"name": "X", "value": "x"}]}
                            ],
                            "initContainers": [{"name": "first", "image": "i"}],
                            "volumes": [{"name": "w", "emptyDir": {}}],
                        }
                    }
                },
            },
            "k8sensorDeployment": {
                "spec": {"template": {"spec": {"containers": [{"name": "side", "image": "i"}]}}}
            },
            "agentService": {"spec": {"type": "NodePort"}},
            "agentServiceAccount": {"imagePullSecrets": [{"name": "a"}]},
        }
    },
    "other overrides": {
        "overrides": {
            "agentDaemonSet": {
                "metadata": None,
                "spec": {
                    "template": {
                        "spec": {
                            "containers": [
                                {
                                    "name": "instana-agent",
                                    "env": [{"name": "POD_IP", "$patch": "delete"}],
                                }
                            ],
                            "initContainers": None,
                            "volumes": [{"name": "w", "hostPath": {"path": "/w"}}],
                        }
                    }
                },
            },
            "k8sensorDeployment": {"spec": {"revisionHistoryLimit": 1, "template": None}},
        }
    },
    "no overrides": {"overrides": None},
    "no k8sensor": {"k8s_sensor": {"deployment": {"enabled": False}}},
    "zones": {"zones": [{"name": "a"}, {"name": "b", "mode": "AWS"}]},
    "no zones": {"zones": None},
}  # fmt: skip


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        api.apply_all([*SECRETS, AGENT])
        yield recorder
        remove(api, AGENT, SECRETS)


@pytest.mark.parametrize("change", CHANGES)
def test_children_follow(change: str, loop: Recorder, api: Api) -> None:
    calls = len(loop.exchanges)
    parent = api.merge(AGENT, {"spec": CHANGES[change]})
    wanted = {identity(each): each for each in _wanted(parent)}

    wait_for(lambda: is_followed(api, parent), "the change is followed")
    wait_for(lambda: _are_there(api, wanted.keys()), "the wanted children")
    settled(api, AGENT)

    for child in wanted.values():
        if child["kind"] in {"DaemonSet", "Deployment"}:
            assert _shape(api.get(child) or {}) == _shape(child)
    assert {each.status for each in loop.exchanges[calls:]} == {200}


def _are_there(api: Api, wanted: AbstractSet[Identity]) -> bool:
    return wanted <= versions(api).keys() <= wanted | HELD


def _wanted(parent: Obj) -> list[Obj]:
    fresh = {name: part for name, part in parent.items() if name != "status"}
    rendered = render([fresh, *SECRETS], Facts(), NOW)
    assert not rendered.problems
    return [*rendered.children, *rendered.attachments]


def test_rotated_entry_restarts_agents_and_its_sensor_only_once(loop: Recorder, api: Api) -> None:
    backend = BACKEND | {"keySecretKeyRef": _entry("mine", "second")}
    sensor = {"deployment": {"enabled": True}}
    parent = api.merge(
        AGENT, {"spec": {"agent": {"additionalBackends": [backend]}, "k8s_sensor": sensor}}
    )
    wait_for(lambda: is_followed(api, parent), "the entry is followed")
    settled(api, AGENT)
    before = _generations(api, parent)

    api.merge(SECRETS[0], {"data": {"second": "cm90YXRlZA=="}})
    wait_for(lambda: _generations(api, parent) != before, "a workload is changed")
    settled(api, AGENT)

    after = _generations(api, parent)
    assert loop.port
    rolled = ("instana-agent", "instana-agent-k8sensor-1")
    assert after == before | {name: before[name] + 1 for name in rolled}


def test_switched_off_nothing_restarts(loop: Recorder, api: Api) -> None:
    parent = api.merge(AGENT, {"spec": {"agent": {"reloadOnSecretChange": False}}})
    wait_for(lambda: is_followed(api, parent), "the switch is followed")
    settled(api, AGENT)
    before = _generations(api, parent)

    calls = len(loop.exchanges)
    api.merge(SECRETS[0], {"data": {"second": "b3RoZXI="}})
    wait_for(lambda: len(loop.exchanges) > calls, "the change is seen")
    settled(api, AGENT)

    assert _generations(api, parent) == before


def _generations(api: Api, parent: Obj) -> dict[str, int]:
    workloads = [each for each in _wanted(parent) if "template" in each.get("spec", {})]
    found = [api.get(each) for each in workloads]
    return {each["metadata"]["name"]: each["metadata"]["generation"] for each in found if each}


def _files(pod: Obj) -> Iterator[tuple[str, str, str]]:
    """Yield each file that is an entry of a Secret: its path, the Secret, the entry."""
    for volume in pod["volumes"]:
        sources = [volume, *volume.get("projected", {}).get("sources", [])]
        for secret in (source["secret"] for source in sources if "secret" in source):
            for item in secret.get("items", []):
                name = secret.get("secretName") or secret["name"]
                yield f"{volume['name']}/{item['path']}", name, item["key"]


def _secret_key(variable: Obj) -> Obj | None:
    found: Obj | None = variable.get("valueFrom", {}).get("secretKeyRef")
    return found


def _shape(workload: Obj) -> Obj:
    """Return what an old part would be left in: the lists of the pod, and the sources in them."""
    spec = workload["spec"]
    pod = spec["template"]["spec"]
    containers = {each["name"]: each for each in pod["containers"]}
    container = containers["instana-agent"]
    return {
        "containers": sorted(containers),
        "before": [each["name"] for each in pod.get("initContainers") or []],
        "volumes": {each["name"]: sorted(each) for each in pod["volumes"]},
        "files": sorted(_files(pod)),
        "variables": {each["name"]: sorted(each) for each in container["env"]},
        "entries": {each["name"]: _secret_key(each) for each in container["env"]},
        "mounts": sorted(each["mountPath"] for each in container["volumeMounts"]),
        "ports": sorted(each["containerPort"] for each in container["ports"]),
        "probe": sorted({"exec", "httpGet"} & (container.get("livenessProbe") or {}).keys()),
        "args": container.get("args"),
        "image": container["image"],
        "resources": container["resources"],
        "scheduling": [pod.get(field) for field in ("tolerations", "nodeSelector")],
        "labels": spec["template"]["metadata"]["labels"],
        "annotations": spec["template"]["metadata"].get("annotations"),
        "roll-out": (spec.get("updateStrategy") or {}).get("type"),
        "replicas": spec.get("replicas"),
    }
