"""Labels of pods that an observed selector asks for."""

import pytest

from hooks.desired.selectors import labels_of_selector
from hooks.kube.objects import Obj

OF_PODS = {"app": "old", "team": "a", "tier": "b"}


@pytest.mark.parametrize(
    ("selector", "labels"),
    [
        ({"matchLabels": {"app": "old"}}, {"app": "old"}),
        ({"matchExpressions": [{"key": "team", "operator": "Exists"}]}, {"team": "a"}),
        (
            {
                "matchLabels": {"app": "old"},
                "matchExpressions": [{"key": "tier", "operator": "In", "values": ["b"]}],
            },
            {"app": "old", "tier": "b"},
        ),
        ({}, {}),
    ],
)
def test_pods_go_on_carrying_what_the_selector_asks_for(selector: Obj, labels: Obj) -> None:
    template = {"metadata": {"labels": OF_PODS}}

    assert labels_of_selector({"spec": {"selector": selector, "template": template}}) == labels
    assert labels_of_selector({}) == {}
