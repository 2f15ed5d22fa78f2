"""Where the values of children come from."""

from hooks.explain.children import Situation
from hooks.explain.explaining import Explanation, explain
from hooks.explain.inputs import Source
from hooks.explain.origins import Explained, Origin

__all__ = ["Explained", "Explanation", "Origin", "Situation", "Source", "explain"]
