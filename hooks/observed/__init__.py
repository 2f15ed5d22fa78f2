"""What Metacontroller observed: children, related objects; read-only lookups over both."""

from hooks.observed.objects import Lookup, ObservedObjects, Presence

__all__ = ["Lookup", "ObservedObjects", "Presence"]
