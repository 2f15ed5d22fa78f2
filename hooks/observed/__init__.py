"""What Metacontroller observed: children and related objects, with read-only lookups."""

from hooks.observed.objects import Lookup, ObservedObjects, Presence

__all__ = ["Lookup", "ObservedObjects", "Presence"]
