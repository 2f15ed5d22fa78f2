import io
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
import structlog

from hooks.server import logs
from hooks.server.settings import Settings

SECRET = "hunter2-sentinel"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Put logging back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(name="stream")
def _stream() -> io.StringIO:
    return io.StringIO()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """Return the JSON lines that were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_and_event_first(stream: io.StringIO) -> None:
    logs.configure(Settings(), stream)
    structlog.stdlib.get_logger("hooks").info("hook call", hook="sync", children=2)

    (line,) = lines(stream)
    assert list(line) == ["time", "level", "event", "hook", "children"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["time"]))
    assert line["level"] == "info"


def test_other_loggers_lines_have_the_same_format(stream: io.StringIO) -> None:
    logs.configure(Settings(), stream)
    logging.getLogger("gunicorn.error").info("Listening at: %s", "there")

    (line,) = lines(stream)
    assert (line["level"], line["event"]) == ("info", "Listening at: there")


@pytest.mark.parametrize("own", [True, False])
def test_an_exception_is_told_without_its_message(stream: io.StringIO, *, own: bool) -> None:
    logs.configure(Settings(), stream)
    logger = structlog.stdlib.get_logger("hooks") if own else logging.getLogger("other")
    try:
        raise ValueError(SECRET)
    except ValueError:
        logger.exception("it broke")

    (line,) = lines(stream)
    assert line["exceptions"] == ["builtins.ValueError"]
    assert SECRET not in stream.getvalue()
    frames = line["frames"]
    assert isinstance(frames, list)
    assert frames[-1].endswith(":test_an_exception_is_told_without_its_message")


def test_an_exception_can_be_handed_over(stream: io.StringIO) -> None:
    logs.configure(Settings(), stream)
    structlog.stdlib.get_logger("hooks").error("it broke", exc_info=ValueError(SECRET))

    (line,) = lines(stream)
    assert line["exceptions"] == ["builtins.ValueError"]


def test_the_level_is_kept(stream: io.StringIO) -> None:
    logs.configure(Settings(log_level="warning"), stream)
    structlog.stdlib.get_logger("hooks").info("not told")
    logging.getLogger("other").info("not told")
    structlog.stdlib.get_logger("hooks").warning("told")

    assert [line["event"] for line in lines(stream)] == ["told"]


def test_a_terminal_gets_lines_for_people() -> None:
    stream = Terminal()
    logs.configure(Settings(), stream)
    structlog.stdlib.get_logger("hooks").info("hook call", hook="sync")

    assert "hook call" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_the_format_can_be_set() -> None:
    terminal, file = Terminal(), io.StringIO()
    logs.configure(Settings(log_format="json"), terminal)
    structlog.stdlib.get_logger("one").info("hook call")
    logs.configure(Settings(log_format="console"), file)
    structlog.stdlib.get_logger("two").info("hook call")

    assert terminal.getvalue().startswith("{")
    assert not file.getvalue().startswith("{")


def test_a_value_cannot_begin_a_line_of_its_own(stream: io.StringIO) -> None:
    for log_format in ("json", "console"):
        logs.configure(Settings(log_format=log_format), stream)
        structlog.stdlib.get_logger("hooks").info("refused", path="/x\nforged line")

    assert len(stream.getvalue().splitlines()) == 2


def test_a_value_of_no_json_type_is_told_by_its_type(stream: io.StringIO) -> None:
    logs.configure(Settings(), stream)
    structlog.stdlib.get_logger("hooks").info("odd", value=object())

    assert lines(stream)[0]["value"] == "object"


def test_lines_go_to_standard_error_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(), sys.stderr)
    logging.getLogger("other").warning("here")

    assert '"event":"here"' in capsys.readouterr().err
