from typing import Any

import pytest
from click import unstyle
from hypothesis import given
from hypothesis import strategies as st

from hooks.difference_texts import LONGEST, MOST_LINES, lines_about
from hooks.differences import differences
from hooks.kube.differences import with_items_by_name
from hooks.kube.objects import Obj
from hooks.masking import Mask

ONE, OTHER = {"name": "a", "image": "x"}, {"name": "b", "image": "x"}
NAMES = st.sampled_from(["a", "b", "name", "x.y/z"])
OBJECTS = st.dictionaries(
    NAMES,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=10,
    ),
)


def lines(before: Any, after: Any, mask: Mask = Mask("DaemonSet")) -> list[str]:  # noqa: B008
    return [
        unstyle(line)
        for found in differences({"f": before}, {"f": after}, mask)
        for line in lines_about(found)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, ["f: 1 → 2"]),
        ("a", "", ['f: a → ""']),
        ("443", 443, ['f: "443" → 443']),
        (True, "true", ['f: true → "true"']),
        ({"a.b/c": "x"}, {"a.b/c": "y"}, ['f["a.b/c"]: x → y']),
        ({}, {"g": "x"}, ["+ f.g: x"]),
        ({"g": "x"}, {}, ["- f.g: x"]),
        ([ONE], [ONE | {"image": "y"}], ["f[a].image: x → y"]),
        ([ONE], [ONE, OTHER], ["+ f[b]:", "  +   name: b", "  +   image: x"]),
        ([ONE, OTHER], [OTHER], ["- f[a]:", "  -   name: a", "  -   image: x"]),
        ([ONE, OTHER], [OTHER, ONE], ["f: the order of the items changes"]),
        ({"g": [ONE, OTHER]}, {"g": [OTHER, ONE]}, ["f.g: the order of the items changes"]),
        ([1, 2], [1, 3], ["f[1]: 2 → 3"]),
        ([1], [1, 2], ["+ f[1]: 2"]),
        ({"g": {"h": [ONE]}}, {}, ["- f.g:", "  -   h:", "  -   - name: a", "  -     image: x"]),
        ("a\nb\nc\n", "a\nB\nc\n", ["f:", "  - b", "  + B"]),
        ("a\nb", "a\nb\n", ["f:", "  only the line breaks at the end change"]),
        ({"g": 1}, [1], ["- f:", "  -   g: 1", "+ f:", "  +   - 1"]),
    ],
)
def test_lines_about_differences(before: Any, after: Any, expected: list[str]) -> None:
    assert lines(before, after) == expected


def test_long_values_are_cut_around_the_difference() -> None:
    common = "x" * 5 * LONGEST
    (line,) = lines(f"{common}before{common}", f"{common}after{common}")

    assert len(line) < 2.5 * LONGEST
    assert "before" in line
    assert "after" in line


def test_long_parts_are_cut_and_counted() -> None:
    many = {f"field-{number:03}": "x" for number in range(3 * MOST_LINES)}
    found = lines({}, {"g": many})

    assert len(found) == MOST_LINES + 2
    assert found[-1] == f"  … {2 * MOST_LINES} more lines"


@given(OBJECTS, OBJECTS)
def test_there_are_differences_exactly_where_objects_differ(before: Obj, after: Obj) -> None:
    found = differences(before, after, Mask("DaemonSet"))

    earlier, later = with_items_by_name(before), with_items_by_name(after)
    assert bool(found) is (earlier != later or repr(earlier) != repr(later))
    assert all([*lines_about(each)] for each in found)
