"""What is rendered without the existing children, applied to clusters at rest: no pod restarts."""

import pytest

from hooks.desired.passes.checksums import CHECKSUM, without_checksums
from hooks.kube.objects import Obj, annotations_of, identity
from hooks.kube.workloads import WORKLOADS, template_of, with_template
from hooks.missing_inputs import missing_inputs, without_checksums_of_pods
from hooks.preview import preview
from hooks.rendering import read, render_given
from tests.property.applying import applied_as
from tests.recorded import NOW, Recorded, recorded_requests

HELD = "roll-out-held"
"""A rollout that waits for approval: only the existing children show that."""

NOT_AT_REST = {"first-sync", "invalid-with-children", "upgraded-daemonset", HELD}
"""Recordings of clusters in which something is to be written, or is held."""


def children_in(recorded: Recorded) -> list[Obj]:
    return [obj for objects in recorded.request["children"].values() for obj in objects.values()]


def others_in(recorded: Recorded) -> list[Obj]:
    """Return the resource and the related objects that are no children."""
    children = {identity(child) for child in children_in(recorded)}
    related = [obj for objects in recorded.request["related"].values() for obj in objects.values()]
    return [recorded.request["parent"], *(obj for obj in related if identity(obj) not in children)]


def is_at_rest(recorded: Recorded) -> bool:
    found = preview([*others_in(recorded), *children_in(recorded)], recorded.facts, NOW)
    return not found.changes and not found.problems and recorded.case != HELD


OF_SYNC = [each for each in recorded_requests() if each.hook == "sync"]
AT_REST = [each for each in OF_SYNC if each.case not in NOT_AT_REST]


def rendered_workloads(recorded: Recorded, *, is_complete: bool) -> list[Obj]:
    """Return what is rendered without the children: as `render` prints it, or with checksums."""
    given = read(others_in(recorded), recorded.facts)
    rendered = render_given(given, NOW)
    if not is_complete:
        assert missing_inputs(given).has_no_workload
        rendered = without_checksums_of_pods(rendered)
    return [child for child in rendered.children if child["kind"] in WORKLOADS]


def restarted(observed: list[Obj], applied: list[Obj]) -> list[tuple[str, ...]]:
    """Return which of the observed workloads have another template once others were applied."""
    known = {identity(child): child for child in observed}
    return [
        identity(child)
        for child in applied
        if identity(child) in known
        and template_of(applied_as("kubectl", known[identity(child)], child))
        != template_of(known[identity(child)])
    ]


def test_all_others_are_clusters_at_rest() -> None:
    assert {each.case for each in OF_SYNC if not is_at_rest(each)} == NOT_AT_REST
    assert "healthy" in {each.case for each in AT_REST}
    assert len(AT_REST) > 20


@pytest.mark.parametrize("recorded", AT_REST, ids=str)
def test_pods_at_rest_do_not_restart(recorded: Recorded) -> None:
    assert restarted(children_in(recorded), rendered_workloads(recorded, is_complete=False)) == []


@pytest.mark.parametrize("recorded", AT_REST, ids=str)
def test_pods_without_a_checksum_do_not_restart(recorded: Recorded) -> None:
    observed = [
        with_template(child, without_checksums(template_of(child)))
        for child in children_in(recorded)
        if child["kind"] in WORKLOADS
    ]
    assert restarted(observed, rendered_workloads(recorded, is_complete=False)) == []


def test_they_would_restart_with_the_checksums_of_a_first_sync() -> None:
    """That is what the checksums are left out for."""
    recorded = Recorded("sync", "healthy")
    applied = rendered_workloads(recorded, is_complete=True)
    observed = [
        with_template(child, without_checksums(template_of(child)))
        for child in children_in(recorded)
        if child["kind"] in WORKLOADS
    ]

    assert [CHECKSUM in annotations_of(template_of(child)) for child in applied] == [True] * 3
    assert len(restarted(observed, applied)) == 3
