"""What people really wrote, and the lines that `validate` prints of it: one page, read as text.

A case of the page is a heading, where it was seen, what was written and what is printed. What was
written is a resource, or its `spec` alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent

from click.testing import CliRunner

from hooks.cli.program.command_line import main

PAGE = Path("tests/fixtures/messages.md")
FILE = "agent.yaml"
BEFORE_SPEC = """\
apiVersion: instana.io/v1
kind: InstanaAgent
metadata: {name: instana-agent, namespace: instana-agent}
spec:
"""
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n(?P<seen>(?:[^\n]+\n)+)\n"
    r"```yaml\n(?P<written>.*?)```\n\n```text\n(?P<printed>.*?)```\n",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that somebody wrote, with what is printed of it according to the page."""

    title: str
    seen: str
    written: str
    printed: str

    @property
    def resource(self) -> str:
        """Return the text of the whole file."""
        is_whole = self.written.startswith("apiVersion:")
        return self.written if is_whole else BEFORE_SPEC + indent(self.written, "  ")


def cases(page: str) -> Iterator[Case]:
    """Yield the cases of the page."""
    return (Case(**found.groupdict()) for found in CASE.finditer(page))


def printed_of(case: Case) -> str:
    """Return the lines that `validate` prints now, and how it ends."""
    with TemporaryDirectory() as folder:
        file = Path(folder, FILE)
        file.write_text(case.resource)
        done = CliRunner().invoke(main, ["validate", str(file)])
    lines = f"{done.stdout}{done.stderr}".replace(f"{folder}/", "").splitlines()
    return "".join(f"{line}\n" for line in (*lines, f"exit {done.exit_code}"))


def refreshed(page: str) -> str:
    """Return the page with what is printed now."""
    return CASE.sub(_refreshed_case, page)


def _refreshed_case(found: re.Match[str]) -> str:
    start, end = (place - found.start() for place in found.span("printed"))
    text = found.group()
    return text[:start] + printed_of(Case(**found.groupdict())) + text[end:]
