"""A further API server, for tests that need one with other flags."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.tools import needs

SCRIPTS = Path(os.environ.get("DEVCLUSTER", "../shared/devcluster"))


def present() -> bool:
    """Tell whether one can be started."""
    return (SCRIPTS / "up").exists()


needed = needs("another-api-server", found=present())


@contextmanager
def started(state: Path, flags: str) -> Iterator[str]:
    """Run an API server with further flags; yields its kubeconfig."""
    environ = os.environ | {"APISERVER_FLAGS": flags}
    command = [SCRIPTS / "up", state]
    done = subprocess.run(command, check=True, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        yield done.stdout.strip().partition("=")[2]
    finally:
        subprocess.run([SCRIPTS / "down", state], check=True, stdout=subprocess.DEVNULL)
