"""Errors as HTTP responses, log fields and metric labels: the only place that maps them.

Responses and log lines contain no value of the input. The message of an error that is not ours may
quote one, so only the types and the frames of such an error are logged.
"""

import secrets
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from werkzeug.exceptions import HTTPException

from hooks.errors import HookError, InternalError
from hooks.server.overload import RETRY_SECONDS

LONGEST_MESSAGE: Final = 1000
MOST_CAUSES: Final = 5
MOST_FRAMES: Final = 30
ERROR_ID_BYTES: Final = 8

CLOSE: Final = ("Connection", "close")
HEADERS: Final[Mapping[int, tuple[tuple[str, str], ...]]] = {
    HTTPStatus.UNAUTHORIZED: (CLOSE, ("WWW-Authenticate", "Bearer")),
    HTTPStatus.NOT_FOUND: (CLOSE,),
    HTTPStatus.METHOD_NOT_ALLOWED: (CLOSE,),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (CLOSE,),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (CLOSE,),
    HTTPStatus.TOO_MANY_REQUESTS: (CLOSE, ("Retry-After", str(RETRY_SECONDS))),
}
"""Headers of responses that are sent before the body was read, after which the connection ends."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The outcome of a failed call: a response of one line, a metric label, log fields."""

    type: str
    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()
    error_id: str = ""
    cause: str = ""
    exceptions: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """Return the text of the response."""
        return f"{self.message}\n"

    def log_fields(self) -> dict[str, object]:
        """Return the fields about the failure in the call's log line."""
        if not self.error_id:
            return {"error": self.type, "reason": self.message}
        return {
            "error": self.type,
            "error_id": self.error_id,
            "reason": self.cause,
            "exceptions": list(self.exceptions),
            "frames": list(self.frames),
        }


def failure_of(error: Exception) -> Failure:
    """Return the outcome of an error that reached the edge; any unexpected error is a 500."""
    if isinstance(error, HTTPException) and error.code is not None:
        return _rejected_by_the_framework(error, HTTPStatus(error.code))
    if isinstance(error, HookError) and _is_the_callers(error.http_status):
        headers = HEADERS.get(error.http_status, ())
        return Failure(error.type, error.http_status, _line(str(error)), headers)
    return _internal(error)


def exception_types(error: BaseException) -> tuple[str, ...]:
    """Return the type of an error and of its causes, without their messages."""
    return tuple(f"{type(cause).__module__}.{type(cause).__qualname__}" for cause in _chain(error))


def frames_of(error: BaseException) -> tuple[str, ...]:
    """Return `file:line:function` of the innermost frames, outermost first, without source text.

    The frames of the original cause come last.
    """
    frames = [
        f"{_short(frame.f_code.co_filename)}:{line}:{frame.f_code.co_name}"
        for cause in _chain(error)
        for frame, line in traceback.walk_tb(cause.__traceback__)
    ]
    return tuple(frames[-MOST_FRAMES:])


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) < MOST_CAUSES:
        chain.append(current)
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)
    return chain


def _internal(error: Exception) -> Failure:
    error_id = secrets.token_hex(ERROR_ID_BYTES)
    ours = isinstance(error, HookError)
    return Failure(
        type=error.type if isinstance(error, HookError) else InternalError.type,
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        message=f"internal error, id={error_id}",
        error_id=error_id,
        cause=_line(str(error)) if ours else "",
        exceptions=exception_types(error),
        frames=frames_of(error),
    )


def _rejected_by_the_framework(error: HTTPException, status: HTTPStatus) -> Failure:
    """Keep the status and the Allow header; the message is the status' own name."""
    allowed = tuple((name, value) for name, value in error.get_headers() if name == "Allow")
    type_ = status.phrase.lower().replace(" ", "_")
    return Failure(type_, status, status.phrase.lower(), allowed + HEADERS.get(status, ()))


def _is_the_callers(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _line(message: str) -> str:
    return " ".join(message.split())[:LONGEST_MESSAGE]


def _short(filename: str) -> str:
    """Return the path below the import path that contains it."""
    path = Path(filename)
    for root in sys.path:
        if root and path.is_relative_to(root):
            return str(path.relative_to(root))
    return filename
