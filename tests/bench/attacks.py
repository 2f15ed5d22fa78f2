"""`python -m tests.bench.attacks`: how long probes, calls and reviews take during attacks.

Each attack has a service of its own; "inf" is what had no answer within ten seconds.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.http import attacks
from tests.http.attacks import Peers, Target, seconds, target

SLOW, MANY, MOST = 40, 1000, 1100
SETTLING_SECONDS: Final = 2.0
"""Until the attack has taken what it can."""
LARGE, REVIEWS = 4 * 1024 * 1024, 32

ATTACKS: Final[dict[str, Callable[[Target], Peers]]] = {
    "none": lambda at: attacks.silent(at.hooks.port, 0),
    f"{SLOW} slow heads, hooks": lambda at: attacks.slow_heads(
        at.hooks.port, at.authority.context(), SLOW
    ),
    f"{SLOW} slow heads, webhooks": lambda at: attacks.slow_heads(
        at.webhooks.port, at.authority.context(), SLOW
    ),
    f"{MANY} half handshakes": lambda at: attacks.half_handshakes(at.webhooks.port, MANY),
    f"{MOST} silent": lambda at: attacks.silent(at.webhooks.port, MOST),
    f"{MOST} idle": lambda at: attacks.idle(at.webhooks.port, at.authority.context(), MOST),
    f"{SLOW} slow reviews": lambda at: attacks.slow_bodies(
        at.webhooks.port, at.authority.context(), SLOW
    ),
    f"{SLOW} bodies that nobody reads": lambda at: attacks.unread_bodies(
        at.hooks.port, at.authority.context(), SLOW
    ),
    f"{SLOW} that read no answer": lambda at: attacks.deaf(
        at.hooks.port, at.authority.context(), SLOW
    ),
}


def main() -> None:
    """Print a line for each attack, and one for large reviews."""
    print(f"{'attack':34} {'probes':>8} {'call':>8} {'review':>8} seconds")
    for name, attack in ATTACKS.items():
        with tempfile.TemporaryDirectory() as directory, target(Path(directory)) as at, attack(at):
            time.sleep(SETTLING_SECONDS)
            probes = max(seconds(at.probe) for _ in range(4))
            call, review = seconds(at.call), seconds(at.review)
        print(f"{name:34} {probes:8.2f} {call:8.2f} {review:8.2f}", flush=True)
    with tempfile.TemporaryDirectory() as directory, target(Path(directory)) as at:
        attacks.send_reviews(at, attacks.crowded_review(LARGE), REVIEWS)
        attacks.send_reviews(at, attacks.crowded_review(LARGE // 30), REVIEWS)
        print(f"{REVIEWS} reviews of 4 MiB, and of 137 KiB: {at.memory('VmHWM'):.0f} MiB at most")


if __name__ == "__main__":
    main()
