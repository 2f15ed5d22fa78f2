"""Shows that something is still going on, and for how long: on standard error."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from threading import Event, Thread
from typing import Final, TypeAlias, TypeVar

import click

SILENT_SECONDS: Final = 1.0
"""Nothing is shown of what takes less."""

TICK_SECONDS: Final = 1.0
CLEAR_LINE: Final = "\r\x1b[K"

Item = TypeVar("Item")
Words: TypeAlias = Callable[[], str]
"""What is being done at the moment."""


@contextmanager
def progress(what: str, *, at_once: bool = False) -> Iterator[None]:
    """Show what is being done, and for how many seconds, unless it is done within a second.

    On a terminal in one line, which goes away at the end; elsewhere a line when it begins and when
    it ends. With `at_once`, from the start.
    """
    with _shown(lambda: what, 0.0 if at_once else SILENT_SECONDS):
        yield


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show what is being done, as `progress` does, on a terminal only: nothing is written."""
    with _shown(lambda: what, SILENT_SECONDS) if is_terminal() else nullcontext():
        yield


def counted(items: Sequence[Item], what: str) -> Iterator[Item]:
    """Yield items; show how many of them it came to, on a terminal only."""
    number = 0

    def told() -> str:
        return f"{what}: {number} of {len(items)}"

    with _shown(told, SILENT_SECONDS) if is_terminal() else nullcontext():
        for number, item in enumerate(items, 1):  # noqa: B007  what is shown has it
            yield item


def is_terminal() -> bool:
    """Return whether somebody reads standard error on a terminal."""
    return sys.stderr.isatty()


@contextmanager
def _shown(what: Words, silence: float) -> Iterator[None]:
    """Show what is being done once it has taken longer than the silence."""
    ended = Event()
    started = time.monotonic()
    thread = Thread(target=_show, args=(what, started, silence, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(what: Words, started: float, silence: float, ended: Event) -> None:
    if ended.wait(silence):
        return
    if is_terminal():
        _show_in_one_line(what, started, ended)
        return
    click.echo(f"{what()} ...", err=True)
    ended.wait()
    click.echo(f"{what()}: {_seconds(started)} s", err=True)


def _show_in_one_line(what: Words, started: float, ended: Event) -> None:
    while not ended.is_set():
        click.echo(f"{CLEAR_LINE}{what()}: {_seconds(started)} s", err=True, nl=False, color=True)
        ended.wait(TICK_SECONDS)
    click.echo(CLEAR_LINE, err=True, nl=False, color=True)


def _seconds(started: float) -> int:
    return round(time.monotonic() - started)
