"""Searches of Hypothesis count no lines, and thorough ones take their time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.profiles import PROFILE


@given(st.booleans())
def test_a_search_runs(drawn: bool) -> None:  # noqa: FBT001  drawn, not passed by anyone
    assert drawn in (False, True)


def test_searches_are_marked(request: pytest.FixtureRequest) -> None:
    search = next(each for each in request.session.items if each.name == "test_a_search_runs")
    timeout = search.get_closest_marker("timeout")

    assert search.get_closest_marker("no_cover")
    assert (timeout is None) == (PROFILE == "quick")
