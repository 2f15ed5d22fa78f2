"""What was compared, and what differs."""

import json
import re
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import islice
from typing import Final

import click

SHOWN: Final = 5
LINES: Final = 80
TIME: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Outcome:
    """What came of a request: a status code and a body, or an exit code and what was printed."""

    code: int
    content: bytes

    def without_times(self, given: bytes) -> "Outcome":
        """Return the outcome with a fixed word for each time that is not in what was given."""
        fixed = TIME.sub(lambda time: time[0] if time[0] in given else b"A-TIME", self.content)
        return Outcome(self.code, fixed)

    def lines(self) -> list[str]:
        """Return the content as lines, JSON with one for each field."""
        text = self.content.decode(errors="backslashreplace")
        with suppress(ValueError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        return [f"code {self.code}", *text.splitlines()]


@dataclass
class Report:
    """Counts what is compared, and shows the first differences."""

    asked: Counter[str] = field(default_factory=Counter)
    codes: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    differing: Counter[str] = field(default_factory=Counter)

    def compare(self, sort: str, name: str, given: bytes, before: Outcome, now: Outcome) -> None:
        """Compare what two versions made of the same, but for the times at which they did."""
        before, now = before.without_times(given), now.without_times(given)
        self.codes[sort][now.code] += 1
        if before == now:
            return
        self.differing[sort] += 1
        if self.differing[sort] <= SHOWN:
            lines = unified_diff(before.lines(), now.lines(), "before", "now", n=4, lineterm="")
            shown = [*islice(lines, LINES)] or ["the same JSON in other bytes"]
            click.echo("\n".join([f"\n{sort}: {name}", *shown]))

    def is_good(self) -> bool:
        """Print what was compared; returns whether it was all that was asked for, and the same."""
        for sort, asked in self.asked.items():
            by_code = ", ".join(f"{count} x {code}" for code, count in self.codes[sort].items())
            counts = f"{self.codes[sort].total():6} of {asked:6}, {self.differing[sort]:6} differ"
            click.echo(f"{sort:30} {counts}   ({by_code})")
        is_whole = all(self.codes[sort].total() == asked > 0 for sort, asked in self.asked.items())
        return is_whole and not self.differing
