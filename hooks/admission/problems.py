"""Everything that is wrong with a resource, as far as it can be told without its cluster.

One function for the webhook and for `python -m hooks validate`.
"""

from hooks.desired import build_context, desired_children, names
from hooks.errors import NESTING, InvalidResource, Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.models.parsing import read_agent
from hooks.observed import ObservedObjects
from hooks.rules import errors_of

NOTHING = ObservedObjects({})
NONE_OF_EACH = ObservedObjects(
    {
        kind: {}
        for kind in (
            names.CONFIG_MAP,
            names.DAEMON_SET,
            names.ENDPOINT_SLICE,
            names.NAMESPACE,
            names.NODE,
            names.PERSISTENT_VOLUME_CLAIM,
            names.SECRET,
            names.SERVICE,
        )
    }
)
"""A cluster in which all was looked for, and nothing found."""


def errors_in(resource: Obj, facts: Facts) -> tuple[Problem, ...]:
    """Return the problems that the rules find, and if there is none those that children show.

    Raises InternalError for a mistake of this service.
    """
    try:
        return errors_of(resource) or _of_children(resource, facts)
    except RecursionError:
        return (Problem("spec", "is nested too deeply", NESTING),)


def _of_children(resource: Obj, facts: Facts) -> tuple[Problem, ...]:
    try:
        desired_children(build_context(read_agent(resource), NOTHING, NONE_OF_EACH, facts))
    except InvalidResource as invalid:
        return invalid.problems
    return ()
