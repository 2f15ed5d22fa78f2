import pytest

from hooks.errors import (
    LONGEST_PATH,
    HookError,
    InternalError,
    InvalidResource,
    MissingReference,
    Problem,
    UnreadableRequest,
    Whereabouts,
)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnreadableRequest, 400),
        (InvalidResource, 200),
        (MissingReference, 200),
        (InternalError, 500),
    ],
)
def test_every_error_has_a_type_and_a_status(error: type[HookError], status: int) -> None:
    assert error.http_status == status
    assert error.type == "".join(
        f"_{letter.lower()}" if letter.isupper() else letter
        for letter in error.__name__.removesuffix("Error")
    ).removeprefix("_")


def test_an_error_says_where_it_was_on_the_way_up() -> None:
    error = InternalError("a TypeError").within(child="service").within(resource="ns/name")

    assert str(error) == "ns/name, service: a TypeError"


def test_what_an_inner_frame_knew_stays() -> None:
    error = MissingReference("gone", Whereabouts(path="spec.a")).within(path="spec", child="x")

    assert error.where == Whereabouts(child="x", path="spec.a")


def test_an_error_of_unknown_whereabouts_is_its_message() -> None:
    assert str(UnreadableRequest("the request is not JSON")) == "the request is not JSON"


def test_an_invalid_resource_tells_every_problem() -> None:
    problems = Problem("spec.a", "is required", "a"), Problem("spec.b", "is wrong", "b")
    error = InvalidResource(problems)

    assert error.problems == problems
    assert str(error) == "spec.a: is required (rule a); spec.b: is wrong (rule b)"


def test_a_path_is_told_as_it_is_up_to_the_longest_one() -> None:
    path = "x" * LONGEST_PATH

    assert Problem(path, "is wrong", "a").path == path


def test_cut_paths_with_the_same_start_stay_different() -> None:
    problem, other, same = (Problem("x" * length, "is wrong", "a") for length in (600, 601, 600))

    assert len(problem.path) == LONGEST_PATH
    assert problem.path.startswith("xxx")
    assert "... (" in problem.path
    assert problem != other
    assert problem == same
    assert Problem(problem.path, "is wrong", "a") == problem
