"""The whole loop: Metacontroller asks the service, the API server stores the children."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks.kube.objects import identity
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import CASES, NAMESPACE, rendered, resource, surroundings
from tests.cluster.loop import remove, running_loop, settled, sync_again, version_of, versions
from tests.cluster.metacontroller import STRATEGIES, Recorder

pytestmark = pytest.mark.loop

WRITE_SECONDS = 0.3
IN_THE_WAY = "upgrade-unlabelled-daemonset"
"""A DaemonSet without labels has a child's name: it is nobody's, and stays as it is."""


@pytest.fixture(scope="module", params=STRATEGIES, name="strategy")
def _strategy(request: pytest.FixtureRequest) -> str:
    strategy: str = request.param
    return strategy


@pytest.fixture(scope="module", name="loop")
def _loop(strategy: str, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, strategy, logs) as recorder:
        yield recorder


@pytest.mark.parametrize("case", CASES)
def test_children_come_rest_and_go(case: str, loop: Recorder, api: Api) -> None:
    agent, others = resource(case), surroundings(case)
    expected = {identity(each) for each in [*rendered(case).children, *rendered(case).attachments]}
    if case == IN_THE_WAY:
        expected.remove(("apps/v1", "DaemonSet", NAMESPACE, agent["metadata"]["name"]))
    try:
        api.apply_all([*others, agent])
        wait_for(lambda: expected <= set(versions(api)), f"the children of {case}")
        at_rest = settled(api, agent)
        assert set(at_rest) - {identity(agent)} == expected

        for number in ("second", "third"):
            touched = sync_again(api, agent, loop, number)
            time.sleep(WRITE_SECONDS)
            assert versions(api) | version_of(api, agent) == at_rest | {identity(agent): touched}
        assert {each.status for each in loop.exchanges} == {200}
    finally:
        remove(api, agent, others)
