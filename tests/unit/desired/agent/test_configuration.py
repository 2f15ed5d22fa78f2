"""The agent's own configuration, as an object or as a text: one file in the end."""

from typing import Any

import pytest
import yaml
from hypothesis import given

from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import canonical_yaml
from tests.property.specs import json_values
from tests.support.hook import answer, conditions, stored, texts
from tests.support.resources import agent

CONFIG = "Secret/instana-agent-config"
FILE = "configuration.yaml"
OBJECT = {
    "com.instana.plugin.host": {"tags": ["b", "a"], "note": None},
    "com.instana.plugin.action": {"enabled": True, "version": "1.0", "answer": "no"},
}
TEXT = """\
com.instana.plugin.action:
  answer: 'no'
  enabled: true
  version: '1.0'
com.instana.plugin.host:
  note: null
  tags:
  - b
  - a
"""


def written(spec: Obj) -> str | None:
    return texts(answer(agent({"agent": spec})), CONFIG).get(FILE)


def test_object_is_written_in_order_of_its_keys() -> None:
    assert written({"configuration": OBJECT}) == TEXT


def test_order_of_the_keys_makes_no_difference() -> None:
    reversed_ = dict(reversed(OBJECT.items()))

    assert written({"configuration": reversed_}) == TEXT


def test_text_and_object_of_the_same_content_give_the_same_file() -> None:
    assert written({"configuration_yaml": TEXT}) == written({"configuration": yaml.safe_load(TEXT)})


def test_text_stays_as_it_is_written() -> None:
    text = "# mine\nb: 1\na: {c: [1, 2]}\n"

    assert written({"configuration_yaml": text}) == text
    assert yaml.safe_load(text) == yaml.safe_load(
        written({"configuration": yaml.safe_load(text)}) or ""
    )


@pytest.mark.parametrize("spec", [{}, {"configuration": {}}, {"configuration_yaml": ""}])
def test_nothing_given_is_no_file(spec: Obj) -> None:
    assert written(spec) is None


def test_a_null_elsewhere_takes_no_null_out_of_the_configuration() -> None:
    resource = agent()
    resource["spec"]["agent"] |= {"configuration": OBJECT, "mode": None}

    assert texts(answer(resource), CONFIG)[FILE] == TEXT


def test_sensors_get_the_file_too() -> None:
    pod = next(
        each["spec"]["template"]["spec"]
        for each in answer(agent({"agent": {"configuration": OBJECT}}))["children"]
        if each["kind"] == "Deployment"
    )
    config = next(each for each in pod["volumes"] if each["name"] == "config")

    assert {"key": FILE, "path": FILE} in config["secret"]["items"]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"configuration": OBJECT, "configuration_yaml": "a: 1"}, "spec.agent.configuration:"),
        (
            {"configuration": {"autoMountConfigEntries": True}},
            "spec.agent.configuration.autoMountConfigEntries:",
        ),
        (
            {"configuration": {"hotreloadEnabled": False}},
            "spec.agent.configuration.hotreloadEnabled:",
        ),
    ],
)
def test_what_is_refused_keeps_the_file_that_is_there(spec: Obj, path: str) -> None:
    before = agent({"agent": {"configuration": OBJECT}})
    answered = answer(agent({"agent": spec}), observed=stored(answer(before)))

    assert path in conditions(answered)["Valid"]["message"]
    assert texts(answered, CONFIG)[FILE] == TEXT


@given(json_values())
def test_written_text_is_read_back_as_it_was(value: Any) -> None:
    assert yaml.safe_load(canonical_yaml({"value": value})) == {"value": value}


@given(json_values())
def test_written_text_is_its_own_form(value: Any) -> None:
    text = canonical_yaml({"value": value})

    assert canonical_yaml(yaml.safe_load(text)) == text


def test_a_long_line_is_not_folded() -> None:
    assert canonical_yaml({"a": "word " * 100 + "end"}).count("\n") == 1
