"""Reads the body of a hook call, within its limits."""

from typing import Final

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from hooks.errors import HookError

JSON: Final = "application/json"
CHUNKED: Final = "chunked"


class UnsupportedContentType(HookError):
    """The Content-Type of the body is not JSON."""

    type = "unsupported_content_type"
    http_status = 415


class BodyTooLarge(HookError):
    """The body is larger than the setting MAX_BODY_BYTES allows."""

    type = "body_too_large"
    http_status = 413


class BodyIncomplete(HookError):
    """The peer closed the connection, stopped sending or broke the framing within the body."""

    type = "body_incomplete"
    http_status = 400


class UnsupportedTransferCoding(HookError):
    """The body is compressed for the transfer, which this service does not support."""

    type = "unsupported_transfer_coding"
    http_status = 400


class LengthNotGiven(HookError):
    """The body comes in chunks, which cost time each, to a port that anyone may send to."""

    type = "length_not_given"
    http_status = 411


def length_of(request: Request, limit: int, *, takes_chunks: bool) -> int:
    """Return the maximum length of the body; raises one of this module's errors, but reads nothing.

    A body of unknown length counts as one of the maximum length.
    """
    if request.mimetype != JSON:
        msg = f"the content type must be {JSON}"
        raise UnsupportedContentType(msg)
    if request.headers.get("Transfer-Encoding", CHUNKED).lower() != CHUNKED:
        msg = f"the transfer encoding must be {CHUNKED}, or not set"
        raise UnsupportedTransferCoding(msg)
    if "Transfer-Encoding" in request.headers and not takes_chunks:
        msg = "the request must have a Content-Length"
        raise LengthNotGiven(msg)
    length = request.content_length
    if length is not None and length > limit:
        raise _too_large(limit)
    if length is None:
        return limit if "Transfer-Encoding" in request.headers else 0
    return length


def read_body(request: Request, limit: int) -> bytes:
    """Return the body of the request; raises one of this module's errors.

    Reads one byte beyond the limit: werkzeug cuts a body of unknown length off at its own limit.
    """
    request.max_content_length = limit + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise _too_large(limit) from None
    except (ClientDisconnected, ParseException, OSError):
        raise _incomplete() from None
    if len(body) > limit:
        raise _too_large(limit)
    if len(body) < (request.content_length or 0):
        raise _incomplete()
    return body


def reject_crowded(body: bytes, most_parts: int) -> None:
    """Raise BodyTooLarge for JSON of more parts than that; commas in texts count as well.

    A part takes about 150 bytes of memory, and at least three bytes of the body.
    """
    if sum(map(body.count, (b",", b"[", b"{"))) > most_parts:
        msg = f"the body has more than {most_parts} parts"
        raise BodyTooLarge(msg)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body is larger than {limit} bytes")


def _incomplete() -> BodyIncomplete:
    return BodyIncomplete("the body is incomplete")
