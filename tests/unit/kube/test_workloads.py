"""Parts of workloads, also of observed ones that lack them."""

import pytest

from hooks.kube.objects import Obj
from hooks.kube.workloads import container, env_of, pod_spec, template_of, with_template

CONTAINER: Obj = {"name": "main", "env": [{"name": "A", "value": "1"}]}
POD: Obj = {"containers": [CONTAINER]}
TEMPLATE: Obj = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
WORKLOAD: Obj = {"kind": "DaemonSet", "spec": {"minReadySeconds": 1, "template": TEMPLATE}}


def test_the_parts_of_a_workload_are_found() -> None:
    assert template_of(WORKLOAD) == TEMPLATE
    assert pod_spec(WORKLOAD) == POD
    assert container(WORKLOAD, "main") == CONTAINER
    assert env_of(WORKLOAD, "main") == {"A": {"name": "A", "value": "1"}}


@pytest.mark.parametrize("odd", [{}, {"spec": None}, {"spec": {"template": []}}, {"spec": "text"}])
def test_what_is_not_there_is_empty(odd: Obj) -> None:
    assert template_of(odd) == pod_spec(odd) == container(odd, "main") == env_of(odd, "main") == {}


def test_with_another_template_all_else_stays() -> None:
    changed = with_template(WORKLOAD, {"spec": {}})

    assert changed == {
        "kind": "DaemonSet",
        "spec": {"minReadySeconds": 1, "template": {"spec": {}}},
    }
    assert template_of(WORKLOAD) == TEMPLATE
