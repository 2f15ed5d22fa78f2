"""What is shown of what takes longer than a second, on a terminal and elsewhere."""

import time

import pytest

from hooks.cli.output import progress as shown
from hooks.cli.output.progress import CLEAR_LINE, counted, progress, waiting


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "SILENT_SECONDS", 0.02)
    monkeypatch.setattr(shown, "TICK_SECONDS", 0.02)


@pytest.fixture(name="on_terminal")
def _on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "is_terminal", lambda: True)


def test_nothing_is_shown_of_what_is_done_soon(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "SILENT_SECONDS", 60.0)
    with progress("reading"):
        pass

    assert [*counted("ab", "reading")] == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_a_line_tells_when_it_begins_and_when_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("reading"):
        time.sleep(0.2)

    assert capsys.readouterr() == ("", "reading ...\nreading: 0 s\n")


def test_a_pipe_gets_nothing_where_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("reading"):
        time.sleep(0.2)
    items = counted("ab", "reading files")
    assert next(items) == "a"
    time.sleep(0.2)
    assert [*items] == ["b"]

    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("on_terminal")
def test_a_terminal_shows_for_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("reading"):
        time.sleep(0.2)

    told = capsys.readouterr().err.split(CLEAR_LINE)
    assert {*told[1:-1]} == {"reading: 0 s"}


@pytest.mark.usefixtures("on_terminal")
def test_on_a_terminal_one_line_counts_and_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    items = counted("ab", "reading files")
    assert next(items) == "a"
    time.sleep(0.2)
    assert next(items) == "b"
    time.sleep(0.2)
    assert not [*items]

    told = capsys.readouterr().err
    assert "\n" not in told
    lines = told.split(CLEAR_LINE)
    assert lines[:1] + lines[-1:] == ["", ""]
    assert {"reading files: 1 of 2: 0 s", "reading files: 2 of 2: 0 s"} == {*lines[1:-1]}


@pytest.mark.usefixtures("on_terminal")
def test_the_line_goes_away_if_it_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_while_it_is_shown()

    assert capsys.readouterr().err.endswith(CLEAR_LINE)


def _fail_while_it_is_shown() -> None:
    with waiting("reading"):
        time.sleep(0.2)
        raise ZeroDivisionError
