"""The children are those of the Go operator, field by field, but for the listed differences.

The cases were recorded from the real Go operator on a real API server: `input.yaml` is the
resource, `cluster.yaml` what was there before, `expected.json` the fields that it applied.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.facts import Facts
from hooks.kube.objects import describe
from hooks.rendering import Rendered, render
from tests.support.files import documents_in
from tests.unit.go_operator.comparison import Difference, Listed, differences

FIXTURES = Path("tests/fixtures/go-operator")
CASES = sorted(path.parent.name for path in FIXTURES.glob("*/input.yaml"))
DIFFERENCES = yaml.safe_load((FIXTURES / "differences.yaml").read_text())
LISTED = [Listed(**each) for each in DIFFERENCES["differences"]]
NOT_RECORDED = DIFFERENCES["not_recorded"]
FACTS = Facts(operator_version="v0.0.1-dev")


def rendered(case: str) -> Rendered:
    documents: list[Any] = []
    for name in ("input.yaml", "cluster.yaml"):
        documents += documents_in(FIXTURES / case / name)
    return render(documents, FACTS, "2026-01-01T00:00:00Z")


def found_differences(case: str) -> list[Difference]:
    expected = json.loads((FIXTURES / case / "expected.json").read_text())["children"]
    answer = rendered(case)
    ours = {describe(child): child for child in [*answer.children, *answer.attachments]}
    return differences(expected, ours)


@pytest.mark.parametrize("case", CASES)
def test_every_difference_is_listed(case: str) -> None:
    surprising = [
        str(each)
        for each in found_differences(case)
        if not any(listed.covers(case, each) for listed in LISTED)
    ]

    assert not surprising


@pytest.mark.parametrize("case", CASES)
def test_the_resource_is_valid(case: str) -> None:
    assert rendered(case).problems == ()


def test_every_listed_difference_exists() -> None:
    found = [(case, each) for case in CASES for each in found_differences(case)]
    stale = [
        listed
        for listed in LISTED
        if not any(listed.covers(case, difference) for case, difference in found)
    ]

    assert stale == []


def test_every_listed_difference_has_a_reason() -> None:
    assert [listed for listed in LISTED if len(listed.reason.split()) < 4] == []


@pytest.mark.parametrize("difference", NOT_RECORDED, ids=lambda each: each["child"])
def test_what_no_case_shows_has_a_test(difference: dict[str, str]) -> None:
    file, _, name = difference["test"].partition("::")

    assert {"child", "path", "there", "reason", "test"} == difference.keys()
    assert f"\ndef {name}(" in Path(file).read_text()


@pytest.mark.parametrize("case", CASES)
def test_selectors_are_the_same(case: str) -> None:
    expected = json.loads((FIXTURES / case / "expected.json").read_text())["children"]

    ours = {
        describe(child): child["spec"]["selector"]
        for child in rendered(case).children
        if child["kind"] in {"DaemonSet", "Deployment"}
    }

    assert ours
    assert ours == {name: expected[name]["spec"]["selector"] for name in ours}
