"""Parts that every Kubernetes object has."""

from typing import Any

import pytest

from hooks.kube.objects import condition_of

READY = {"type": "Ready", "status": "True"}


def test_a_condition_is_found_by_its_type() -> None:
    obj = {"status": {"conditions": [{"type": "Other"}, READY]}}

    assert condition_of(obj, "Ready") == READY
    assert condition_of(obj, "Missing") == {}


@pytest.mark.parametrize("odd", [None, "text", {}, [None], ["Ready"], [{"status": "True"}]])
def test_what_is_no_list_of_conditions_has_none(odd: Any) -> None:
    assert condition_of({"status": {"conditions": odd}}, "Ready") == {}
    assert condition_of({"status": odd}, "Ready") == condition_of({}, "Ready") == {}
