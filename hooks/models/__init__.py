"""The custom resource InstanaAgent as typed, frozen models: fields, defaults, descriptions.

Source of every field and default: the Go operator's `api/v1` types and its `Default()` method.
"""

from hooks.models.instana_agent import InstanaAgent
from hooks.models.parsing import parse_agent

__all__ = ["InstanaAgent", "parse_agent"]
