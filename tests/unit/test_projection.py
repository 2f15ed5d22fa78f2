"""What is left of a request that is decoded only as far as it is read."""

import json
import subprocess
import sys
from typing import Any

import pytest

from hooks.cluster_rbac import AGENTS
from hooks.contract import RELATED_KINDS, SERVICE_ACCOUNT
from hooks.errors import UnreadableRequest
from hooks.kube.objects import Obj
from hooks.projection import ForClusterRbac, ForSync, for_cluster_rbac, for_sync
from hooks.wire import LARGE, decode_for_cluster_rbac, decode_for_sync, decorator_request, whole
from tests.recorded import Recorded, recorded_requests
from tests.support.pods import crashing, unschedulable
from tests.support.resources import agent, obj

HEAVY = {"managedFields": [{"manager": "kubelet"}], "annotations": {"a": "b"}}


def _body(**related: Any) -> bytes:
    return json.dumps({"parent": agent(), "related": related}).encode()


def _heavy(found: Obj, **spec: Any) -> Obj:
    """Return the object with what nobody reads."""
    more = {"metadata": found["metadata"] | HEAVY}
    return found | more | ({"spec": found["spec"] | spec} if spec else {})


def test_pods_have_what_their_summary_reads() -> None:
    crashes, waits = crashing("p1", "n1"), unschedulable("p2", "n2")
    pods = {"p1": _heavy(crashes, volumes=[{"name": "v"}]), "p2": _heavy(waits, hostNetwork=True)}

    assert for_sync(_body(**{"Pod.v1": pods})) == {
        "parent": agent(),
        "related": {"Pod.v1": {"p1": crashes, "p2": waits}},
    }


def test_nodes_have_labels() -> None:
    found = obj("Node", "n1", metadata={"labels": {"a": "b"}})
    related = {"Node.v1": {"n1": _heavy(found) | {"status": {"images": []}}}}

    assert for_sync(_body(**related)) == {"parent": agent(), "related": {"Node.v1": {"n1": found}}}


def test_namespaces_have_labels_and_the_times_of_their_writes() -> None:
    written = {"time": "2026-01-01T00:00:00Z", "subresource": "status"}
    metadata = {"name": "n1", "labels": {"a": "b"}, "managedFields": [written]}
    found = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    more = {"uid": "u", "managedFields": [written | {"manager": "m", "fieldsV1": {"f:a": {}}}]}
    related = {"Namespace.v1": {"n1": found | {"metadata": metadata | more, "status": {}}}}

    assert for_sync(_body(**related)) == {
        "parent": agent(),
        "related": {"Namespace.v1": {"n1": found}},
    }


def test_other_objects_are_whole() -> None:
    related = {"Secret.v1": {"a": _heavy(obj("Secret", "a", data={"a": "YQ=="}))}}

    assert for_sync(_body(**related)) == {"parent": agent(), "related": related}


def test_every_related_kind_is_read() -> None:
    assert {*ForSync.__annotations__} == {*RELATED_KINDS.values()}
    assert {*ForClusterRbac.__annotations__} == {AGENTS, SERVICE_ACCOUNT}


def test_agents_have_what_their_bindings_depend_on() -> None:
    account = obj("ServiceAccount", "a", metadata={"labels": {"a": "b"}})
    spec = {"agent": {"key": "k"}, "k8s_sensor": {"deployment": {"enabled": True, "replicas": 1}}}
    conditions = [{"type": "Valid", "status": "True", "observedGeneration": 1}]
    whole = _heavy(agent(spec)) | {
        "status": {"conditions": [conditions[0] | {"message": "m"}], "zones": []}
    }
    request = {
        "object": {"metadata": {"name": "role"}},
        "related": {
            "InstanaAgent.instana.io/v1": {"a": whole},
            "ServiceAccount.v1": {"a": _heavy(account) | {"secrets": []}},
        },
    }
    found = for_cluster_rbac(json.dumps(request).encode())

    assert found is not None
    assert found["object"] == request["object"]
    del account["metadata"]["namespace"]
    assert found["related"]["ServiceAccount.v1"] == {"a": account}
    left = found["related"]["InstanaAgent.instana.io/v1"]["a"]
    assert left["metadata"] == agent(spec)["metadata"]
    assert left["spec"] == {"agent": {}, "k8s_sensor": {"deployment": {"enabled": True}}}
    assert left["status"] == {"conditions": conditions}


def test_bindings_are_decoded_if_one_is_to_stay() -> None:
    request = Recorded("cluster-rbac-sync", "healthy").request
    found = for_cluster_rbac(json.dumps(request).encode())

    assert found is not None
    assert isinstance(found["attachments"], memoryview)
    assert whole(found)["attachments"] == request["attachments"]
    assert [*decorator_request(found).attachments] == [*decorator_request(request).attachments]


@pytest.mark.parametrize("attachments", [b"[]", b'{"A.v1": []}', b'{"A.v1": {"a": {}}}'])
def test_bindings_of_another_form_are_an_error_of_the_caller(attachments: bytes) -> None:
    body = b'{"object": {"metadata": {"name": "r"}}, "related": {}, "attachments": %s}'
    request = decorator_request(decode_for_cluster_rbac(body % attachments, 0))

    with pytest.raises(UnreadableRequest):
        _ = request.attachments


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"related": null}',
        b'{"related": {}, "parent": NaN}',
        b'{"related": {"Pod.v1": null}}',
        b'{"related": {"Pod.v1": {"p": []}}}',
        b'{"related": {"Pod.v1": {"p": {"metadata": "m"}}}}',
        b'{"related": {"Pod.v1": {"p": {"spec": {"containers": [1]}}}}}',
        b'{"related": {"Pod.v1": {"p": {"status": {"phase": '
        + b"[" * 9_000
        + b"]" * 9_000
        + b"}}}}}",
    ],
)
def test_what_has_another_form_is_left_to_the_complete_decoder(body: bytes) -> None:
    assert for_sync(body) is None


@pytest.mark.parametrize("decode", [decode_for_sync, decode_for_cluster_rbac])
def test_a_small_request_is_decoded_as_a_whole(decode: Any) -> None:
    kinds = ("Pod.v1", "ServiceAccount.v1")
    small = {kind: {"a": _heavy(obj(kind.removesuffix(".v1"), "a"))} for kind in kinds}
    large = small | {"Secret.v1": {"b": obj("Secret", "b", data={"a": "x" * LARGE})}}

    assert decode(_body(**small))["related"] == small
    assert decode(_body(**large))["related"] != large


DECODED = {"sync": decode_for_sync, "cluster-rbac-sync": decode_for_cluster_rbac}
REQUESTS = [recorded for recorded in recorded_requests() if recorded.hook in DECODED]


@pytest.mark.parametrize("recorded", REQUESTS, ids=str)
def test_recorded_requests_get_their_response(recorded: Recorded) -> None:
    body = (recorded.folder / "request.json").read_bytes()

    assert recorded.answer(DECODED[recorded.hook](body, 0)) == recorded.expected


WITHOUT_MSGSPEC = """
import sys
sys.modules["msgspec"] = None
from hooks import wire
body = b'{"related": {"Pod.v1": {"p": {"spec": {"a": 1}}}}}'
assert wire.decode_for_sync(body, 0) == wire.decode_for_cluster_rbac(body, 0) == wire.decode(body)
assert "hooks.projection" not in sys.modules
"""


def test_without_msgspec_every_request_is_decoded_as_a_whole() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_MSGSPEC], check=False)

    assert done.returncode == 0
