"""The command `takeover` on a cluster with many resources, and which restarts it foretells."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from hooks.cli.cluster.kubectl import CallFailed, Kubectl
from hooks.cli.program.command_line import main
from hooks.cli.takeover.group import Task
from hooks.kube.objects import Identity, identity
from hooks.kube.workloads import WORKLOADS
from hooks.takeover import Cluster, Settings, Strategy
from hooks.takeover.running_operator import operators
from hooks.takeover.steps import NO_RESTART
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, surroundings
from tests.cluster.loop import MANAGED
from tests.cluster.many import everywhere
from tests.support.agreed import agreed

Children: TypeAlias = dict[Identity, Obj]

RBAC = "rbac.authorization.k8s.io/v1"


def takeover(command: str, strategy: str, *options: str) -> Result:
    """Run `takeover plan` or `takeover apply`."""
    arguments = ["takeover", command, "--apply-strategy", strategy, *agreed(command), *options]
    return CliRunner().invoke(main, arguments)


@contextmanager
def prepared(api: Api) -> Iterator[None]:
    """Let the service lead all namespaces, and the command patch without a process for each.

    It sends some thousand patches; the other tests of the take-over send theirs by `kubectl`.
    """
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AGENT_NAMESPACES", "*")
        environ.setattr(Kubectl, "patch", _patching(api))
        yield


def foretold(strategy: str) -> set[Identity]:
    """Return the workloads of which the plan says that pods restart."""
    plan = Task(Kubectl(), Settings(Strategy(strategy)), "", "", 0).plan()
    return {
        identity(step.obj)
        for step in plan.steps
        if step.obj["kind"] in WORKLOADS and step.restarts != NO_RESTART and not _stops(step.obj)
    }


def restarted(before: Children, after: Children) -> set[Identity]:
    """Return the workloads whose pods are replaced, by their templates."""
    return {
        place
        for place in before.keys() & after.keys()
        if place[1] in WORKLOADS
        and before[place]["spec"]["template"] != after[place]["spec"]["template"]
    }


def clear(api: Api, operator: Obj, agents: list[Obj], cases: list[str]) -> None:
    """Delete the resources, and what was made for the cases."""
    api.delete(operator)
    for agent in agents:
        if api.get(agent):
            api.merge(agent, {"metadata": {"finalizers": None}})
            api.delete(agent)
        name = agent["metadata"]["namespace"]
        api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for each in (obj for case in cases for obj in surroundings(case)):
        if each["metadata"].get("namespace") != NAMESPACE:
            api.delete(each)
    for kind in ("ClusterRole", "ClusterRoleBinding"):
        for each in everywhere(api, kind, RBAC, labelSelector=MANAGED):
            api.delete(each)
    wait_for(
        lambda: not everywhere(api, "InstanaAgent", "instana.io/v1"), "all resources are gone", 60
    )


def _patching(api: Api) -> Callable[[Kubectl, Obj, Obj], None]:
    def patch(_: Kubectl, obj: Obj, body: Obj) -> None:
        try:
            api.merge(obj, body)
        except AssertionError as refused:
            raise CallFailed(str(refused)) from None

    return patch


def _stops(deployment: Obj) -> bool:
    """Tell whether it is the operator's own Deployment."""
    return bool(operators(Cluster((deployment,))))
