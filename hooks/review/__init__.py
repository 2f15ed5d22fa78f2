"""What a proposed change of resources would change: two versions of files, compared."""

from hooks.review.comparison import Comparison, compare
from hooks.review.markdown import MARKER, comment
from hooks.review.resources import File, Resource, resources_in

__all__ = ["MARKER", "Comparison", "File", "Resource", "comment", "compare", "resources_in"]
