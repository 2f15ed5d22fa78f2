"""What would change, child by child: lines for people, JSON for programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import click

from hooks.cli.inputs.changed_documents import only_agent_in
from hooks.cli.inputs.combined import Inputs
from hooks.difference_texts import lines_about
from hooks.differences import Difference, differences
from hooks.kube.objects import Obj, describe
from hooks.masking import Mask, credentials_in
from hooks.models.instana_agent import KIND
from hooks.preview import CHANGE, CREATE, DELETE, ChildChange, Preview
from hooks.versions import as_compared

INDENT: Final = "    "
SIGNS: Final = {"-": "red", "+": "green"}
COLORS: Final = {CREATE: "green", CHANGE: "yellow", DELETE: "red"}


@dataclass(frozen=True, slots=True)
class DescribedChange:
    """One child that would change, and how."""

    change: ChildChange
    differences: list[Difference]

    @property
    def as_json(self) -> Obj:
        """Return it for programs."""
        return {
            "child": self.change.child,
            "differences": [difference.as_json for difference in self.differences],
            "pods": self.change.pods,
            "restarts": self.change.restarts,
            "verb": self.change.verb,
        }

    @property
    def lines(self) -> Iterator[str]:
        """Yield the lines about it."""
        change = self.change
        yield f"{click.style(change.verb, fg=COLORS[change.verb])} {change.child}{_pods(change)}"
        for difference in self.differences:
            yield from map(_colored, lines_about(difference))


@dataclass(frozen=True, slots=True)
class DescribedChanges:
    """All changes of children, and the differences of the resource itself if they are known."""

    resource: str
    of_resource: list[Difference]
    changes: list[DescribedChange]
    withheld: tuple[str, ...]

    @property
    def as_json(self) -> Obj:
        """Return them for programs."""
        return {
            "changes": [change.as_json for change in self.changes],
            "resource": [difference.as_json for difference in self.of_resource],
            "withheld": self.withheld,
        }

    @property
    def lines(self) -> Iterator[str]:
        """Yield the lines about them."""
        if self.of_resource:
            yield f"{self.resource} itself:"
        for difference in self.of_resource:
            yield from map(_colored, lines_about(difference))
        for change in self.changes:
            yield from change.lines
        if not self.changes:
            yield "nothing would change"


def described_changes(found: Preview, inputs: Inputs) -> DescribedChanges:
    """Return what would change, without credentials."""
    agent = only_agent_in(inputs.documents)
    after = agent.resource if agent else {}
    credentials = credentials_in(after) | credentials_in(inputs.stored or {})
    return DescribedChanges(
        describe(after),
        _of_resource(inputs.stored, after, Mask(KIND, credentials)),
        [_described(change, credentials) for change in found.changes],
        found.withheld,
    )


def _of_resource(stored: Obj | None, after: Obj, mask: Mask) -> list[Difference]:
    return differences(as_compared(stored), as_compared(after), mask) if stored else []


def _described(change: ChildChange, credentials: frozenset[str]) -> DescribedChange:
    if change.verb != CHANGE:
        return DescribedChange(change, [])
    mask = Mask(change.kind, credentials)
    return DescribedChange(change, differences(change.before, change.after, mask))


def _pods(change: ChildChange) -> str:
    """Return which pods end, and how many if that is known."""
    if not change.pods:
        return ": pods replaced" if change.restarts else ""
    return f": pods {'deleted' if change.verb == DELETE else 'replaced'}: {change.pods}"


def _colored(line: str) -> str:
    """Return a line about a difference; what is added and removed has a color on a terminal."""
    color = SIGNS.get(line.lstrip()[:1])
    return INDENT + (click.style(line, fg=color) if color else line)
