"""The answers to requests that a real Metacontroller sent are the expected ones."""

import pytest
from deepdiff import DeepDiff

from hooks.kube.objects import identity
from hooks.wire import encode
from tests.recorded import FACTS_FILE, HOOKS, NOW, Recorded, recorded_requests
from tests.told import FOLDER, stories, told

REQUESTS = recorded_requests()
SYNCS = [each for each in REQUESTS if each.hook == "sync"]


@pytest.mark.parametrize("recorded", REQUESTS, ids=str)
def test_answer_is_the_expected_one(recorded: Recorded) -> None:
    expected, actual = recorded.expected, recorded.answer()

    assert expected == actual, DeepDiff(expected, actual).pretty()


@pytest.mark.parametrize("recorded", REQUESTS, ids=str)
def test_folder_holds_a_request_and_its_answer(recorded: Recorded) -> None:
    files = {file.name for file in recorded.folder.iterdir()}

    assert files - {FACTS_FILE} == {"request.json", "response.json"}


@pytest.mark.parametrize("story", stories())
def test_the_status_of_each_step_reads_as_recorded(story: str) -> None:
    """The same as the answers say, in a form in which one sees what somebody is told."""
    assert told(stories()[story]) == (FOLDER / f"{story}.txt").read_text("utf-8")


def test_every_written_story_is_a_recorded_one() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {*stories()}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_recorded_requests(hook: str) -> None:
    assert [each for each in REQUESTS if each.hook == hook]


@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_nothing_observed_gets_lost(recorded: Recorded) -> None:
    observed = [
        child for children in recorded.request["children"].values() for child in children.values()
    ]
    returned = {identity(child) for child in recorded.answer()["children"]}

    assert {identity(child) for child in observed} <= returned


@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_status_is_a_fixed_point(recorded: Recorded) -> None:
    request = recorded.request
    answer = recorded.answer()
    request["parent"]["status"] = answer["status"]

    assert encode(recorded.answer(request)) == encode(answer)


AT_REST = [
    each
    for each in SYNCS
    if "status" in each.request["parent"] and each.case != "upgraded-daemonset"
]


@pytest.mark.parametrize("recorded", AT_REST, ids=str)
def test_request_at_rest_keeps_the_stored_status(recorded: Recorded) -> None:
    returned = recorded.answer()["status"]

    assert returned == recorded.request["parent"]["status"]
    assert NOW not in str(returned)
