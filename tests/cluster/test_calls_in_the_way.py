"""How often the service is asked while an object of somebody else's is in the way of a child."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api import Api, wait_for
from tests.cluster.loop import remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.cluster.strangers import AGENT, NAME, OTHERS, PLACES, is_ours, owned

pytestmark = pytest.mark.loop

log = logging.getLogger(__name__)

REST_SECONDS = 12.0
MOST_CALLS_AT_REST = 4
"""The service wants to be asked again after 5 s and then 10 s, as no agent is ready here."""

MORE_CALLS = 2
"""By how many calls two measurements of the same change may differ: events come together or not."""


@pytest.fixture(params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder
        remove(api, AGENT, OTHERS)


def test_a_change_leads_to_as_many_calls_as_without_it(
    loop: Recorder, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """`pytest -rP` shows the figures."""
    caplog.set_level(logging.INFO, log.name)
    api.apply_all(OTHERS)
    api.apply(AGENT)
    wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says why")
    settled(api, AGENT)
    obstructed = _calls_of_change(loop, api, "1.2.3")
    settled(api, AGENT)
    calls, writes = _at_rest(loop)
    for each in OTHERS:
        api.delete(each)
    wait_for(lambda: all(is_ours(api, place) for place in PLACES), "all children are there")
    settled(api, AGENT)
    free = _calls_of_change(loop, api, "1.2.4")

    log.info("calls of a change: %s, in the way: %s; at rest: %s", free, obstructed, calls)
    assert 0 < obstructed <= free + MORE_CALLS
    assert calls <= MOST_CALLS_AT_REST
    assert writes == 0
    assert {each.status for each in loop.exchanges} == {200}


def _calls_of_change(loop: Recorder, api: Api, tag: str) -> int:
    before = len(loop.syncs_of(NAME))
    api.merge(AGENT, {"spec": {"agent": {"image": {"tag": tag}}}})
    wait_for(lambda: len(loop.syncs_of(NAME)) > before, "the change is seen")
    settled(api, AGENT)
    return len(loop.syncs_of(NAME)) - before


def _at_rest(loop: Recorder) -> tuple[int, int]:
    """Return the calls and writes in a while in which nobody does anything."""
    calls, writes = len(loop.syncs_of(NAME)), loop.writes()
    time.sleep(REST_SECONDS)
    return len(loop.syncs_of(NAME)) - calls, loop.writes() - writes
