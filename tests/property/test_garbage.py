"""Whatever comes in, what comes out is an answer or one of the errors of this service."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks import cluster_rbac, customize
from hooks.contract import RELATED_KINDS
from hooks.errors import HookError, InternalError, UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.property import applying, clusters, specs
from tests.property.clusters import Situation

HOOKS: list[Callable[[Obj], Obj]] = [
    lambda request: sync(request, Facts(), clusters.NOW),
    lambda request: customize.customize(request, Facts()),
    lambda request: cluster_rbac.sync(request, Facts()),
    lambda request: cluster_rbac.customize(request, Facts()),
]
OBJECTS = st.dictionaries(
    st.sampled_from([*applying.CHILD_KINDS, *RELATED_KINDS.values(), "InstanaAgent.instana.io/v1"]),
    specs.json_values()
    | st.dictionaries(
        st.sampled_from(["instana-agent/a", "instana-agent/a-config", "kube-system/etcd"]),
        specs.json_values(),
    ),
    max_size=3,
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "parent": specs.json_values() | st.builds(specs.resource, specs.json_values()),
        "object": specs.json_values() | st.builds(specs.resource, specs.json_values()),
        "children": specs.json_values() | OBJECTS,
        "attachments": specs.json_values() | OBJECTS,
        "related": specs.json_values() | OBJECTS,
    },
)


def _as_body(value: Any) -> bytes:
    return encode({"": value}).removeprefix(b'{"":').removesuffix(b"}")


@given(st.binary(max_size=20) | specs.json_values().map(_as_body))
def test_bodies_that_are_no_requests_are_refused(body: bytes) -> None:
    for hook in HOOKS:
        with pytest.raises(UnreadableRequest):
            hook(decode(body))


@given(REQUESTS)
def test_garbage_in_a_request_is_an_error_of_this_service_at_most(sent: Obj) -> None:
    outcomes = [_outcome(hook, sent) for hook in HOOKS]

    assert not [each for each in outcomes if isinstance(each, InternalError)]


def _outcome(hook: Callable[[Obj], Obj], sent: Obj) -> bytes | HookError:
    """Return the answer of a hook, or the error of this service that it ends with."""
    try:
        return encode(hook(decode(encode(sent))))
    except HookError as error:
        return error


@given(clusters.running(specs.broken_specs(), complete=False))
def test_no_spec_is_a_mistake_of_this_service(situation: Situation) -> None:
    assert situation.answer()["status"]["conditions"]


@given(clusters.fresh(specs.broken_specs(), complete=False), specs.json_values())
def test_no_status_of_before_is_a_mistake_of_this_service(
    situation: Situation, status: Any
) -> None:
    before = situation.with_(parent=situation.parent | {"status": status})

    assert before.answer()["status"]["conditions"]
