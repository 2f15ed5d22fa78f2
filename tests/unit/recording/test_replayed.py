"""A recording of each recorded request gets the response of the original, by number."""

import orjson
import pytest

from hooks.errors import UnreadableRequest
from hooks.facts import Facts, TakeOver
from hooks.recording.recording import Exchange, read_recording, recorded, repeated
from hooks.recording.responses import texts_of
from hooks.wire import encode
from tests.property.clusters import CASES, go_children, input_of
from tests.recorded import NOW, Recorded, recorded_requests


@pytest.mark.parametrize("case", recorded_requests(), ids=str)
def test_a_recording_gets_the_response_of_the_original(case: Recorded) -> None:
    exchange = Exchange(case.hook, case.request, case.facts, NOW, case.answer())
    again = read_recording(orjson.loads(encode(recorded(exchange))))

    assert orjson.loads(encode(repeated(again))) == again.response


@pytest.mark.parametrize("case", CASES)
def test_a_recording_of_a_takeover_gets_the_response_of_the_original(case: str) -> None:
    children = go_children(case, healthy=True, foreign=False)
    request = {"parent": input_of(case), "children": children, "related": {}}
    empty = Exchange("sync", request, Facts(), NOW, {})
    response = orjson.loads(encode(repeated(empty)))
    exchange = Exchange("sync", request, Facts(), NOW, response)
    again = read_recording(orjson.loads(encode(recorded(exchange))))

    assert orjson.loads(encode(repeated(again))) == again.response


def test_facts_are_read_back() -> None:
    facts = Facts(
        openshift=True,
        agent_namespaces=("a", "b"),
        take_over=TakeOver.UPDATE,
        docs_url="https://docs.example",
        release="r1",
    )

    assert Facts().updated(texts_of(facts)) == facts
    assert list(texts_of(Facts())) == ["operatorVersion"]


@pytest.mark.parametrize(
    "document", [[], {}, {"recording": 2}, {"recording": 1, "facts": {"openshift": True}}]
)
def test_what_is_no_recording_is_refused(document: object) -> None:
    with pytest.raises(UnreadableRequest):
        read_recording(document)
