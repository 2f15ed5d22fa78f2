"""The union of sets of fields, compared with what the API server's own library makes of them."""

from json import dumps
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.fields_v1 import MISSING, owned, union
from hooks.kube.objects import Obj

ITEM = 'k:{"name":"x"}'
FIELDS: st.SearchStrategy[Obj] = st.recursive(
    st.just({}),
    lambda finer: st.dictionaries(st.sampled_from(["f:a", "f:b", ITEM]), finer),
    max_leaves=8,
)

MADE_BY_STRUCTURED_MERGE_DIFF: tuple[tuple[Obj, Obj, Obj], ...] = (
    ({}, {"f:a": {}}, {"f:a": {}}),
    ({"f:a": {}}, {"f:a": {}}, {"f:a": {}}),
    ({"f:a": {}}, {"f:b": {}}, {"f:a": {}, "f:b": {}}),
    ({"f:a": {}}, {"f:a": {"f:b": {}}}, {"f:a": {".": {}, "f:b": {}}}),
    ({"f:a": {".": {}}}, {"f:a": {"f:b": {}}}, {"f:a": {".": {}, "f:b": {}}}),
    ({"f:a": {}}, {"f:a": {".": {}, "f:b": {}}}, {"f:a": {".": {}, "f:b": {}}}),
    (
        {"f:a": {".": {}, "f:b": {}}},
        {"f:a": {"f:c": {}}},
        {"f:a": {".": {}, "f:b": {}, "f:c": {}}},
    ),
    (
        {"f:a": {"f:b": {}}},
        {"f:a": {"f:b": {"f:c": {}}}},
        {"f:a": {"f:b": {".": {}, "f:c": {}}}},
    ),
    ({"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}, {"f:a": {"f:b": {}, "f:c": {}}}),
    (
        {"f:a": {ITEM: {".": {}, "f:name": {}}}},
        {"f:a": {ITEM: {"f:value": {}}}},
        {"f:a": {ITEM: {".": {}, "f:name": {}, "f:value": {}}}},
    ),
    ({"f:a": {"v:1": {}}}, {"f:a": {"v:2": {}}}, {"f:a": {"v:1": {}, "v:2": {}}}),
)
"""Two sets and their union by `Set.Union` of sigs.k8s.io/structured-merge-diff/v6 v6.4.2."""


def paths(fields: Obj, prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Return the fields that a set holds, but for the root, which no set holds."""
    found = {prefix} if prefix and not fields else set()
    for name, finer in fields.items():
        found |= {prefix} if name == "." else paths(finer, (*prefix, name))
    return found


@pytest.mark.parametrize(("one", "other", "both"), MADE_BY_STRUCTURED_MERGE_DIFF)
def test_the_union_is_that_of_the_api_server(one: Obj, other: Obj, both: Obj) -> None:
    assert union([one, other]) == union([other, one]) == both


def test_a_part_with_finer_fields_elsewhere_is_not_owned_as_a_whole() -> None:
    fields = union([{"f:a": {}}, {"f:a": {"f:ours": {}}}])

    assert owned({"a": {"ours": 1, "of another": 2}}, fields) == {"a": {"ours": 1}}


@pytest.mark.parametrize("odd", [None, "x", 1, [], [{}]])
def test_what_is_no_set_has_no_fields(odd: Any) -> None:
    assert union([odd, {"f:a": {}}, odd]) == {"f:a": {}}
    assert union([{"f:a": odd}, {"f:a": {"f:b": {}}}]) == {"f:a": {"f:b": {}}}
    assert union([{"f:a": {"f:b": {}}}, {"f:a": odd}]) == {"f:a": {"f:b": {}}}
    assert owned({"a": 1}, union([{"f:a": odd}, {"f:a": odd}])) is MISSING


def test_the_union_of_nothing_is_empty() -> None:
    assert union([]) == union([{}, {}]) == {}


@given(one=FIELDS, other=FIELDS)
def test_the_union_has_the_fields_of_both(one: Obj, other: Obj) -> None:
    assert paths(union([one, other])) == paths(one) | paths(other)


@given(one=FIELDS, other=FIELDS)
def test_the_union_knows_no_order(one: Obj, other: Obj) -> None:
    assert union([one, other]) == union([other, one])


@given(one=FIELDS, other=FIELDS)
def test_the_union_with_a_part_of_it_is_itself(one: Obj, other: Obj) -> None:
    both = union([one, other])

    assert union([both, one]) == both


TEXTS = st.sampled_from(["a", "b", 'a"', "a\\", "ü", 'a","type":"b', ""])
ITEMS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {}, optional={"name": TEXTS | st.none(), "type": TEXTS, "value": st.integers()}
        ),
        TEXTS,
    ),
    max_size=5,
)
KEYS = st.one_of(
    st.builds(lambda name: f"k:{dumps({'name': name})}", TEXTS),
    st.builds(lambda name: f'k:{{"name":"{name}"}}', TEXTS),
    st.builds(lambda kind: f'k:{{"type":"{kind}"}}', TEXTS),
)
FINER: st.SearchStrategy[Any] = st.sampled_from(
    [{}, {".": {}}, {"f:name": {}}, {"f:value": {}}, {".": {}, "f:value": {}}, None]
)


@given(ITEMS, st.dictionaries(KEYS, FINER, max_size=3))
def test_items_by_their_text_are_those_by_their_path(items: list[Any], fields: Obj) -> None:
    nowhere: Obj = {f"i:{len(items)}": {}}  # such a place makes every path be read

    assert owned(items, fields | nowhere) == owned(items, fields) or not fields
