"""The policies that every installation has: they keep agents from what is not theirs.

They ask neither for what a resource says nor for a webhook, and cost those nothing who do nothing
wrong. So they are part of the base, and not a choice like those of the table of rules.
"""

from hooks.generate.policies.bindings import bindings
from hooks.generate.policies.ownership import ownership
from hooks.generate.policies.reserved_names import reserved_names
from hooks.kube.objects import Obj


def guards() -> list[Obj]:
    """Return the policies with their bindings."""
    return [*ownership(), *reserved_names(), *bindings()]
