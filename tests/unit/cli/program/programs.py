"""The program as a process, in the ways that people start it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[4]
SCRIPT: Final = f"#!{sys.executable}\nfrom hooks.cli.program.start import run\nrun()\n"
"""As an installation writes it for an entry point."""


def write_program(folder: Path, name: str = "instana-hooks") -> Path:
    """Write the program into a folder, as an installation does, and return it."""
    program = folder / name
    program.write_text(SCRIPT)
    program.chmod(0o755)
    return program


def environment(folder: Path, *paths: Path) -> dict[str, str]:
    """Return an environment with the program's folder in the PATH, and modules of some folders."""
    modules = os.pathsep.join(map(str, (*paths, ROOT)))
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": modules}


def start(*arguments: str | Path, **settings: Any) -> subprocess.Popen[bytes]:
    """Start the program with its output and errors in pipes, if nothing else is said of them."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", "hooks", *arguments], **{**pipes, **settings})
