"""Every text is read as kubectl reads it, and refused where it refuses it."""

from typing import Any

import pytest

from hooks.kube.bounded_yaml import Bounds
from hooks.kube.documents import documents_of
from hooks.kube.yaml_values import NoDocument
from tests.support.yaml_table import REFUSED, TAKEN, resource, strictly

BOUNDS = Bounds(longest=1_000_000, most_parts=100_000)
LEAST = 600
FIRST = "      '0':"


def read(text: str) -> dict[str, Any]:
    (document,) = documents_of(text, BOUNDS)
    found: dict[str, Any] = document.value["spec"]["agent"]["configuration"]
    return found


def test_the_table_is_a_large_one() -> None:
    assert len(TAKEN) + len(REFUSED) > LEAST


@pytest.mark.parametrize(("block", "value"), TAKEN)
def test_what_kubectl_takes_is_read_alike(block: str, value: object) -> None:
    assert strictly(read(resource(block))["0"]) == strictly(value)


def test_blocks_do_not_depend_on_one_another() -> None:
    found = read(resource(*(block for block, _ in TAKEN)))

    assert [*map(strictly, found.values())] == [strictly(value) for _, value in TAKEN]


@pytest.mark.parametrize("block", REFUSED)
def test_what_kubectl_refuses_is_refused(block: str) -> None:
    text = resource(block)

    with pytest.raises(NoDocument) as error:
        read(text)
    assert text.splitlines().index(FIRST) < error.value.mark.line <= len(text.splitlines()) + 1
