import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound

from hooks.errors import (
    InternalError,
    InvalidResource,
    MissingReference,
    Problem,
    UnreadableRequest,
    Whereabouts,
)
from hooks.server.body import BodyTooLarge, UnsupportedContentType
from hooks.server.failures import Failure, failure_of, frames_of
from hooks.server.tokens import Unauthorized

SECRET = "hunter2-sentinel"


def caught(error: Exception) -> Failure:
    """Return the failure of an error that was really raised, so that it has frames."""
    try:
        raise error
    except Exception as raised:  # noqa: BLE001
        return failure_of(raised)


def test_an_unreadable_request_is_the_caller_s_mistake() -> None:
    failure = caught(UnreadableRequest("the request must have the field parent"))

    assert (failure.type, failure.status) == ("unreadable_request", 400)
    assert failure.body == "the request must have the field parent\n"
    assert failure.log_fields() == {
        "error": "unreadable_request",
        "reason": "the request must have the field parent",
    }


def test_where_it_happened_is_told() -> None:
    error = UnreadableRequest("wrong shape", Whereabouts("ns/name", "v1 Secret", "data"))

    assert caught(error).body == "ns/name, v1 Secret, data: wrong shape\n"


def test_an_answer_is_one_line_of_bounded_length() -> None:
    body = caught(UnreadableRequest("a\nb\r\n" + "c" * 10_000)).body

    assert body.startswith("a b ccc")
    assert body.count("\n") == 1
    assert len(body) <= 1001


@pytest.mark.parametrize(
    ("error", "status"),
    [(BodyTooLarge("too large"), 413), (UnsupportedContentType("not JSON"), 415)],
)
def test_a_body_that_was_not_read_ends_the_connection(error: Exception, status: int) -> None:
    failure = caught(error)

    assert failure.status == status
    assert failure.headers == (("Connection", "close"),)


def test_a_call_without_a_token_is_told_what_to_send_and_ends_the_connection() -> None:
    failure = caught(Unauthorized("a token is needed"))

    assert (failure.type, failure.status) == ("unauthorized", 401)
    assert failure.headers == (("Connection", "close"), ("WWW-Authenticate", "Bearer"))


def test_the_framework_s_refusals_keep_status_and_allow_header_and_end_the_connection() -> None:
    failure = caught(MethodNotAllowed(valid_methods=["POST"]))

    assert (failure.type, failure.status) == ("method_not_allowed", 405)
    assert failure.headers == (("Allow", "POST"), ("Connection", "close"))
    assert caught(NotFound()).body == "not found\n"


def test_an_unforeseen_error_is_told_without_its_message() -> None:
    failure = caught(ValueError(f"cannot use {SECRET}"))

    assert (failure.type, failure.status) == ("internal", 500)
    assert failure.body == f"internal error, id={failure.error_id}\n"
    assert SECRET not in repr(failure)
    assert failure.exceptions == ("builtins.ValueError",)
    assert failure.frames[-1].startswith("tests/unit/server/test_failures.py:")
    assert failure.frames[-1].endswith(":caught")


def test_causes_are_told_by_their_types() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as cause:
        error = RuntimeError(SECRET)
        error.__cause__ = cause

    failure = caught(error)

    assert failure.exceptions == ("builtins.RuntimeError", "builtins.KeyError")
    assert SECRET not in repr(failure)


def test_every_unforeseen_error_has_an_id_of_its_own() -> None:
    assert caught(ValueError()).error_id != caught(ValueError()).error_id


def test_our_own_internal_error_has_its_message_in_the_log_only() -> None:
    failure = caught(InternalError("two children of one name"))

    assert failure.status == 500
    assert "two children" not in failure.body
    assert failure.log_fields()["reason"] == "two children of one name"


@pytest.mark.parametrize(
    "error",
    [
        InvalidResource((Problem("spec.agent.key", "is missing", "key-source"),)),
        MissingReference("Secret/keys is not there"),
    ],
)
def test_an_error_that_should_have_become_a_status_is_never_answered_with_200(
    error: Exception,
) -> None:
    assert caught(error).status == 500


def test_the_frames_end_where_it_began() -> None:
    def beginning() -> None:
        raise KeyError(SECRET)

    def reporting() -> None:
        try:
            beginning()
        except KeyError as error:
            raise InternalError("a KeyError") from error

    with pytest.raises(InternalError) as error:
        reporting()

    frames = failure_of(error.value).frames
    assert [frame.rpartition(":")[2] for frame in frames[-3:]] == [
        "reporting",
        "reporting",
        "beginning",
    ]


def test_a_frame_of_no_importable_file_is_told_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError) as error:
        exec(compile("1 / 0", "/nowhere/generated.py", "exec"))

    assert frames_of(error.value)[-1] == "/nowhere/generated.py:1:<module>"


def test_frames_are_bounded() -> None:
    def deeper(levels: int) -> None:
        if levels == 0:
            raise ValueError
        deeper(levels - 1)

    with pytest.raises(ValueError) as error:  # noqa: PT011
        deeper(100)

    frames = frames_of(error.value)
    assert len(frames) == 30
    assert frames[-1].endswith(":deeper")
