"""`python -m tests.bench.gained_memory [CALLS]`: how much memory the worker gains with calls.

Some more before them warm up. Every connection makes some calls only, and every so many calls
are refused, so that what a connection or a refusal leaves behind shows as well.
"""

import sys
import tempfile
from contextlib import closing
from http.client import HTTPSConnection
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import orjson

from tests.http.attacks import TOKEN, VALIDATE, Target, target
from tests.http.service import CALL_SECONDS, LOOPBACK, REQUESTS
from tests.support.resources import agent
from tests.support.reviews import review

CALLS: Final = 100_000
PARTS: Final = 10
WARM_UP: Final = 3
"""Parts after which every sort of call has met its worst neighbours in memory."""

CALLS_PER_CONNECTION: Final = 200
MOST_MEBIBYTES: Final = 1.0
"""Per 100,000 calls."""

HEADERS: Final = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
MADE: Final = (
    ("/sync", orjson.dumps(REQUESTS["/sync"]), 200),
    ("/customize", orjson.dumps(REQUESTS["/customize"]), 200),
    ("/sync", b"{}", 400),
    (VALIDATE, orjson.dumps(review(agent())), 200),
)


def main(calls: int) -> int:
    """Make the calls, and tell what they left behind."""
    with tempfile.TemporaryDirectory() as name, target(Path(name), LOG_LEVEL="error") as at:
        for _ in range(WARM_UP):
            make(at, calls // PARTS)
        seen = [at.memory("VmRSS")]
        for _ in range(PARTS):
            make(at, calls // PARTS)
            seen.append(at.memory("VmRSS"))
            print(f"{seen[-1]:.1f}", end=" ", flush=True)
    gained = (seen[-1] - seen[0]) * CALLS / calls
    print(f"MiB; {calls} calls: {gained:+.2f} MiB per {CALLS}")
    return int(gained > MOST_MEBIBYTES)


def make(at: Target, calls: int) -> None:
    """Make so many calls of all sorts, one after the other."""
    made = cycle(MADE)
    for _ in range(calls // CALLS_PER_CONNECTION):
        ports = (at.hooks.port, at.webhooks.port)
        hooks, webhooks = (_connected(at, port) for port in ports)
        with closing(hooks), closing(webhooks):
            for path, body, status in islice(made, CALLS_PER_CONNECTION):
                connection = webhooks if path == VALIDATE else hooks
                connection.request("POST", path, body, HEADERS)
                answer = connection.getresponse()
                answer.read()
                if answer.status != status:
                    msg = f"{path} was answered with {answer.status}"
                    raise RuntimeError(msg)


def _connected(at: Target, port: int) -> HTTPSConnection:
    context = at.authority.context()
    return HTTPSConnection(LOOPBACK, port, timeout=CALL_SECONDS, context=context)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS))
