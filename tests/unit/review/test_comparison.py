"""What a proposed change of resources changes, and the comment about it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.review import Comparison, File, comment, compare, resources_in
from hooks.review.comparison import ObjectChange
from hooks.review.markdown import LONGEST, MOST_LINES, marker_of
from tests.support.proposals import KEY, resource

NOW = "2026-01-02T03:04:05Z"
SENTINEL = "sentinel-value-of-a-secret"


def compared(before: Any, after: Any, **around: Obj) -> list[Comparison]:
    """Compare two versions of one file, None for none."""
    others = [File(f"c/{name}.yaml", [obj]) for name, obj in around.items()]
    base, head = (
        resources_in([File("c/agent.yaml", [side]), *others] if side else [])
        for side in (before, after)
    )
    return compare(base, head, Facts(), NOW)


def lines_of(found: list[Comparison], name: str) -> tuple[str, ...]:
    (only,) = found
    (change,) = [each for each in only.changes if each.name == name]
    return change.lines


def test_equal_versions_change_nothing() -> None:
    assert compared(resource(), resource()) == []


def test_a_changed_field_shows_path_and_values() -> None:
    image = {"image": {"name": "icr.io/instana/agent", "tag": "1.2"}}
    found = compared(resource(), resource(agent=image))

    path = "spec.template.spec.containers[instana-agent].image"
    shown = f"{path}: icr.io/instana/agent:latest → icr.io/instana/agent:1.2"
    assert shown in lines_of(found, "DaemonSet/instana-agent")
    assert found[0].resource == "instana-agent/instana-agent"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({}, "its pods are replaced on every node, at most 1 at a time"),
        (
            {"agent": {"updateStrategy": {"type": "OnDelete"}}},
            "each pod is replaced once you delete it (updateStrategy is OnDelete)",
        ),
        (
            {"rollout": {"policy": "Manual"}},
            "its pods are replaced once somebody approves it (rollout.policy is Manual)",
        ),
    ],
    ids=["rolling", "on delete", "manual"],
)
def test_restarts_say_how(spec: Obj, words: str) -> None:
    agent = spec.pop("agent", {})
    before = resource(agent=agent, **spec)
    after = resource(agent=agent | {"env": {"NEW": "1"}}, **spec)

    (found,) = compared(before, after)

    pods = {change.name: change.pods for change in found.restarts}
    assert pods["DaemonSet/instana-agent"] == words


def test_no_restart_without_a_new_template() -> None:
    change = {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 5}}}

    (found,) = compared(resource(), resource(agent=change))

    assert found.changes
    assert found.restarts == ()


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "removed"])
def test_a_resource_on_one_side(is_new: bool) -> None:  # noqa: FBT001  pytest gives it by name
    sides = (None, resource()) if is_new else (resource(), None)

    (found,) = compared(*sides)

    assert found.verb == ("create" if is_new else "delete")
    assert {change.verb for change in found.changes} == {found.verb}
    words = "its pods start" if is_new else "its pods end"
    assert {change.pods for change in found.restarts} == {words}


def test_an_invalid_version_is_not_compared() -> None:
    (found,) = compared(resource(), resource(agent={"endpointPort": "none"}))

    assert found.obstacle == "the new version is invalid"
    assert found.changes == ()


def test_what_cannot_be_rendered_is_not_compared() -> None:
    broken = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": 5}

    (found,) = compared(resource(), resource(), broken=broken)

    assert found.obstacle.startswith("the new version cannot be rendered: ")


def test_a_moved_file_is_the_same_resource() -> None:
    before = resources_in([File("a/agent.yaml", [resource()])])
    after = resources_in([File("b/agent.yaml", [resource()])])

    assert compare(before, after, Facts(), NOW) == []


def test_each_folder_has_resources_of_its_own() -> None:
    names = ("a", "b")
    before = resources_in([File(f"{name}/agent.yaml", [resource()]) for name in names])
    after = resources_in(
        [File(f"{name}/agent.yaml", [resource(cluster={"name": name})]) for name in names]
    )

    found = compare(before, after, Facts(), NOW)

    assert [each.file for each in found] == ["a/agent.yaml", "b/agent.yaml"]


def test_the_objects_of_the_folder_count() -> None:
    account = {"apiVersion": "v1", "kind": "List", "items": [resource(), "no object", {"kind": 1}]}

    (found,) = resources_in(
        [File("c/list.yaml", [account, None]), File("c/x.yaml", [_secret("s")])]
    )

    assert [each["kind"] for each in found.around] == ["Secret"]


def _secret(value: str) -> Obj:
    metadata = {"name": "keys", "namespace": "instana-agent"}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "stringData": {"key": value},
    }


SECRETS = [
    lambda value: resource(agent={"key": value}),
    lambda value: resource(agent={"env": {"DB_PASSWORD": value}}),
    lambda value: resource(agent={"proxyHost": "p", "proxyUser": "u", "proxyPassword": value}),
    lambda value: resource(agent={"configuration_yaml": f"password: {value}"}),
    lambda value: resource(agent={"key": value}, useSecretMounts=False),
    lambda value: resource(agent={"env": {"MIRROR": f"https://me:{value}@host.example"}}),
    lambda value: resource(agent={"pod": {"annotations": {"api-token": value}}}),
    lambda value: resource(agent={"pod": {"env": [{"name": "A_TOKEN", "value": value}]}}),
    lambda value: resource(
        agent={"additionalBackends": [{"endpointHost": "h", "endpointPort": "1", "key": value}]}
    ),
]


@pytest.mark.parametrize("make", SECRETS, ids=range(len(SECRETS)))
def test_no_secret_is_shown(make: Any) -> None:
    found = compared(make(f"{SENTINEL}-1"), make(f"{SENTINEL}-2"))

    text = comment(found, [], [], "all")
    assert found[0].obstacle == ""
    assert found[0].changes
    assert SENTINEL not in text
    assert KEY not in text


@given(value=st.text("abcdef", min_size=8, max_size=12), where=st.sampled_from(SECRETS))
def test_no_secret_is_ever_shown(value: str, where: Any) -> None:
    marked = f"{SENTINEL}{value}"

    text = comment(compared(resource(), where(marked)), [], [], "all")

    assert SENTINEL not in text


def test_the_comment_begins_with_its_marker() -> None:
    assert comment([], [], [], "EU --> x").startswith("<!-- instana-agent-preview eu-----x -->\n")
    assert marker_of("a") != marker_of("b")


def test_signs_come_first_in_a_diff() -> None:
    """GitHub colors a line by its first character."""
    old, new = (
        resource(agent={"env": env}) for env in ({"A": "1", "B": "1"}, {"A": "2", "C": "1"})
    )
    lines = comment(compared(old, new), [], [], "all").splitlines()
    container = "spec.template.spec.containers[instana-agent]"

    assert "! change DaemonSet/instana-agent" in lines
    assert f"    {container}.env[A].value: 1 → 2" in lines
    assert f"+   {container}.env[C]:" in lines
    assert "+       name: C" in lines
    assert f"-   {container}.env[B]:" in lines


def test_nothing_to_say() -> None:
    assert "No object changes, and no rule is broken." in comment([], [], [], "all")


def test_it_is_bounded() -> None:
    lines = tuple(f"path{number}: {'x' * 100}" for number in range(500))
    many = [
        Comparison(f"f{number}", "a/b", "change", (ObjectChange("change", "X/y", lines),))
        for number in range(100)
    ]

    text = comment(many, ["e" * 200] * 500, [], "all")

    assert len(text) <= LONGEST
    assert "does not fit into a comment" in text
    assert f"... and {500 + 1 - MOST_LINES} more lines" in text
    assert "... and 460 more" in text
    assert text.count("<details>") == text.count("</details>")


def test_what_files_contain_stays_code() -> None:
    evil = "x: ```\n</details><script> @everyone\u202e"
    change = ObjectChange("change", "X/`y`\n# title", (evil,), "its pods end")
    found = Comparison("a`b\n<img>", "n/@me", "change", (change,), "")

    text = comment([found], [evil], [evil], "all")

    outside = re.sub(r"(`{3,})\w*\n.*?\n\1(?=\n|$)", "", text, flags=re.DOTALL)
    for part in ("<script>", "<img>", "@everyone", "# title", "\u202e"):
        assert part not in outside
    assert "\u202e" not in text
