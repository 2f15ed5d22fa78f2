"""A release of the chart that was there before, upgraded in place with a real Helm."""

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hooks.kube.objects import Identity, identity
from hooks.labels import OPERATOR
from tests.cluster import local_cluster
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.charts import NAMESPACE, Cluster
from tests.cluster.former_release import (
    AGENT,
    BRING_DEFINITION,
    FORMER_INSTALLATION,
    HAND_OVER,
    JOB,
    NAME,
    RIGHTS,
    STRANGER,
    VALUES,
    Account,
    former_definition,
    former_release,
    obj,
    takeover,
)
from tests.cluster.many import children, sync_errors, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES
from tests.support.helm import needs_helm

pytestmark = [
    needs_helm,
    pytest.mark.loop,
    local_cluster.needs_cluster,
    pytest.mark.timeout(400),
]


@dataclass
class Upgraded:
    """What was seen on the way."""

    cluster: Cluster
    agent: Obj
    before: dict[Identity, Obj]
    during: list[Obj] = field(default_factory=list)
    rules: list[Obj] = field(default_factory=list)
    allowed: dict[str, bool] = field(default_factory=dict)
    result: subprocess.CompletedProcess[str] | None = None
    handed_over: dict[Identity, Obj] = field(default_factory=dict)
    gone: list[Obj] = field(default_factory=list)
    upgraded: Obj = field(default_factory=dict)
    led: dict[Identity, Obj] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    versions: list[dict[Identity, str]] = field(default_factory=list)


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with local_cluster.started(tmp_path_factory.mktemp("release") / "state") as kubeconfig:
        yield Path(kubeconfig)


@pytest.fixture(scope="module", params=STRATEGIES, name="strategy")
def _strategy(request: pytest.FixtureRequest) -> str:
    strategy: str = request.param
    return strategy


@pytest.fixture(scope="module", name="seen")
def _seen(
    server: Path, strategy: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    place = tmp_path_factory.mktemp("upgrade")
    with former_release(server, place, former_definition()) as cluster:
        agent = cluster.api.get(AGENT)
        assert agent
        seen = Upgraded(cluster, agent, children(cluster.api, [NAMESPACE]))
        values = VALUES | {"controller": {"handOver": {"applyStrategy": strategy}}}
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(cluster.upgrade, values)
            _do_the_jobs(seen, running)
            running.result(timeout=60)
        _look_at_the_release(seen)
        _lead(seen, strategy, values)
        yield seen


def _do_the_jobs(seen: Upgraded, running: "Future[str]") -> None:
    """Be the kubelet: run what the pods of the Jobs would run, and say that they have ended."""
    api = seen.cluster.api
    hand_over = _account_of(seen.cluster, HAND_OVER, running)
    role = api.get(RIGHTS[1])
    assert role
    seen.rules = role["rules"]
    _ask_for_more(seen, hand_over)
    seen.result = hand_over.run()
    seen.handed_over = children(api, [NAMESPACE])
    seen.during = [each for each in FORMER_INSTALLATION if api.get(each)]
    assert not running.done()
    hand_over.end()
    bring_definition = _account_of(seen.cluster, BRING_DEFINITION, running)
    assert bring_definition.run().returncode == 0
    bring_definition.end()


def _account_of(cluster: Cluster, job: str, running: "Future[str]") -> Account:
    """Wait for the pod of a Job; ends with what Helm says if there comes none."""
    account = Account(cluster, job)
    wait_for(lambda: bool(running.done() or account.pods()), f"the pod of the Job {job} is there")
    if running.done():
        running.result()
    return account


def _ask_for_more(seen: Upgraded, account: Account) -> None:
    """Try what the Job needs, and what it does not."""
    child = obj("Secret", "instana-agent-config")
    other = obj("Secret", STRANGER)
    seen.cluster.api.apply(other)
    seen.allowed = {
        "get a child": account.is_allowed("GET", child),
        "patch a child": account.is_allowed("PATCH", child),
        "delete a child": account.is_allowed("DELETE", child),
        "get another Secret": account.is_allowed("GET", other),
        "patch another Secret": account.is_allowed("PATCH", other),
        "list Secrets": account.is_allowed("GET", other, named=False),
        "delete the resource": account.is_allowed("DELETE", AGENT),
        "patch a ClusterRole": account.is_allowed("PATCH", FORMER_INSTALLATION[5]),
    }


def _look_at_the_release(seen: Upgraded) -> None:
    api = seen.cluster.api
    seen.gone = [each for each in (*FORMER_INSTALLATION, *RIGHTS, JOB) if api.get(each) is None]
    seen.upgraded = api.get(AGENT) or {}


def _lead(seen: Upgraded, strategy: str, values: Obj) -> None:
    """Let Metacontroller lead the release, clear up, and upgrade once more."""
    cluster = seen.cluster
    with cluster.loop(strategy):
        wait_until_settled(cluster.api, [AGENT])
        seen.led = children(cluster.api, [NAMESPACE])
        seen.results = [takeover(cluster, each, strategy) for each in ("apply", "plan")]
        wait_until_settled(cluster.api, [AGENT])
        seen.versions = [_versions(cluster.api)]
        cluster.upgrade(values)
        wait_until_settled(cluster.api, [AGENT])
        seen.versions += [_versions(cluster.api)]
        seen.errors = sync_errors(cluster.api, [AGENT])


def _versions(api: Api) -> dict[Identity, str]:
    found = [*children(api, [NAMESPACE]).values(), api.get(AGENT) or AGENT]
    return {identity(each): each["metadata"]["resourceVersion"] for each in found}


def template(found: dict[Identity, Obj], kind: str, name: str) -> Any:
    (workload,) = [each for place, each in found.items() if (place[1], place[3]) == (kind, name)]
    return workload["spec"]["template"]


def uids(found: dict[Identity, Obj]) -> dict[Identity, str]:
    return {place: each["metadata"]["uid"] for place, each in found.items()}


def test_helm_waits_for_the_job(seen: Upgraded) -> None:
    assert seen.result is not None
    assert seen.result.returncode == 0, seen.result.stderr
    assert seen.during == list(FORMER_INSTALLATION)


def test_job_stops_the_operator_then_hands_over_what_it_made(seen: Upgraded) -> None:
    assert seen.result is not None
    done = [line for line in seen.result.stdout.splitlines() if line.endswith(": done")]

    assert done[0].startswith("Deployment instana-agent/instana-agent-controller-manager: scale")
    assert done[-1].startswith("InstanaAgent instana-agent/instana-agent: remove the Go operator's")
    managers = {
        entry["manager"]
        for each in seen.handed_over.values()
        if not each["metadata"]["name"].endswith("-dependents")
        for entry in each["metadata"].get("managedFields", [])
    }
    assert OPERATOR not in managers


def test_job_has_rights_on_what_it_hands_over_by_name_and_no_others(seen: Upgraded) -> None:
    needed = {"get a child", "patch a child"}

    assert {what for what, is_allowed in seen.allowed.items() if is_allowed} == needed
    assert seen.rules
    for rule in seen.rules:
        assert rule.get("resourceNames") or (rule["resources"], rule["verbs"]) == (
            ["pods"],
            ["list"],
        )
        assert set(rule["verbs"]) <= {"get", "patch", "list"}


def test_what_the_operator_had_goes_and_so_do_the_rights_of_the_job(seen: Upgraded) -> None:
    assert seen.gone == [*FORMER_INSTALLATION, *RIGHTS, JOB]


def test_resource_stays_and_nobody_holds_it(seen: Upgraded) -> None:
    metadata = seen.upgraded["metadata"]

    assert metadata["uid"] == seen.agent["metadata"]["uid"]
    assert "finalizers" not in metadata
    assert metadata["generation"] > seen.agent["metadata"]["generation"]
    assert "configuration_yaml" not in seen.upgraded["spec"]["agent"]


def test_agents_stay_as_they_are(seen: Upgraded) -> None:
    before = json.dumps(template(seen.before, "DaemonSet", NAME))

    assert json.dumps(template(seen.handed_over, "DaemonSet", NAME)) == before
    assert json.dumps(template(seen.led, "DaemonSet", NAME)) == before


def test_children_are_led_by_metacontroller(seen: Upgraded) -> None:
    before, led = uids(seen.before), uids(seen.led)

    assert {place[3] for place in before.keys() - led.keys()} == {f"{NAME}-dependents"}
    assert {place: led[place] for place in before.keys() & led.keys()}.items() <= before.items()
    assert seen.errors == []


def test_then_the_cluster_roles_of_the_operator_go(seen: Upgraded) -> None:
    first, second = seen.results

    assert first.exit_code == 0, first.output
    assert second.output.splitlines()[-1] == "nothing to do"


def test_next_upgrade_has_no_job_and_changes_nothing(seen: Upgraded) -> None:
    before, after = seen.versions

    assert seen.cluster.api.get(JOB) is None
    assert after == before
