"""The desired state: one module per child, each a function from the context to objects."""

from hooks.desired.children import desired_children
from hooks.desired.inputs.context import Context, build_context

__all__ = ["Context", "build_context", "desired_children"]
