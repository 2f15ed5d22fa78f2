"""Names and texts of any length in a resource: reviews stay small, and so does what they leave."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest

from hooks import errors
from hooks.admission import InlineSecrets, errors_in, validate
from hooks.admission.ratcheting import STEP
from hooks.admission.review import MOST_PROBLEMS
from hooks.errors import LONGEST_PATH, Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj
from tests.support.resources import agent
from tests.support.reviews import refused_by, review, warned_by

LONG = 100_000
MANY = 50
PATCH = "agentDaemonSet"
LONGEST_PROBLEM = 2 * LONGEST_PATH + 1000
"""A path is in the message and in its cause; what is wrong there has a few hundred characters."""


def validated(new: Obj, old: Obj | None = None) -> Obj:
    before = None if old is None else agent(old)
    return validate(review(agent(new), before), Facts(), InlineSecrets.WARN)


def patch(**daemon_set: Any) -> Obj:
    return {"overrides": {PATCH: daemon_set}}


def container(name: str, mistakes: int = MOST_PROBLEMS) -> Obj:
    """Return a patch with a container that has mistakes, by default as many as are told."""
    both = {"value": "x", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    env = [{"name": f"V{number}", **both} for number in range(mistakes)]
    added = {"name": name, "image": "a.example/b:1", "env": env}
    return patch(spec={"template": {"spec": {"containers": [added]}}})


def amount(number: int) -> Obj:
    digits = f"{number + 1}{'1' * LONG}"
    return {"agent": {"pod": {"limits": {"cpu": digits}, "requests": {"cpu": digits}}}}


def variable(number: int) -> Obj:
    return {"agent": {"env": {f"A={number}{'k' * LONG}": "x"}}}


def variable_that_stays(number: int) -> tuple[Obj, Obj]:
    return variable(number) | {"zone": {"name": "x"}}, variable(number)


@pytest.fixture
def traced() -> Iterator[None]:
    validated({})
    gc.collect()
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.parametrize(
    "of", [lambda number: (amount(number),), variable_that_stays], ids=["amount", "name"]
)
@pytest.mark.usefixtures("traced")
def test_reviews_leave_no_text_of_theirs_in_memory(of: Callable[[int], tuple[Obj, ...]]) -> None:
    for number in range(MANY):
        validated(*of(number))
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()

    assert kept < MANY * LONG / 5


@pytest.mark.usefixtures("traced")
def test_a_large_value_that_many_paths_lead_to_is_not_kept_for_each() -> None:
    before = patch(big="x" * LONG, **{"big" + "." * count: 1 for count in range(1, 2 * MANY)})
    now = deepcopy(before)
    now["overrides"][PATCH]["new"] = 1
    answer = validated(now, before)
    _, peak = tracemalloc.get_traced_memory()

    assert refused_by(answer) == {"override-field"}
    assert peak < MANY * LONG


@pytest.mark.parametrize(
    ("spec", "problems"),
    [
        (patch(**{"[" * LONG: 1}), 1),
        (variable(0), 1),
        (container("x" * LONG), MOST_PROBLEMS),
        ({"agent": {"pod": {"annotations": {"=" * LONG: "x"}}}}, 1),
    ],
    ids=["field", "variable", "container", "annotation"],
)
def test_no_name_makes_an_answer_long(spec: Obj, problems: int) -> None:
    status = validated(spec)["response"]["status"]

    assert len(status["details"]["causes"]) == problems
    assert len(str(status)) < problems * LONGEST_PROBLEM


def test_a_long_name_is_cut_before_it_is_told_with_each_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut: list[int] = []

    def counted(text: bytes) -> Any:
        cut.append(len(text))
        return sha256(text)

    monkeypatch.setattr(errors, "sha256", counted)
    answer = validated(container("x" * LONG))

    assert refused_by(answer) == {"override-result"}
    assert LONG < sum(cut) < 2 * LONG


def test_of_very_many_mistakes_in_a_patched_pod_the_first_ones_are_found() -> None:
    found = errors_in(agent(container("more", 2 * errors.MOST_PROBLEMS)), Facts())

    assert len(found) == errors.MOST_PROBLEMS


@pytest.mark.parametrize(
    ("now", "rule"),
    [
        (patch(x=[1], **{f"x[{'9' * 5000}]": 1}), "override-field"),
        (patch(x=[1], **{f"x[{'9' * 400}]": 1}), "override-field"),
        (container("9" * 5000), "override-result"),
        (container("9" * 400), "override-result"),
    ],
    ids=["field", "shorter field", "container", "shorter container"],
)
def test_a_name_may_look_like_a_position(now: Obj, rule: str) -> None:
    assert rule in refused_by(validated(now, patch(y=1)))


def test_no_step_of_a_path_has_a_bracket() -> None:
    assert STEP.findall("[[a].b[1]") == [("a", ""), ("", "b"), ("1", "")]


def test_a_mistake_at_a_long_name_stays_and_another_one_is_refused() -> None:
    now, before = variable_that_stays(0)
    further = {"agent": {"env": before["agent"]["env"] | {f"A=0{'k' * LONG}k": "x"}}}

    assert warned_by(validated(now, before)) >= {"variable-name"}
    assert refused_by(validated(now, before)) == set()
    assert refused_by(validated(further, before)) == {"variable-name"}


def test_each_mistake_is_compared_with_a_few_others(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []
    is_equal = Problem.__eq__

    def counted(one: Problem, other: object) -> bool:
        compared.append(other)
        return is_equal(one, other)

    monkeypatch.setattr(Problem, "__eq__", counted)
    mistakes = 256
    answer = validated({"agent": {"pod": {"tolerations": [1] * mistakes}}}, {})

    assert refused_by(answer) == {"field-type"}
    assert len(compared) < 3 * mistakes
