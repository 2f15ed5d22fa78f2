"""Each fact about the parts of a pod: a value that Kubernetes refuses, and its place.

The server's own verdict on these is asked for in `tests/cluster/test_agreement.py`.
"""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.affinity import AFFINITY, TOPOLOGY_SPREAD
from hooks.kube.pod_validation.annotations import annotations, size_of
from hooks.kube.pod_validation.checks import Check
from hooks.kube.pod_validation.containers import MOUNTS, PRIVILEGED_MOUNTS, PROBE, VARIABLES, files
from hooks.kube.pod_validation.containers import ONE_SOURCE as ONE_SOURCE_OF_VARIABLES
from hooks.kube.pod_validation.resources import names_of_resources, resources
from hooks.kube.pod_validation.tolerations import TOLERATION
from hooks.kube.pod_validation.volumes import ONE_SOURCE, VOLUME
from tests.support import pod_samples as samples

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def on_nodes(**requirement: Any) -> Obj:
    expression = {"key": "pool", "operator": "Exists", **requirement}
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}}


def by_name(**requirement: Any) -> Obj:
    field = {"key": "metadata.name", "operator": "In", "values": ["a"], **requirement}
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchFields": [field]}]}}}


def beside(**term: Any) -> Obj:
    return {"podAffinity": {REQUIRED: [{"topologyKey": "zone", "labelSelector": {}, **term}]}}


def projected(source: Obj) -> Obj:
    return {"projected": {"sources": [source]}}


def claim(**spec: Any) -> Obj:
    whole = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        **spec,
    }
    return {"ephemeral": {"volumeClaimTemplate": {"spec": whole}}}


def variable(**source: Any) -> list[Obj]:
    return [{"name": "A", "valueFrom": source}]


def shown(part: object) -> str:
    """Return what a test is called by: a check is another one in each process."""
    return "" if isinstance(part, Check) else str(part)[:80]


WRONG: list[tuple[Check, Any, str]] = [
    (AFFINITY, on_nodes(operator="exists"), "operator"),
    (AFFINITY, on_nodes(operator="In"), "values"),
    (AFFINITY, on_nodes(values=["a"]), "values"),
    (AFFINITY, on_nodes(operator="Gt", values=["1", "2"]), "values"),
    (AFFINITY, on_nodes(operator="In", values=["a b"]), "values[0]"),
    (AFFINITY, on_nodes(key="a b"), "key"),
    (AFFINITY, by_name(key="metadata.uid"), "key"),
    (AFFINITY, by_name(operator="Exists"), "operator"),
    (AFFINITY, by_name(values=["a", "b"]), "values"),
    (AFFINITY, by_name(values=["A"]), "values[0]"),
    (AFFINITY, {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": []}}}, "nodeSelectorTerms"),
    (AFFINITY, {"nodeAffinity": {PREFERRED: [{"weight": 0, "preference": {}}]}}, "weight"),
    (AFFINITY, {"podAffinity": {PREFERRED: [{"weight": 101}]}}, "weight"),
    (AFFINITY, beside(topologyKey=""), "topologyKey"),
    (AFFINITY, beside(namespaces=["a.b"]), "namespaces[0]"),
    (AFFINITY, beside(labelSelector={"matchLabels": {"a": "b c"}}), "matchLabels[a]"),
    (AFFINITY, beside(labelSelector=None, matchLabelKeys=["a"]), "matchLabelKeys"),
    (AFFINITY, beside(matchLabelKeys=["a"], mismatchLabelKeys=["a"]), "matchLabelKeys[0]"),
    (TOPOLOGY_SPREAD, {"nodeTaintsPolicy": ""}, "nodeTaintsPolicy"),
    (TOPOLOGY_SPREAD, {"minDomains": 2, "whenUnsatisfiable": "ScheduleAnyway"}, "minDomains"),
    (
        TOPOLOGY_SPREAD,
        {"matchLabelKeys": ["a"], "labelSelector": {"matchLabels": {"a": "b"}}},
        "matchLabelKeys[0]",
    ),
    (VOLUME, {"hostPath": {"path": "", "type": "Directory"}}, "path"),
    (VOLUME, {"hostPath": {"path": "/a", "type": "directory"}}, "type"),
    (VOLUME, {"secret": {}}, "secretName"),
    (VOLUME, {"secret": {"secretName": "a", "defaultMode": 1000}}, "defaultMode"),
    (VOLUME, {"configMap": {"name": "a", "items": [{"key": "", "path": "a"}]}}, "key"),
    (VOLUME, {"configMap": {"name": "a", "items": [{"key": "a", "path": "/a"}]}}, "path"),
    (VOLUME, {"configMap": {"name": "a", "items": [{"key": "a", "path": "..a"}]}}, "path"),
    (VOLUME, {"emptyDir": {"sizeLimit": "-1"}}, "sizeLimit"),
    (VOLUME, {"downwardAPI": {"items": [{"path": "a"}]}}, "items[0]"),
    (VOLUME, {"ephemeral": {}}, "volumeClaimTemplate"),
    (VOLUME, claim(accessModes=[]), "accessModes"),
    (VOLUME, claim(accessModes=["ReadWriteOncePod", "ReadOnlyMany"]), "accessModes"),
    (VOLUME, claim(resources={}), "storage"),
    (VOLUME, claim(resources={"requests": {"storage": 0}}), "storage"),
    (VOLUME, claim(volumeMode="Disk"), "volumeMode"),
    (VOLUME, claim(dataSource={"kind": "Other", "name": "a"}), "kind"),
    (
        VOLUME,
        claim(
            dataSource={"kind": "PersistentVolumeClaim", "name": "a"},
            dataSourceRef={"kind": "PersistentVolumeClaim", "name": "b"},
        ),
        "dataSource",
    ),
    (VOLUME, projected({"secret": {"name": "a"}, "configMap": {"name": "a"}}), "sources[0]"),
    (VOLUME, projected({"serviceAccountToken": {"path": "a", "expirationSeconds": 5}}), "Seconds"),
    (VOLUME, projected({"clusterTrustBundle": {"path": "a"}}), "clusterTrustBundle"),
    (VOLUME, projected({"clusterTrustBundle": {"name": "A", "path": "a"}}), "name"),
    (VOLUME, projected({"clusterTrustBundle": {"signerName": "a", "path": "a"}}), "signerName"),
    (
        VOLUME,
        projected({"podCertificate": {"signerName": "a.b/c", "keyType": "RSA", "keyPath": "a"}}),
        "keyType",
    ),
    (
        VOLUME,
        projected({"podCertificate": {"signerName": "a.b/c", "keyType": "ED25519"}}),
        "podCertificate",
    ),
    (
        VOLUME,
        {"projected": {"sources": 2 * [{"secret": {"name": "a", "items": [samples.FILE]}}]}},
        "path",
    ),
    (VOLUME, {"nfs": {"server": "a", "path": "a"}}, "path"),
    (VOLUME, {"csi": {"driver": "a/b"}}, "driver"),
    (VOLUME, {"fc": {}}, "fc"),
    (VOLUME, {"fc": {"targetWWNs": ["a"]}}, "lun"),
    (VOLUME, {"flocker": {"datasetName": "a/b"}}, "datasetName"),
    (VOLUME, {"flexVolume": {"driver": "a", "options": {"k8s.io/a": "b"}}}, "options[k8s.io/a]"),
    (VOLUME, {"quobyte": {"registry": "a", "volume": "b"}}, "registry"),
    (VOLUME, {"azureDisk": {"diskName": "a", "diskURI": "b"}}, "diskURI"),
    (VOLUME, {"iscsi": {"targetPortal": "a", "iqn": "b", "lun": 0}}, "iqn"),
    (VOLUME, {"image": {"reference": "a", "pullPolicy": "always"}}, "pullPolicy"),
    (ONE_SOURCE, {"emptyDir": {}, "secret": {}}, ""),
    (MOUNTS, [{"mountPropagation": "Bidirectional"}], "mountPropagation"),
    (PRIVILEGED_MOUNTS, [{"mountPropagation": "hostToContainer"}], "mountPropagation"),
    (PRIVILEGED_MOUNTS, [{"subPath": "/a"}], "subPath"),
    (PRIVILEGED_MOUNTS, [{"subPath": "a", "subPathExpr": "b"}], "subPathExpr"),
    (PRIVILEGED_MOUNTS, [{"recursiveReadOnly": "Enabled"}], "recursiveReadOnly"),
    (ONE_SOURCE_OF_VARIABLES, {}, ""),
    (VARIABLES, variable(fieldRef={"fieldPath": "spec.nodename"}), "fieldPath"),
    (VARIABLES, variable(fieldRef={"fieldPath": "metadata.labels['a b']"}), "fieldPath"),
    (VARIABLES, variable(fieldRef={"apiVersion": "v2", "fieldPath": "spec.nodeName"}), "Version"),
    (VARIABLES, variable(resourceFieldRef={"resource": "limits.gpu"}), "resource"),
    (VARIABLES, variable(resourceFieldRef={"resource": "limits.cpu", "divisor": "2"}), "divisor"),
    (VARIABLES, variable(secretKeyRef={"key": "a"}), "name"),
    (VARIABLES, variable(secretKeyRef={"name": "a", "key": "a b"}), "key"),
    (PROBE, {"exec": {}}, "command"),
    (PROBE, {"exec": {"command": []}}, "command"),
    (PROBE, {"httpGet": {"port": 0}}, "port"),
    (PROBE, {"httpGet": {"port": "80"}}, "port"),
    (PROBE, {"httpGet": {"port": 80, "scheme": "https"}}, "scheme"),
    (PROBE, {"httpGet": {"port": 80, "httpHeaders": [{"name": "a b"}]}}, "name"),
    (PROBE, {"grpc": {"port": 65536}}, "port"),
    (PROBE, {"periodSeconds": 2**31}, "periodSeconds"),
    (TOLERATION, {"key": "a b", "operator": "Exists"}, "key"),
    (TOLERATION, {"key": "a", "value": "a b"}, "value"),
    (TOLERATION, {"key": "a", "operator": "Gt", "value": "1.5"}, "value"),
]


@pytest.mark.parametrize(("check", "value", "place"), WRONG, ids=shown)
def test_what_kubernetes_refuses_is_found_in_its_place(
    check: Check, value: Any, place: str
) -> None:
    found = check(value)

    assert len(found) == 1
    assert found[0][0].endswith(place)


SOUND: list[tuple[Check, Any]] = [
    *((AFFINITY, affinity) for affinity in samples.AFFINITIES),
    *((TOPOLOGY_SPREAD, constraint) for constraint in samples.SPREAD),
    *((VOLUME, volume) for volume in samples.VOLUMES),
    *((ONE_SOURCE, volume) for volume in samples.VOLUMES),
    *((TOLERATION, toleration) for toleration in samples.TOLERATIONS),
    *((PROBE, probe) for probe in samples.RESTARTING_PROBES),
    (PRIVILEGED_MOUNTS, samples.MOUNTS),
    (VARIABLES, samples.VARIABLES),
    (VARIABLES, variable(fieldRef={"fieldPath": "spec.host"})),
    (VARIABLES, variable(resourceFieldRef={"resource": "limits.hugepages-2Mi"})),
    (PROBE, {"tcpSocket": {"port": "http-1"}}),
    (AFFINITY, {"podAffinity": {PREFERRED: []}}),
    (VOLUME, projected({"clusterTrustBundle": {"name": "example.com:a:b", "path": "a"}})),
    (TOLERATION, {"key": "a", "operator": "Lt", "value": "-5"}),
]


@pytest.mark.parametrize(("check", "value"), SOUND, ids=shown)
def test_what_kubernetes_takes_is_left_alone(check: Check, value: Any) -> None:
    assert [*check(value)] == []


@pytest.mark.parametrize(
    ("requests", "limits", "places"),
    [
        ({"cpu": 1}, {}, []),
        (samples.AMOUNTS, samples.AMOUNTS, []),
        ({"example.com/gpu": 1}, {}, [".limits[example.com/gpu]"]),
        ({"example.com/gpu": 1}, {"example.com/gpu": "2"}, [".limits[example.com/gpu]"]),
        ({}, {"example.com/gpu": "500m"}, [".limits[example.com/gpu]"]),
        ({"hugepages-2Mi": "2Mi"}, {}, [".limits[hugepages-2Mi]"]),
        ({}, {"hugepages-2Mi": "3Mi"}, [".limits[hugepages-2Mi]"]),
        ({}, {"hugepages-": "3Mi"}, [".limits[hugepages-]"]),
        ({"a b/c": 1}, {"a b/c": 1}, [".requests[a b/c]", ".limits[a b/c]"]),
        ({"kubernetes.io/batch": 1}, {}, []),
        ({"example.com/gpu": "many"}, {"example.com/gpu": "many"}, []),
    ],
)
def test_requests_and_limits_go_together(requests: Obj, limits: Obj, places: list[str]) -> None:
    found = resources({"requests": requests, "limits": limits})

    assert [place for place, _ in found] == places


def test_a_resource_without_a_domain_is_one_of_kubernetes() -> None:
    found = names_of_resources({"gpu": 1, "Memory": 1, "cpu": 1, "hugepages-1Gi": 1, "a/b": 1})

    assert [place for place, _ in found] == ["[gpu]", "[Memory]"]
    assert [message.endswith("did you mean memory?") for _, message in found] == [False, True]


@pytest.mark.parametrize(
    ("name", "text", "is_fine"),
    [
        ("kubernetes.io/config.mirror", "a", False),
        ("controller.kubernetes.io/pod-deletion-cost", "+1", False),
        ("controller.kubernetes.io/pod-deletion-cost", "2147483648", False),
        ("controller.kubernetes.io/pod-deletion-cost", "-2147483648", True),
        ("scheduler.alpha.kubernetes.io/tolerations", "[", False),
        ("scheduler.alpha.kubernetes.io/tolerations", '[{"key": "a b"}]', False),
        ("scheduler.alpha.kubernetes.io/tolerations", '[{"key": "a"}]', True),
        ("scheduler.alpha.kubernetes.io/tolerations", '[{"KEY": "a", "Operator": "in"}]', False),
        ("scheduler.alpha.kubernetes.io/tolerations", "[5]", False),
        ("seccomp.security.alpha.kubernetes.io/pod", "runtime", False),
        ("container.seccomp.security.alpha.kubernetes.io/a", "localhost/../a", False),
        ("seccomp.security.alpha.kubernetes.io/pod", "localhost/a", True),
        ("container.apparmor.security.beta.kubernetes.io/other", "unconfined", False),
        ("container.apparmor.security.beta.kubernetes.io/agent", "strict", False),
        ("container.apparmor.security.beta.kubernetes.io/agent", "localhost/strict", True),
        ("example.com/note", "anything", True),
    ],
)
def test_annotations_that_mean_something(name: str, text: str, *, is_fine: bool) -> None:
    found = annotations({name: text}, ("agent",))

    assert [place for place, _ in found] == ([] if is_fine else [f"[{name}]"])


def test_size_is_that_in_bytes() -> None:
    assert size_of({"ä": "b", "c": "déf"}) == len("äbcdéf".encode())


@pytest.mark.parametrize(
    ("volume", "is_fine"),
    [
        ({"name": "own", "emptyDir": {}}, True),
        ({"name": "own"}, True),
        ({"name": "other", "emptyDir": {}}, False),
        ({"name": "own", "secret": {"secretName": "a"}}, False),
        ({"name": ["own"], "emptyDir": {}}, False),
    ],
)
def test_a_variable_from_a_file_needs_an_empty_volume(volume: Obj, *, is_fine: bool) -> None:
    file = {"volumeName": "own", "path": "a", "key": "A"}
    found = files({"volumes": [volume], "env": variable(fileKeyRef=file)})

    assert [place for place, _ in found] == (
        [] if is_fine else [".env[0].valueFrom.fileKeyRef.volumeName"]
    )
