from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.objects import Obj
from hooks.kube.setting import UnusablePath, path_and_text, with_value

SPEC: Obj = {"zones": [{"name": "eu", "mode": "APM"}, {"name": "us"}], "agent": {"env": None}}
NAMES = st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]), min_size=1)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("a", 1, {"a": 1}),
        ("zones[eu].mode", "OFF", {"zones": [{"name": "eu", "mode": "OFF"}, {"name": "us"}]}),
        ("zones[1].mode", 2, {"zones": [SPEC["zones"][0], {"name": "us", "mode": 2}]}),
        ("zones[2].name", "ap", {"zones": [*SPEC["zones"], {"name": "ap"}]}),
        ("agent.env[A.b]", "x", {"agent": {"env": {"A.b": "x"}}}),
        ('cluster["a.b/c"]', "x", {"cluster": {"a.b/c": "x"}}),
        ("agent.pod.env[0].name", "A", {"agent": {"env": None, "pod": {"env": [{"name": "A"}]}}}),
    ],
)  # fmt: skip
def test_the_value_is_at_the_path(path: str, value: Any, expected: Obj) -> None:
    before = deepcopy(SPEC)

    assert with_value(SPEC, path, value) == SPEC | expected
    assert before == SPEC


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("zones[ap].mode", "zones has no item [ap]; it has 2 items: eu, us"),
        ("zones[3].mode", "zones has no item [3]; it has 2 items: eu, us"),
        ("zones.mode", "zones has no item [mode]; it has 2 items: eu, us"),
        ("zones[eu].mode.x", "zones[eu].mode is neither an object nor a list"),
        ("new[1]", "new has no item [1]; it has 0 items"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(path: str, message: str) -> None:
    with pytest.raises(UnusablePath) as error:
        with_value(SPEC, path, 1)

    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=c=d", ("a.b", "c=d")),
        ("a[x.y].b=", ("a[x.y].b", "")),
        ('a["x=y"]={b: [1]}', ('a["x=y"]', "{b: [1]}")),
        ("a[0][1]=x", ("a[0][1]", "x")),
    ],
)
def test_the_path_ends_at_the_first_equals_sign(text: str, expected: tuple[str, str]) -> None:
    assert path_and_text(text) == expected


@pytest.mark.parametrize("text", ["", "=x", "a", "a..b=x", "a[=x", "a[]=x", 'a["]=x', "a]=x"])
def test_what_is_not_a_path_is_rejected(text: str) -> None:
    with pytest.raises(UnusablePath, match=r"must be PATH=VALUE, with a path such as "):
        path_and_text(text)


@given(NAMES, st.integers())
def test_any_name_can_be_quoted(name: str, value: int) -> None:
    path, _ = path_and_text(f'a["{name}"].b=x')

    assert with_value({}, path, value) == {"a": {name: {"b": value}}}
