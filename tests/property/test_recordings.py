"""Recordings have no secret in them, and get the response of the call that they are of."""

import json
from base64 import b64encode
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from hooks.contract import SECRET
from hooks.kube.objects import Obj, as_object
from hooks.recording.bundle import Collected, masked
from hooks.recording.recording import Exchange, read_recording, recorded, repeated
from hooks.wire import encode
from tests.property import clusters, specs
from tests.property.clusters import NOW, Situation
from tests.property.sentinels import found_in
from tests.support.profiles import FEWER

SENTINELS = st.sampled_from(["one", "two", "three"]).map(specs.secret)
TEXTS = st.one_of(
    SENTINELS,
    SENTINELS.map(lambda text: f"https://agent:{text}@proxy.example:3128/x"),
    SENTINELS.map(lambda text: f"https://{text}@mirror.example"),
    SENTINELS.map(lambda text: f"first\n{text}\n"),
    SENTINELS.map(lambda text: _in_base64(f"user:{text}")),
    SENTINELS.map(lambda text: f"password: {text}  # {text}"),
    SENTINELS.map(lambda text: f'"{text}'),
    SENTINELS.map(lambda text: json.dumps({"auths": {"x": {"auth": _in_base64(f"u:{text}")}}})),
)
"""Texts with a secret in them, as people write them."""
ENTRIES = st.sampled_from(
    [".dockerconfigjson", ".dockercfg", "configuration.yaml", "cluster_name", "httpsProxy",
     "com.instana.agent.main.sender.Backend-1.cfg", "configuration-opentelemetry.yaml", "any"]
)  # fmt: skip


def _in_base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _variable(text: str) -> Obj:
    return {"name": "SECRET", "value": text}


def _containers(text: str, name: str = "instana-agent") -> list[Obj]:
    probe = {"httpGet": {"path": "/", "port": 1, "httpHeaders": [{"name": "a", "value": text}]}}
    return [
        {
            "name": name,
            "args": [text, f"--token={text}"],
            "env": [_variable(text)],
            "livenessProbe": probe,
        }
    ]


@dataclass(frozen=True, repr=False)
class Asked:
    """A request, shown by what may be the cause of a failure."""

    request: Obj

    def __repr__(self) -> str:
        theirs = [each for found in self.request["related"].values() for each in found.values()]
        return f"{self.request['parent']}, {[each.get('data') for each in theirs]}"[:5_000]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001
        printer.text(repr(self))


@st.composite
def with_secrets_everywhere(draw: st.DrawFn) -> Asked:
    """Draw a request with a secret in each place where people put one."""
    situation = draw(clusters.running(specs.broken_specs() | specs.valid_specs(), complete=False))
    request: Obj = deepcopy(situation.request)
    parent = request["parent"]
    metadata = parent["metadata"]
    metadata["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps(
            {"kind": "InstanaAgent", "spec": {"agent": {"passwort": draw(TEXTS)}}}
        ),
        "example.com/token": draw(TEXTS),
    }
    spec = parent["spec"] = dict(as_object(parent["spec"]))
    agent = spec["agent"] = dict(as_object(spec.get("agent")))
    agent |= {"env": {"SECRET": draw(TEXTS), "NO_PROXY": draw(SENTINELS)}}
    agent |= draw(
        st.fixed_dictionaries(
            {"configuration": st.fixed_dictionaries({"a": st.lists(TEXTS, max_size=2)})}
        )
        | st.fixed_dictionaries({"configuration_yaml": TEXTS})
    )
    agent["pod"] = {
        "env": [_variable(draw(TEXTS))],
        "annotations": {"example.com/a": draw(TEXTS)},
        "volumes": [{"name": "v", "csi": {"driver": "d", "volumeAttributes": {"a": draw(TEXTS)}}}],
    }
    template = {"spec": {"containers": _containers(draw(TEXTS))}}
    spec["overrides"] = {"agentDaemonSet": {"spec": {"template": template}}}
    _add_objects(draw, request)
    return Asked(request)


def _add_objects(draw: st.DrawFn, request: Obj) -> None:
    """Add objects with secrets among those that are related, and to the children."""
    data = {entry: _in_base64(draw(TEXTS)) for entry in draw(st.lists(ENTRIES, max_size=4))}
    metadata = {"namespace": specs.NAMESPACE, "name": "theirs", "labels": {"a": "b"}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
    applied = {"metacontroller.k8s.io/last-applied-configuration": json.dumps(secret)}
    noted = secret | {"metadata": metadata | {"annotations": applied}}
    request["related"].setdefault(SECRET, {})["instana-agent/theirs"] = noted
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    maps = request["related"].setdefault("ConfigMap.v1", {})
    maps["instana-agent/theirs"] = config_map | {"data": {"a": draw(TEXTS)}}
    for daemon_set in request["children"].get("DaemonSet.apps/v1", {}).values():
        spec = daemon_set["spec"]["template"]["spec"]
        spec["containers"] = [*spec["containers"], *_containers(draw(TEXTS), "side")]


def _exchange(situation: Situation) -> Exchange:
    return Exchange("sync", situation.request, situation.facts, NOW, situation.answer())


def _with_response(request: Obj) -> Exchange:
    exchange = Exchange("sync", request, clusters.CAPABLE, NOW, {})
    response = orjson.loads(encode(repeated(exchange)))
    return Exchange("sync", request, clusters.CAPABLE, NOW, response)


@FEWER
@given(with_secrets_everywhere())
def test_no_secret_is_in_a_recording(asked: Asked) -> None:
    assert found_in(asked.request)
    assert not found_in(recorded(_with_response(asked.request)))


@FEWER
@given(with_secrets_everywhere())
def test_no_secret_is_in_the_recording_of_a_call_that_failed(asked: Asked) -> None:
    assert not found_in(recorded(Exchange("sync", asked.request, clusters.CAPABLE, NOW, {}, "500")))


@FEWER
@given(clusters.running(specs.broken_specs() | specs.valid_specs(), complete=False))
def test_no_secret_of_a_resource_is_in_its_recording(situation: Situation) -> None:
    assert not found_in(recorded(_exchange(situation)))


@FEWER
@given(with_secrets_everywhere(), TEXTS)
def test_no_secret_is_in_a_bundle(asked: Asked, text: str) -> None:
    request = asked.request
    objects = [each for found in request["children"].values() for each in found.values()]
    secrets = [*request["related"][SECRET].values()]
    collected = Collected({"resource.json": [request["parent"]], "children.json": objects})
    collected.objects["secrets.json"] = [*secrets, _secret_with(text)]
    collected.texts["log"] = f'{{"event": "{text.strip()}"}}\n' if "\n" not in text else ""

    assert not found_in([*masked(collected, frozenset({"SECRET"}))])


def _secret_with(text: str) -> Obj:
    return {"kind": "Secret", "metadata": {"name": "x"}, "data": {"x": _in_base64(text)}}


@FEWER
@given(clusters.running() | clusters.fresh())
def test_a_recording_gets_the_response_of_the_original(situation: Situation) -> None:
    again = read_recording(orjson.loads(encode(recorded(_exchange(situation)))))
    response: Any = orjson.loads(encode(repeated(again)))

    assert response == again.response


@FEWER
@given(with_secrets_everywhere())
def test_a_recording_is_the_same_each_time(asked: Asked) -> None:
    exchange = _with_response(asked.request)

    assert encode(recorded(exchange)) == encode(recorded(exchange))
