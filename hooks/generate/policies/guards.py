"""The policies that every installation has: they keep agents from what does not belong to them.

They depend neither on the rules for a resource nor on a webhook, and do not affect users who do
nothing wrong. So they are part of the base, and not optional like those made from the table of
rules.
"""

from hooks.generate.policies.bindings import bindings
from hooks.generate.policies.ownership import ownership
from hooks.generate.policies.reserved_names import reserved_names
from hooks.kube.objects import Obj


def guards() -> list[Obj]:
    """Return the policies with their bindings."""
    return [*ownership(), *reserved_names(), *bindings()]
