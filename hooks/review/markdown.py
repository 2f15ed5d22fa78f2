"""The comment on a proposal, in Markdown: bounded, and without anything that a reader would run.

What files contain is shown as code, in fences that it cannot close.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from hooks.preview import CHANGE, CREATE, DELETE
from hooks.review.comparison import Comparison, ObjectChange

MARKER: Final = "instana-agent-preview"
"""Identifies the comment, together with its name, so that the next one replaces it."""

LONGEST: Final = 60_000
"""GitHub takes 65,536 characters."""

MOST_LINES: Final = 60
"""Lines of details per resource."""

MOST_PROBLEMS: Final = 40
SIGNS: Final = {CREATE: "+", CHANGE: "!", DELETE: "-"}
UNSAFE: Final = re.compile(r"[^\w./:@+, ()=\[\]{}\-→…]")
TICKS: Final = re.compile("`{3,}")
MARK: Final = re.compile(r"[^a-z0-9-]")
CUT: Final = "\n*The rest does not fit into a comment: run the command yourself to see it.*\n"


def marker_of(name: str) -> str:
    """Return the line of HTML that identifies a comment; each name has a comment of its own."""
    return f"<!-- {MARKER} {MARK.sub('-', name.lower())} -->"


def comment(
    comparisons: Sequence[Comparison], errors: Sequence[str], warnings: Sequence[str], name: str
) -> str:
    """Return the comment; errors and warnings are lines with the place of each."""
    head = [marker_of(name), "### What this changes for Instana agents", ""]
    parts = [_summary(comparisons, errors, warnings), *_problems("Errors", errors)]
    parts += _problems("Warnings", warnings)
    parts += [_about(comparison) for comparison in comparisons]
    return _bounded("\n".join(head), parts)


def _bounded(text: str, parts: Iterable[str]) -> str:
    """Return the text with as many whole parts as fit."""
    for part in parts:
        if len(text) + len(part) > LONGEST - len(CUT):
            return f"{text}{CUT}"
        text += f"{part}\n"
    return text


def _summary(
    comparisons: Sequence[Comparison], errors: Sequence[str], warnings: Sequence[str]
) -> str:
    if not comparisons and not errors and not warnings:
        return "No object changes, and no rule is broken."
    objects = sum(len(comparison.changes) for comparison in comparisons)
    restarts = sum(len(comparison.restarts) for comparison in comparisons)
    changing = f"{_count(objects, 'object')} of {_count(len(comparisons), 'resource')} change"
    pods = f"pods of {_count(restarts, 'workload')} start, end or are replaced"
    problems = f"{_count(len(errors), 'error')}, {_count(len(warnings), 'warning')}"
    return f"**{changing}; {pods}; {problems}.**"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _problems(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    shown = [*lines[:MOST_PROBLEMS]]
    if len(lines) > MOST_PROBLEMS:
        shown.append(f"... and {len(lines) - MOST_PROBLEMS} more")
    return [f"\n**{title}**\n\n{_code(shown)}"]


def _about(comparison: Comparison) -> str:
    title = f"\n#### `{_plain(comparison.resource)}` in `{_plain(comparison.file)}`"
    if comparison.verb != CHANGE:
        title += f": {comparison.verb}d"
    if comparison.obstacle:
        return f"{title}\n\n{_code([f'not compared: {comparison.obstacle}'])}"
    restarts = [
        f"- **`{_plain(restart.name)}`**: {restart.pods}" for restart in comparison.restarts
    ]
    shown = restarts or ["No pod is replaced."]
    return "\n".join([title, "", *shown, "", _details(comparison)])


def _details(comparison: Comparison) -> str:
    lines = [line for change in comparison.changes for line in _lines(change)]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"... and {len(lines) - MOST_LINES} more lines"]
    title = _count(len(comparison.changes), "object")
    return f"<details><summary>{title}</summary>\n\n{_code(lines, 'diff')}\n</details>"


def _lines(change: ObjectChange) -> list[str]:
    return [
        f"{SIGNS[change.verb]} {change.verb} {change.name}",
        *map(_in_diff, change.lines),
    ]


def _in_diff(line: str) -> str:
    """Return an indented line; its sign comes first, by which GitHub colors it."""
    rest = line.lstrip()
    if not rest.startswith(("+ ", "- ")):
        return f"    {line}"
    return f"{rest[0]}   {' ' * (len(line) - len(rest))}{rest[1:].removeprefix(' ')}"


def _code(lines: Iterable[str], language: str = "text") -> str:
    """Return lines in a fence that is longer than any in them."""
    text = "\n".join("".join(filter(str.isprintable, line)) for line in lines)
    longest = max((len(found) for found in TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Return a text for a title, without characters that mean something in Markdown."""
    return UNSAFE.sub("?", text)
