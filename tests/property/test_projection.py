"""A request that is decoded as far as it is read gets the same response as the whole request."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from hooks import cluster_rbac
from hooks.errors import HookError
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.sync import sync
from hooks.wire import decode, decode_for_cluster_rbac, decode_for_sync, encode
from tests.property import bindings, clusters, specs
from tests.property.bindings import AGENTS, RoleSituation
from tests.property.clusters import NOW, Situation
from tests.property.specs import paths, replaced

Response = Callable[[Obj], Obj]

OF_SYNC = ("Namespace.v1", "Node.v1", "Pod.v1")
OF_CLUSTER_RBAC = (AGENTS, "ServiceAccount.v1")


def _outcome(decoded: Callable[[bytes], Obj], respond: Response, body: bytes) -> bytes | str:
    """Return the response, or the error that the caller gets."""
    try:
        return encode(respond(decoded(body)))
    except HookError as error:
        return f"{error.type}: {error}"


def _same(situation: Situation, request: Obj) -> bool:
    def respond(asked: Obj) -> Obj:
        return sync(asked, situation.facts, NOW)

    body = orjson.dumps(request)
    partly = _outcome(partial(decode_for_sync, large=0), respond, body)
    return partly == _outcome(decode, respond, body)


def _same_bindings(facts: Facts, request: Obj) -> bool:
    def respond(asked: Obj) -> Obj:
        return cluster_rbac.sync(asked, facts)

    body = orjson.dumps(request)
    partly = _outcome(partial(decode_for_cluster_rbac, large=0), respond, body)
    return partly == _outcome(decode, respond, body)


@st.composite
def _with_odd_part(draw: st.DrawFn, request: Obj, kinds: tuple[str, ...]) -> Obj:
    """Draw the request with any value in any place of its objects of these kinds."""
    related = {kind: request["related"].get(kind) or {} for kind in kinds}
    places = [place for place in paths(related) if len(place) > 1]
    if not places:
        return request
    odd: dict[str, Any] = replaced(
        related, draw(st.sampled_from(places)), draw(specs.json_values())
    )
    return request | {"related": request["related"] | odd}


ANY_SPEC = specs.valid_specs() | specs.broken_specs()


@given(clusters.running(ANY_SPEC, complete=False) | clusters.fresh(ANY_SPEC), st.data())
def test_the_response_to_a_sync_is_the_same(situation: Situation, data: st.DataObject) -> None:
    assert _same(situation, situation.request)
    assert _same(situation, data.draw(_with_odd_part(situation.request, OF_SYNC)))


@given(clusters.fresh(specs.valid_specs()), clusters.PODS.filter(bool), st.data())
def test_what_pods_show_is_the_same(
    situation: Situation, pods: list[Obj], data: st.DataObject
) -> None:
    capable = replace(situation, facts=replace(situation.facts, pod_status=True))
    parent = capable.parent | {"spec": capable.parent["spec"] | {"podStatus": "Enabled"}}
    found = {f"instana-agent/{pod['metadata']['name']}": _labelled(pod, parent) for pod in pods}
    request = capable.request | {"parent": parent}
    request["related"] = request["related"] | {"Pod.v1": found}

    assert _same(capable, request)
    assert _same(capable, data.draw(_with_odd_part(request, ("Pod.v1",))))


def _labelled(pod: Obj, parent: Obj) -> Obj:
    """Return the pod as one of the resource's."""
    metadata = pod["metadata"]
    labels = metadata["labels"] | {"app.kubernetes.io/instance": parent["metadata"]["name"]}
    return pod | {"metadata": metadata | {"labels": labels, "managedFields": [{"manager": "x"}]}}


@given(bindings.situations(), st.data())
def test_the_bindings_are_the_same(situation: RoleSituation, data: st.DataObject) -> None:
    assert _same_bindings(situation.facts, situation.request)
    odd = data.draw(_with_odd_part(situation.request, OF_CLUSTER_RBAC))
    assert _same_bindings(situation.facts, odd)


@given(specs.json_values())
def test_the_error_of_any_other_body_is_the_same(value: Any) -> None:
    body = orjson.dumps(value)
    for decode_partly in (decode_for_sync, decode_for_cluster_rbac):
        found = _outcome(partial(decode_partly, large=0), dict, body)
        assert found == _outcome(decode, dict, body)
