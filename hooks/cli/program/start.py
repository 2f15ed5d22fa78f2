"""How the program starts and ends; the commands are in `command_line`.

This module loads nothing, so that Ctrl-C is handled from the start.
"""

import errno
import os
import sys
from contextlib import suppress
from typing import Final, NoReturn, TypeAlias

COMPLETE: Final = "_INSTANA_HOOKS_COMPLETE"
"""The variable by which a shell's script asks for completions."""

FAILED: Final = 1
INTERRUPTED: Final = 130
"""As of a program that SIGINT ended."""
CLOSED: Final = 141
"""As of a program that SIGPIPE ended."""
CANNOT_WRITE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}

NAMES: Final = {"__main__.py": "python -m hooks", "kubectl-instana": "kubectl instana"}
"""What people type, where that is not the name of the file."""

COMPLETER: Final = "kubectl_complete-instana"
"""By this name kubectl asks what to offer after `kubectl instana`."""

Code: TypeAlias = str | int | None
"""What `sys.exit` takes."""


def run() -> NoReturn:
    """Run the command line; closed or full output and Ctrl-C end it as other programs."""
    _open_what_is_closed()
    code = _code()
    _give_up_output_that_cannot_be_written()
    sys.exit(code)


def _code() -> Code:
    """Run the command line, and return how the process ends."""
    try:
        code = _carried_out()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return CLOSED
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        return f"the output cannot be written: {error.strerror}"
    return code


def _carried_out() -> Code:
    """Do what the arguments say, or what a shell asks; return what the command ends with.

    Not by click's own `main`, which ends with 1 after Ctrl-C and for a closed output.
    """
    import click  # noqa: PLC0415  Ctrl-C may come while it loads

    from hooks.cli.program.command_line import main  # noqa: PLC0415  the same

    name = called_as()
    instruction = "kubectl_complete" if name == COMPLETER else os.environ.get(COMPLETE)
    if instruction:
        from hooks.cli.program.shells import completed  # noqa: PLC0415  only shells need it

        return completed(main, name, COMPLETE, instruction)
    try:
        with main.make_context(name, sys.argv[1:]) as context:
            main.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as aborted:
        return _after(aborted)
    except SystemExit as ended:
        return ended.code
    return None


def _after(aborted: Exception) -> int:
    """Return how the process ends after a question: by Ctrl-C, or by no for an answer."""
    return INTERRUPTED if isinstance(aborted.__context__, KeyboardInterrupt) else FAILED


def called_as() -> str:
    """Return the name of the program as it was called."""
    name = os.path.basename(sys.argv[0])  # noqa: PTH119  pathlib takes long to load
    return NAMES.get(name, name)


def _open_what_is_closed() -> None:
    """Give the process the standard streams that its caller closed, in their order."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  it stays open


def _give_up_output_that_cannot_be_written() -> None:
    """Drop it: Python would try again at its end, and complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
