"""What is noted on a workload with a kept template, and what the notes decide."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from hooks.desired.passes.checksums import CHECKSUM, FORMER_CHECKSUM
from hooks.desired.passes.retain_templates import INSTEAD_OF, KEPT, pods_made_for
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from hooks.labels import GENERATION_LABEL
from hooks.rules import parse_agent
from tests.support.hook import FACTS, answer, child, stored
from tests.support.resources import agent

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
SECOND = f"{SENSOR}-1"
BACKENDS = {
    "agent": {
        "additionalBackends": [{"endpointHost": "second", "endpointPort": "444", "key": "k2"}]
    }
}
FORMER_PRIORITY = "of-the-go-operator"
PARENT = agent(BACKENDS)
MARKS = {
    "instana.io/secrets-checksum",
    "instana.io/template-kept",
    "instana.io/template-kept-for",
    "instana.io/template-kept-instead-of",
}
"""Clusters hold these names, so a newer version has to read them."""

NEWER = replace(FACTS, operator_version="9.9.9")


def of_go_operator(**checksums: str) -> list[Obj]:
    """Return the workloads with templates of its own; by name, its checksum of a key."""
    answered = deepcopy(answer(PARENT))
    for each in answered["children"]:
        if "template" in each.get("spec", {}):
            each["metadata"]["labels"][GENERATION_LABEL] = "1"
            template = each["spec"]["template"]
            template["spec"]["priorityClassName"] = FORMER_PRIORITY
            checksum = checksums.get(each["metadata"]["name"].rpartition("-")[2])
            template["metadata"]["annotations"] = {FORMER_CHECKSUM: checksum} if checksum else {}
    return stored(answered)


def kept(answered: Obj, which: str = AGENT) -> bool:
    found = child(answered, which)["spec"]["template"]["spec"]
    return bool(found.get("priorityClassName") == FORMER_PRIORITY)


def upside_down(value: Any) -> Any:
    """Return it with the fields of all objects in the opposite order."""
    if isinstance(value, dict):
        return {name: upside_down(value[name]) for name in reversed(value)}
    return [upside_down(each) for each in value] if isinstance(value, list) else value


def noted(observed: list[Obj], name: str, text: str) -> list[Obj]:
    """Return the children with another text in a note of the DaemonSet."""
    for each in observed:
        if each["kind"] == "DaemonSet":
            record = json.loads(each["metadata"]["annotations"][LAST_APPLIED])
            record["metadata"]["annotations"][name] = text
            notes = {name: text, LAST_APPLIED: json.dumps(record)}
            each["metadata"]["annotations"] |= notes
    return observed


@pytest.mark.parametrize("which", [AGENT, SENSOR, SECOND])
def test_a_workload_with_a_kept_template_has_all_notes(which: str) -> None:
    answered = answer(PARENT, observed=of_go_operator())

    assert kept(answered, which)
    assert child(answered, which)["metadata"]["annotations"].keys() == MARKS


@pytest.mark.parametrize("name", [KEPT, CHECKSUM])
def test_another_template_or_value_than_was_noted_ends_it(name: str) -> None:
    settled = answer(PARENT, observed=of_go_operator())

    assert kept(answer(PARENT, observed=stored(settled)))
    assert not kept(answer(PARENT, observed=noted(stored(settled), name, "another")))


def test_another_order_of_fields_is_the_same_template() -> None:
    settled = stored(answer(PARENT, observed=of_go_operator()))
    for each in settled:
        notes = each["metadata"]["annotations"]
        notes[LAST_APPLIED] = json.dumps(upside_down(json.loads(notes[LAST_APPLIED])))

    assert kept(answer(PARENT, observed=[upside_down(each) for each in settled]))


@pytest.mark.parametrize(("facts", "is_kept"), [(FACTS, False), (NEWER, True)])
def test_another_template_of_ours_ends_it_unless_a_newer_version_makes_it(
    facts: Facts,
    is_kept: bool,  # noqa: FBT001
) -> None:
    settled = stored(answer(PARENT, observed=of_go_operator()))
    after = answer(PARENT, observed=noted(settled, INSTEAD_OF, "another"), facts=facts)

    assert kept(after) is is_kept


def test_a_former_key_of_one_backend_ends_it_for_the_k8sensor_of_that_one() -> None:
    present = sha256(b"backend.example443agent-key").hexdigest()
    answered = answer(PARENT, observed=of_go_operator(k8sensor=present, **{"1": "of another key"}))

    assert (kept(answered, SENSOR), kept(answered, SECOND)) == (True, False)


def test_the_mark_of_a_hand_over_has_a_line_for_each_workload() -> None:
    lines = pods_made_for(parse_agent(PARENT)).splitlines()
    found = [re.fullmatch("1 (.+) [0-9a-f]{64}", line) for line in lines]

    assert [each and each[1] for each in found] == [AGENT, SENSOR, SECOND]
