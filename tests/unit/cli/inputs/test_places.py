"""The path of every problem leads into the resource: to the value, or to what should have it."""

import re

import pytest
import yaml

from hooks.admission import errors_in
from hooks.errors import Problem
from hooks.generate.crd import departures
from hooks.kube.documents import documents_of
from hooks.kube.objects import Obj
from hooks.kube.places import place_at
from hooks.rules import Rule, warnings_of
from tests.support.files import BOUNDS
from tests.support.hook import FACTS
from tests.support.rules import WITH_EXAMPLES, example

IN_WORDS = re.compile(r"\s")
"""What only children show has no path."""


def problems_of(resource: Obj) -> list[Problem]:
    return [*departures(resource), *errors_in(resource, FACTS), *warnings_of(resource)]


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.identifier)
def test_each_path_leads_to_a_place(rule: Rule) -> None:
    resource = example(rule, rule.bad)
    (document,) = documents_of(yaml.safe_dump(resource), BOUNDS)
    paths = [each.path for each in problems_of(resource) if not IN_WORDS.search(each.path)]

    root = document.locate()
    assert [path for path in paths if place_at(root, path)[0].mark == root.mark] == []
