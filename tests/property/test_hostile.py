"""Whatever a resource has, there is an answer within the bounds, and no child is taken away."""

from hypothesis import given, settings

from hooks.kube.objects import Obj
from tests.property.hostile import answered, hostile_specs
from tests.support.profiles import PROFILE

SMALL = (0.0005, 0.002, 0.005, 0.02)
FRACTIONS = (*SMALL, 0.1, 1.2)
EXAMPLES = 100_000 if PROFILE == "thorough" else settings.get_profile(PROFILE).max_examples
LARGE = EXAMPLES // 10
"""A tenth of the examples has lists near the bounds and beyond: these take most of the time."""


@settings(max_examples=EXAMPLES - LARGE)
@given(hostile_specs(SMALL))
def test_hostile_resources_are_answered_within_the_bounds(drawn: tuple[str, Obj]) -> None:
    _, spec = drawn

    assert len(answered(spec)) in (0, 2)


@settings(max_examples=LARGE)
@given(hostile_specs(FRACTIONS))
def test_large_ones_are_answered_within_the_bounds(drawn: tuple[str, Obj]) -> None:
    _, spec = drawn

    assert len(answered(spec)) in (0, 2)
