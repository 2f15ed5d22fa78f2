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


def authority() -> Path:
    """Return the file of the authority that signed the API server's certificate."""
    return Path(os.environ["KUBECONFIG"]).parent / "pki/ca.crt"


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


def nodes(verb: str, *arguments: str, kubeconfig: str = "") -> None:
    """Add, remove, kill, revive or taint nodes of the cluster of the file, or of KUBECONFIG."""
    environ = os.environ | ({"KUBECONFIG": kubeconfig} if kubeconfig else {})
    command = [f"{SCRIPTS}/node.py", verb, *arguments]
    subprocess.run(command, check=True, env=environ, capture_output=True)
