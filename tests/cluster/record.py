"""`make record`: record requests of a real Metacontroller as fixtures of the pure functions.

Needs KUBECONFIG and METACONTROLLER. `python -m tests.cluster.record <story>...` records some alone.
"""

import re
import sys
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import orjson

from hooks.kube.objects import controller_of
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource, surroundings
from tests.cluster.component import NODE_ZONES, POD_STATUS
from tests.cluster.conftest import prepared_api
from tests.cluster.loop import remove, running_loop, settled, sync_again
from tests.cluster.metacontroller import Recorder, require_metacontroller
from tests.cluster.playing import NODES, end_all, node, play
from tests.cluster.steady import steady
from tests.cluster.stories import STORIES, Moment, Step, Story, forbids_pods, secret
from tests.recorded import FACTS_FILE, FIXTURES
from tests.support.resources import merged

COMPONENTS = {"nodeZones": NODE_ZONES, "podStatus": POD_STATUS}
"""The component that makes a fact true."""

CAPITAL = re.compile(r"(?=[A-Z])")
HOOKS_BESIDE = {
    "/customize": "customize",
    "/cluster-rbac/sync": "cluster-rbac-sync",
    "/cluster-rbac/customize": "cluster-rbac-customize",
}


def main() -> int:
    """Record all stories, or those that are named; returns the exit code."""
    require_metacontroller()
    api = prepared_api()
    chosen = [story for story in STORIES if story.name in sys.argv[1:] or not sys.argv[1:]]
    with tempfile.TemporaryDirectory() as logs:
        for (strategy, _), stories in groupby(sorted(chosen, key=_installation), _installation):
            _record_all(api, strategy, list(stories), Path(logs))
    return 0


def _installation(story: Story) -> tuple[str, list[tuple[str, str]]]:
    """Return what stories have in common that are recorded in one go."""
    return story.strategy, sorted(story.facts.items())


def _record_all(api: Api, strategy: str, stories: list[Story], logs: Path) -> None:
    facts = stories[0].facts
    for fact in facts.keys() & COMPONENTS.keys():
        COMPONENTS[fact].give_rights(api)
    with running_loop(api, strategy, logs, settings=_settings(facts)) as loop:
        for story in stories:
            record(api, loop, story)


def _settings(facts: dict[str, str]) -> dict[str, str]:
    """Return the settings of a service that knows the facts."""
    known = {CAPITAL.sub("_", name).upper(): value for name, value in facts.items()}
    return {"INSECURE": "1"} | known


def record(api: Api, loop: Recorder, story: Story) -> None:
    """Bring a story about and keep the requests that it led to."""
    agent, others = merged(resource(story.case), {"spec": story.spec}), surroundings(story.case)
    others = [each for each in others if each["kind"] not in story.without]
    if story.pull_secret:
        others.append(secret(story.pull_secret))
    loop.exchanges.clear()
    try:
        api.apply_all([*others, agent])
        wait_for(lambda: "status" in (api.get(agent) or {}), "the first status")
        settled(api, agent)
        for number, step in enumerate(story.steps, 1):
            _take(api, agent, step)
            if step.name:
                sync_again(api, agent, loop, step.name)
                _keep(agent, loop, story, f"{story.name}-{number}-{step.name}")
        if not story.has_names:
            if not story.first:
                sync_again(api, agent, loop, "recorded")
            _keep(agent, loop, story, story.name)
        _keep_beside(loop, story)
    finally:
        _clean_up(api, agent, others)


def _take(api: Api, agent: Obj, step: Step) -> None:
    for act in step.acts:
        act(api, agent)
    settled(api, agent)
    if step.pods:
        play(api, step.pods)
        while step.ready_at_last and not is_ready(api.get(agent) or {}):
            play(api, step.pods)
        settled(api, agent)


def is_ready(agent: Obj) -> bool:
    """Tell whether the resource is ready by its status."""
    conditions = agent.get("status", {}).get("conditions", [])
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)


def _clean_up(api: Api, agent: Obj, others: Iterable[Obj]) -> None:
    api.delete(agent)
    wait_for(lambda: api.get(agent) is None, "the resource is gone")
    forbids_pods(None, api, agent)
    remove(api, agent, [*others, *map(node, NODES)])
    end_all(api)


def _keep(agent: Obj, loop: Recorder, story: Story, name: str) -> None:
    requests = [each.asked for each in loop.syncs_of(agent["metadata"]["name"])]
    if story.first == Moment.ADOPTED:
        requests = [each for each in requests if any(map(controller_of, _children(each)))]
    _write(requests[0 if story.first else -1], "sync", name, story.facts)


def _children(request: Obj) -> list[Obj]:
    return [child for objects in request["children"].values() for child in objects.values()]


def _keep_beside(loop: Recorder, story: Story) -> None:
    """Keep the last request of each other hook; a longer story is about pods, which one knows."""
    for path, hook in HOOKS_BESIDE.items():
        found = [each for each in loop.exchanges if each.path == path]
        if found and (hook == "customize" or not (story.has_names or story.facts)):
            _write(found[-1].asked, hook, story.name, story.facts)


def _write(request: Obj, hook: str, name: str, facts: dict[str, str]) -> None:
    folder = FIXTURES / hook / name
    folder.mkdir(parents=True, exist_ok=True)
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    (folder / "request.json").write_bytes(orjson.dumps(steady(request), option=options))
    if facts:
        (folder / FACTS_FILE).write_bytes(orjson.dumps(facts, option=options))


if __name__ == "__main__":
    sys.exit(main())
