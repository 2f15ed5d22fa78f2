"""The leaves of objects, by paths that read like the YAML."""

from hooks.kube.leaves import leaves_of, with_leaves
from hooks.kube.objects import Obj

POD: Obj = {
    "containers": [{"name": "a", "env": [{"name": "X", "value": "1"}], "args": ["-v", "-w"]}],
    "volumes": [],
    "labels": {"example.com/team": "x"},
}


def test_leaves_are_named_by_the_items_that_they_are_in() -> None:
    assert leaves_of(POD) == {
        "containers[a].name": "a",
        "containers[a].env[X].name": "X",
        "containers[a].env[X].value": "1",
        "containers[a].args[0]": "-v",
        "containers[a].args[1]": "-w",
        "volumes": [],
        'labels["example.com/team"]': "x",
    }


def test_items_that_names_do_not_tell_apart_are_numbered() -> None:
    twice = [{"name": "a"}, {"name": "a"}]

    assert leaves_of({"env": twice}) == {"env[0].name": "a", "env[1].name": "a"}


def test_leaves_can_be_replaced_by_their_paths() -> None:
    changed = with_leaves(POD, {"containers[a].args[1]": "-x", 'labels["example.com/team"]': "y"})

    assert changed["containers"][0]["args"] == ["-v", "-x"]
    assert changed["labels"] == {"example.com/team": "y"}
    assert with_leaves(POD, {}) == POD
