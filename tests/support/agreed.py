"""Options with which `takeover` asks nothing, and leaves its record among temporary files."""

import atexit
from itertools import count
from tempfile import TemporaryDirectory

RECORDS = TemporaryDirectory(prefix="takeover-records-")
NUMBERS = count(1)

atexit.register(RECORDS.cleanup)


def agreed(command: str) -> list[str]:
    """Return the options for a run of the command, each with a record of its own."""
    record = f"{RECORDS.name}/{next(NUMBERS)}.json"
    return ["--yes", "--record", record] if command == "apply" else []
