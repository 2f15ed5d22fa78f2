"""Log lines: one format for the service's own and the server's, without any value of the input."""

import logging
import logging.config
import sys
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import orjson
import structlog
from gunicorn.config import Config
from gunicorn.glogging import Logger
from structlog.typing import EventDict, Processor, WrappedLogger

from hooks.server.failures import exception_types, frames_of
from hooks.server.settings import Settings

LOGGER: Final = "hooks"
UNUSED_PARTS: Final = ("logThreads", "logProcesses", "logMultiprocessing", "_srcfile")
"""What the library need not look up for each line: thread, process, and place in the code."""

LEADING_FIELDS: Final = ("time", "level", "event")


def configure(settings: Settings, stream: TextIO = sys.stderr) -> None:
    """Send all log lines to the stream, with the level and the format of the settings."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(settings, terminal=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for unused in UNUSED_PARTS:
        setattr(logging, unused, None)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def formatter(settings: Settings, *, terminal: bool) -> logging.Formatter:
    """Return the formatter of lines: for people if set or on a terminal, otherwise JSON."""
    for_people = settings.log_format == "console" or (settings.log_format == "auto" and terminal)
    render: Processor = (
        structlog.dev.ConsoleRenderer(colors=terminal, repr_native_str=True)
        if for_people
        else as_json
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )


def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the time: RFC 3339, UTC, milliseconds."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"time": now.replace("+00:00", "Z"), **event}


def without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception with its types and frames: its message may quote the input."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exceptions"] = list(exception_types(error))
        event["frames"] = list(frames_of(error))
    return event


def as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Return the line as JSON, time, level and event first; non-JSON values become their type."""
    ordered = {name: event.pop(name) for name in LEADING_FIELDS if name in event}
    ordered.update(event)
    return orjson.dumps(ordered, default=_type_name, option=orjson.OPT_NON_STR_KEYS).decode()


def _type_name(value: object) -> str:
    return type(value).__name__


SHARED: Final[list[Processor]] = [structlog.stdlib.add_log_level, without_messages, stamp]


class ServerLogger(Logger):
    """The server's logger: its lines go where all others go; hook calls have their own."""

    def setup(self, cfg: Config) -> None:
        """Leave level, format and stream to `configure`."""
        self.cfg = cfg
        self.error_log.propagate = True

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Log nothing: each hook call has its own line, other requests are of no interest."""
