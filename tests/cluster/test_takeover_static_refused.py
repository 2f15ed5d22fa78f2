"""Installations by `kubectl apply` that are refused: what the command says to do works."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.former import install_by_kubectl, kubectl_apply, moved
from tests.cluster.metacontroller import STRATEGIES, metacontroller, service
from tests.support.agreed import agreed

pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(300),
]


def _installed(api: Api, namespace: str) -> Obj:
    """Make an installation and the resource that is to take it over; returns the resource."""
    install_by_kubectl(api, "few-objects", namespace)
    return api.apply(moved(resource("minimal"), namespace))


def _clear(api: Api, agent: Obj) -> None:
    api.delete(agent)
    name = agent["metadata"]["namespace"]
    api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    wait_for(lambda: api.get(agent) is None, "the resource is gone")


def in_namespace(kind: str, namespace: str, version: str = "v1") -> Obj:
    metadata = {"name": "instana-agent", "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def apply_in(namespace: str, strategy: str) -> Result:
    options = ["--namespace", namespace, "--apply-strategy", strategy]
    return CliRunner().invoke(main, ["takeover", "apply", *agreed("apply"), *options])


def is_owned(obj: Obj | None) -> bool:
    return bool(obj and obj["metadata"].get("ownerReferences"))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_service_of_a_stranger_stops_it_before_anything_is_written(strategy: str, api: Api) -> None:
    namespace = f"static-stranger-{strategy.partition('-')[0]}"
    agent = _installed(api, namespace)
    theirs = in_namespace("Service", namespace)
    daemonset = in_namespace("DaemonSet", namespace, "apps/v1")
    api.delete(theirs)
    kubectl_apply([theirs | {"spec": {"selector": {"app": "mine"}, "ports": [{"port": 80}]}}])
    try:
        before = [api.get(theirs), api.get(daemonset)]
        result = apply_in(namespace, strategy)

        assert result.exit_code == 2, result.output
        assert f"kubectl label --overwrite service -n {namespace} instana-agent" in result.output
        assert [api.get(theirs), api.get(daemonset)] == before
    finally:
        _clear(api, agent)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_daemonset_that_cannot_be_adopted_is_replaced_once_it_is_deleted(
    strategy: str, api: Api, logs: Path
) -> None:
    namespace = f"static-unfit-{strategy.partition('-')[0]}"
    agent = _installed(api, namespace)
    old = in_namespace("DaemonSet", namespace, "apps/v1")
    _with_selector(api, old, {"app.kubernetes.io/component": "agent"})
    try:
        refused = apply_in(namespace, strategy)
        with (
            service(logs / "unfit-service.log") as port,
            metacontroller(api, strategy, port, logs / f"unfit-{strategy}.log"),
        ):
            wait_for(lambda: "status" in (api.get(agent) or {}), "the resource was synced")
            api.delete(old)
            done = apply_in(namespace, strategy)
            wait_for(lambda: is_owned(api.get(old)), "another DaemonSet is in its place")
            for kind in ("Service", "Secret", "ServiceAccount"):
                obj = in_namespace(kind, namespace)
                wait_for(lambda o=obj: is_owned(api.get(o)), f"{kind} is adopted")  # type: ignore[misc]
            again = apply_in(namespace, strategy)

        assert refused.exit_code == 2, refused.output
        assert f"kubectl delete daemonset -n {namespace} instana-agent" in refused.output
        assert done.exit_code == 0, done.output
        assert again.stdout == "nothing to do\n"
    finally:
        _clear(api, agent)


def _with_selector(api: Api, daemonset: Obj, labels: dict[str, str]) -> None:
    """Make it again with a selector of such labels: one that is there cannot change."""
    found = api.get(daemonset) or {}
    template = found["spec"]["template"] | {"metadata": {"labels": labels}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    api.delete(daemonset)
    wait_for(lambda: api.get(daemonset) is None, "it is gone")
    metadata = daemonset["metadata"] | {"labels": found["metadata"]["labels"]}
    kubectl_apply([daemonset | {"metadata": metadata, "spec": spec}])
