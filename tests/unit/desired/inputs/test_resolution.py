"""Whether what a resource names is there, with the entries that are needed of it."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, conditions
from tests.support.resources import agent, obj

ITEM = {"key": "entry", "path": "entry"}
VOLUME = {"name": "mine", "configMap": {"name": "mine", "items": [ITEM]}}
NAMING = agent({"agent": {"pod": {"volumes": [VOLUME]}}})
ENTRIES = {"entry": "eA=="}


@pytest.mark.parametrize(
    ("parts", "status"),
    [({"data": ENTRIES}, "True"), ({"binaryData": ENTRIES}, "True"), ({}, "False")],
    ids=["text", "bytes", "neither"],
)
def test_an_entry_of_a_configmap_is_text_or_bytes(parts: Obj, status: str) -> None:
    answered = answer(NAMING, obj("ConfigMap", "mine", **parts))

    assert conditions(answered)["ReferencesResolved"]["status"] == status
