"""Reading the body of a hook call, within its limits."""

from typing import Final

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from hooks.errors import HookError

JSON: Final = "application/json"


class UnsupportedContentType(HookError):
    """The body is said to be something else than JSON."""

    type = "unsupported_content_type"
    http_status = 415


class BodyTooLarge(HookError):
    """The body is larger than the setting MAX_BODY_BYTES allows."""

    type = "body_too_large"
    http_status = 413


class BodyIncomplete(HookError):
    """The peer went away, fell silent, or broke the framing, before the body was whole."""

    type = "body_incomplete"
    http_status = 400


def read_body(request: Request, limit: int) -> bytes:
    """Return the body of the request; raises one of this module's errors.

    Reads one byte beyond the limit: werkzeug cuts a body of unknown length off at its own limit.
    """
    request.max_content_length = limit + 1
    if request.mimetype != JSON:
        msg = f"the content type must be {JSON}"
        raise UnsupportedContentType(msg)
    too_large = f"the body is larger than {limit} bytes"
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise BodyTooLarge(too_large) from None
    except (ClientDisconnected, ParseException, OSError):
        msg = "the body did not arrive whole"
        raise BodyIncomplete(msg) from None
    if len(body) > limit:
        raise BodyTooLarge(too_large)
    return body
