"""Taking over what already runs: from the objects of a cluster to the steps that are left."""

from hooks.takeover.cluster import Cluster
from hooks.takeover.field_ownership import Strategy
from hooks.takeover.planning import Settings, plan
from hooks.takeover.steps import Creation, Deletion, Patch, Plan, Step

__all__ = [
    "Cluster",
    "Creation",
    "Deletion",
    "Patch",
    "Plan",
    "Settings",
    "Step",
    "Strategy",
    "plan",
]
