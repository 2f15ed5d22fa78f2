"""Whose children objects are, for the stand-in for Metacontroller."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from tests.stand_in.claims import Claim, adopted, claim, owned, released

SELECTOR = {"matchLabels": {"app": "agent"}}
OURS = {"labels": {"app": "agent"}}
NOW = {"deletionTimestamp": "2026-01-01T00:00:00Z"}


def _parent(**metadata: Any) -> Obj:
    return {
        "apiVersion": "instana.io/v1",
        "kind": "InstanaAgent",
        "metadata": {"name": "p", "uid": "u-1", **metadata},
    }


def _child(**metadata: Any) -> Obj:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "c", **metadata}}


def _owned_by(uid: str, *, is_controller: bool = True) -> Obj:
    return {"ownerReferences": [{"uid": uid, "controller": is_controller}]}


@pytest.mark.parametrize(
    ("child", "parent", "expected"),
    [
        (_child(**OURS, **_owned_by("u-1")), _parent(), Claim.OWN),
        (_child(**OURS, **_owned_by("u-1")), _parent(**NOW), Claim.OWN),
        (_child(**_owned_by("u-1")), _parent(), Claim.RELEASE),
        (_child(**_owned_by("u-1")), _parent(**NOW), Claim.NONE),
        (_child(**OURS, **_owned_by("u-2")), _parent(), Claim.NONE),
        (_child(**OURS), _parent(), Claim.ADOPT),
        (_child(**OURS, **_owned_by("u-2", is_controller=False)), _parent(), Claim.ADOPT),
        (_child(**OURS), _parent(**NOW), Claim.NONE),
        (_child(**OURS, **NOW), _parent(), Claim.NONE),
        (_child(), _parent(), Claim.NONE),
    ],
)
def test_claim(child: Obj, parent: Obj, expected: Claim) -> None:
    assert claim(child, parent, SELECTOR) is expected


def test_adopted_child_has_one_controller_and_keeps_other_owners() -> None:
    child = _child(ownerReferences=[{"uid": "u-2"}, {"uid": "u-1"}])

    owners = adopted(child, _parent())["metadata"]["ownerReferences"]

    assert [(each["uid"], each.get("controller")) for each in owners] == [
        ("u-2", None),
        ("u-1", True),
    ]


def test_owned_child_is_left_as_it_is() -> None:
    child = _child(**_owned_by("u-1"))

    assert owned(child, _parent()) is child
    assert claim(owned(_child(**OURS), _parent()), _parent(), SELECTOR) is Claim.OWN


def test_released_child_has_no_owner() -> None:
    assert released(_child(**_owned_by("u-1")), _parent()) == _child()
