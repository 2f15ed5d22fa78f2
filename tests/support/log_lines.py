"""Lines of logs that somebody still writes."""

from collections.abc import Iterator
from pathlib import Path


def whole_lines(file: Path, offset: int = 0) -> Iterator[bytes]:
    """Yield the lines of a file from an offset in bytes, each with its end.

    A last line without an end is left out: it may be half of what its writer is about to write.
    """
    with file.open("rb") as log:
        log.seek(offset)
        for line in log:
            if line.endswith(b"\n"):
                yield line
