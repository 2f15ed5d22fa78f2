"""InstanaAgent resources as typed, frozen models: fields, defaults, descriptions.

Source of every field and default: the Go operator's `api/v1` types and its `Default()` method.
"""

from hooks.models.instana_agent import InstanaAgent

__all__ = ["InstanaAgent"]
