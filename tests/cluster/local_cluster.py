"""A further cluster on this machine, for tests that need one of their own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.tools import needs

SCRIPTS = Path("hack/cluster")
NOBODY = {"NODES": "0"}
"""No nodes, and nobody who places pods or says that they run: the tests do."""

needs_cluster = needs("go")


@contextmanager
def started(state: Path, flags: str = "", **options: str) -> Iterator[str]:
    """Run a cluster with further flags of the API server, and options of `hack/cluster/up`.

    Without options it has no nodes. Yields its kubeconfig.
    """
    environ = os.environ | NOBODY | {"APISERVER_FLAGS": flags} | options
    command = [SCRIPTS / "up", state]
    done = subprocess.run(command, check=True, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        yield done.stdout.strip().partition("=")[2]
    finally:
        subprocess.run([SCRIPTS / "down", state], check=True)


def nodes(state: Path, verb: str, *arguments: str) -> None:
    """Add, remove, kill, revive or taint nodes of the cluster that was started there."""
    environ = os.environ | {"KUBECONFIG": str(state / "kubeconfig")}
    subprocess.run(
        [SCRIPTS / "node.py", verb, *arguments],
        check=True,
        env=environ,
        capture_output=True,
    )
