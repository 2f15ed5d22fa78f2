"""The examples of the rules as whole resources."""

from hooks.kube.objects import Obj
from hooks.rules import TABLE, Rule
from tests.support.resources import agent, merged

WITH_EXAMPLES = [rule for rule in TABLE if rule.bad]
"""Of a rule without, no example is small enough, or none of the resource's version."""


def example(rule: Rule, difference: Obj) -> Obj:
    """Return the smallest resource with an example's difference, as a user writes it."""
    resource = agent()
    resource["metadata"] = {"name": "instana-agent", "namespace": "instana-agent"}
    root = rule.places[0].partition(".")[0]
    return resource | {root: merged(resource[root], difference)}
