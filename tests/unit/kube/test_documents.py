"""The documents of a stream are those of kubectl, and each part has its place in the file."""

from typing import Any

import pytest

from hooks.kube.bounded_yaml import Bounds
from hooks.kube.documents import Document, documents_of, text_of
from hooks.kube.places import Mark, path_of_field
from hooks.kube.yaml_values import NoDocument

BOUNDS = Bounds(longest=1_000_000, most_parts=100_000)

YAML = """\
---
# A comment.
kind: List
items:
- spec:
    agent:
      key: "x"
      env: {a.b: 1, "c]d": {e: 2}}
    agent.key: y
    zones:
    - name: é
    - {name: ü, mode: z}
---
kind: Other   # no more
"""
JSON = """\
{"kind": "List",
 "items": [
  {"spec": {"agent": {"key": "x", "env": {"a.b": 1, "c]d": {"e": 2}}},
            "agent.key": "{[", "z\\u00e4": [[], {}, 1,
    -2.5]}}]}
{"kind" : null}
"""


def read(text: str) -> list[Document]:
    return list(documents_of(text, BOUNDS))


def values(text: str) -> list[Any]:
    return [document.value for document in read(text)]


def place(text: str, path: str, number: int = 0, *, of_name: bool = False) -> str:
    return str(read(text)[number].mark_at(path, of_name=of_name))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "3:1"),
        ("kind", "3:7"),
        ("items", "5:1"),
        ("items[0].spec.agent", "7:7"),
        (".items[0].spec.agent.key", "7:12"),
        ("items[0].spec.agent.env[a.b]", "8:18"),
        ("items[0].spec.agent.env.a.b", "8:18"),
        ("items[0].spec.agent.env[c]d].e", "8:32"),
        ('items[0].spec["agent.key"]', "9:16"),
        ("items[0].spec.zones[1].mode", "12:23"),
        ("items[0].spec.zones[0].mode", "11:7"),
        ("items[0].spec.zones[2].name", "11:5"),
        ("items[0].spec.agent.env[x]y]", "8:12"),
        ("items[0].spec.nothing.there", "6:5"),
        ("items[0].spec.ag... (0123456789abcdef)", "6:5"),
        ("elsewhere[0][1].x", "3:1"),
    ],
)
def test_a_path_leads_to_its_place(path: str, expected: str) -> None:
    assert place(YAML, path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "1:1"),
        ("items", "2:11"),
        ("items[0].spec.agent", "3:22"),
        ("items[0].spec.agent.key", "3:30"),
        ("items[0].spec.agent.env[a.b]", "3:50"),
        ("items[0].spec.agent.env[c]d].e", "3:66"),
        ('items[0].spec["agent.key"]', "4:26"),
        ("items[0].spec.zä[0]", "4:44"),
        ("items[0].spec.zä[1]", "4:48"),
        ("items[0].spec.zä[3]", "5:5"),
        ("items[0].spec.zä[4]", "4:43"),
    ],
)
def test_a_path_leads_to_its_place_in_json(path: str, expected: str) -> None:
    assert place(JSON, path) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (YAML, "items[0].spec.agent", "6:5"),
        (YAML, 'items[0].spec["agent.key"]', "9:5"),
        (YAML, "items[0].spec.missing", "6:5"),
        (YAML, "items[0]", "5:3"),
        (JSON, "items[0].spec.agent", "3:13"),
    ],
)
def test_the_name_of_a_field_has_a_place(text: str, path: str, expected: str) -> None:
    assert place(text, path, of_name=True) == expected


@pytest.mark.parametrize(("text", "expected"), [(YAML, "14:7"), (JSON, "6:11")])
def test_further_documents_have_places_in_the_file(text: str, expected: str) -> None:
    assert place(text, "kind", number=1) == expected


def test_an_alias_has_its_place_and_parts_have_theirs() -> None:
    text = "a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}\n"

    assert [place(text, path) for path in ("a", "c", "c.b", "d.b", "d.e")] == [
        *("1:4", "2:4", "1:11", "1:11", "3:16")
    ]


def test_the_last_of_two_fields_counts_with_its_place() -> None:
    assert values("a: 1\na: 2\n") == [{"a": 2}]
    assert place("a: 1\na: 2\n", "a") == "2:4"
    assert place('{"a": 1,\n "a": 2}', "a") == "2:7"


@pytest.mark.parametrize("name", ["plain", "with-dash", "a.b", "a b", "[0]", "x]y", "é", "$patch"])
def test_the_path_of_a_field_leads_to_it(name: str) -> None:
    text = f"a:\n  before: 1\n  '{name}': 2\n"

    assert place(text, path_of_field("a", name)) == f"3:{len(name) + 7}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a: 1\n", [{"a": 1}]),
        ("---\na: 1\n", [{"a": 1}]),
        ("--- # one\na: 1\n---   \t\r\nb: 2", [{"a": 1}, {"b": 2}]),
        ("---\n---\na: 1\n---\n", [None, {"a": 1}]),
        ("# nothing\n---\na: 1\n", [None, {"a": 1}]),
        ("a: 1\n...\nb: 2\n", [{"a": 1}]),
        ("a: |\n  ---\n  b\n", [{"a": "---\nb\n"}]),
        ("a: &a 1\nb: &a 2\nc: *a\n", [{"a": 1, "b": 2, "c": 2}]),
    ],
)
def test_a_stream_is_parted_as_kubectl_does_it(text: str, expected: list[Any]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "mark", "message"),
    [
        ("a: 1\n--- {b: 1}\n", "2:1", "only a comment may follow"),
        ("a: 1\n---b\n", "2:1", "only a comment may follow"),
        ("%YAML 1.1\n---\na: 1\n", "2:1", "did not find expected <document start>"),
        ("a: 1\n---\nb: &b 1\n---\nc: *b\n", "5:4", "an alias must refer"),
        ("a: 1\n---\nb: @x\n", "3:4", "in quotes"),
        ("a: 1\n---\nb: c: d\n", "3:5", "a string that contains a colon"),
        ("a: 1\n---\nb: \x07\n", "3:4", "control characters"),
        ("a: 1\n---\nb: é\x07\n", "3:5", "control characters"),
        ("a: 1\n---\n- b\n- .inf\n", "4:3", "infinite"),
        ("a: 1\n---\n{b: 1, ~: 2}\n", "3:8", "the name of a field is null"),
        ("a: !!int x\n", "1:4", "is not of the type of its tag"),
        ("a:\n  <<: [{}, 1]\n", "2:12", "the value of the merge key"),
        ('a: "b\\/c"\n', "1:4", "does not know the escape"),
        ("? [b]\n: 1\n", "1:3", "a list or an object"),
    ],
)
def test_what_is_refused_has_its_place(text: str, mark: str, message: str) -> None:
    with pytest.raises(NoDocument, match=message) as error:
        read(text)

    assert str(error.value.mark) == mark


def test_a_slash_behind_a_backslash_is_taken() -> None:
    assert values('a: "b\\\\/c"\n') == [{"a": "b\\/c"}]


def test_what_is_no_utf_8_is_refused_in_its_place() -> None:
    with pytest.raises(NoDocument, match="UTF-8") as error:
        text_of("a: é\nbé: ".encode() + b"\xff")

    assert error.value.mark == Mark(2, 5)
