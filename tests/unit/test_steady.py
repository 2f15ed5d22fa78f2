"""A recorded request is the same whenever it is recorded, but for what it is about."""

import pytest

from tests.cluster.steady import steady
from tests.recorded import Recorded, recorded_requests

SYNCS = [each for each in recorded_requests() if each.hook == "sync"]


@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_what_is_recorded_is_steady(recorded: Recorded) -> None:
    assert steady(recorded.request) == recorded.request


def test_random_names_are_numbers_in_the_order_of_nodes_wherever_they_stand() -> None:
    def pod(name: str, node: str) -> dict[str, object]:
        metadata = {"name": name, "generateName": "agent-", "uid": "x"}
        return {"metadata": metadata, "spec": {"nodeName": node}}

    related = {
        "ns/agent-zzzzz": pod("agent-zzzzz", "n1"),
        "ns/agent-aaaaa": pod("agent-aaaaa", "n2"),
    }
    kept = steady(
        {
            "controller": {"metadata": {"generation": 7}},
            "parent": {"status": {"message": "agent-zzzzz on n1: logs agent-zzzzz"}},
            "related": {"Pod.v1": related},
        }
    )

    assert kept["related"]["Pod.v1"].keys() == {"ns/agent-00001", "ns/agent-00002"}
    assert kept["parent"]["status"]["message"] == "agent-00001 on n1: logs agent-00001"
    assert kept["controller"]["metadata"]["generation"] == 1
