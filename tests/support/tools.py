"""Tools that some tests need: without one they are skipped, in CI only where that is expected."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NoReturn

import pytest

REMEDIES = {
    "go": "`hack/cluster/build` builds a cluster with it",
    "helm": "`make tools` builds it, or HELM names it",
    "jq": "it is looked for in the PATH",
    "kubectl": "it is looked for in the PATH",
    "kubernetes-as-recorded": "KUBECONFIG names an API server of another version than kinds.json",
    "lupa": "it has no wheel for this Python",
    "metacontroller": "METACONTROLLER names it, or it is in the PATH",
    "openssl": "it is looked for in the PATH",
}
"""What a test may be skipped without, and what to do about it."""

LITTLE_COLLECTION = {"GOGC": "400"}
"""For a program in Go that ends at once: collecting its garbage is a fifth of what it does.

Never to collect any costs as much as it saves, in pages that the kernel has to give.
"""

MISSING = re.compile(r"(?:Skipped: )?missing: (\S+)")


def needs(tool: str, *, found: object = None) -> pytest.MarkDecorator:
    """Return the mark of tests that need a tool; `found`: what was found of one not in the PATH."""
    return pytest.mark.skipif(not (found or shutil.which(tool)), reason=_reason(tool))  # noqa: TID251


def skip_without(tool: str) -> NoReturn:
    """Skip the running test for want of a tool that a mark cannot know of."""
    pytest.skip(_reason(tool))  # noqa: TID251


def unexpected(reasons: Iterable[str]) -> set[str]:
    """Return the tools among the reasons of skips that EXPECT_MISSING does not name.

    A reason that names no tool is returned as it is.
    """
    expected = re.split(r"[\s,]+", os.environ.get("EXPECT_MISSING", ""))
    return {_tool_of(reason) for reason in reasons} - {*expected}


def summary(reasons: Iterable[str]) -> Iterator[str]:
    """Yield a line for each tool that is missing, with how many tests were skipped without it."""
    for tool, count in sorted(Counter(map(_tool_of, reasons)).items()):
        remedy = REMEDIES.get(tool, "this reason names no tool of tests/support/tools.py")
        yield f"{tool} is missing, {count} skipped: {remedy}"


def _reason(tool: str) -> str:
    assert tool in REMEDIES, tool
    return f"missing: {tool}"


def _tool_of(reason: str) -> str:
    named = MISSING.fullmatch(reason)
    return named[1] if named else reason
